# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joint states. Letters in shapes: J joints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Header

from pi0_ros.convert.basics import ns_to_time
from pi0_ros.types import InputError, check_joint_names, finite_array


def joint_state_to_positions(message: JointState, names: Sequence[str]) -> NDArray[np.float64]:
    """
    Return the positions of the named joints in the order asked for, (J,).

    The message may hold more joints, in any order.

    :raises InputError: if a joint is missing or doubled, or a position is missing or not finite.
    """
    where = 'joint state'
    found = check_joint_names(message.name, where)
    if len(message.position) != len(found):
        raise InputError(f'{where}: {len(found)} names, but {len(message.position)} positions')
    index = {name: i for i, name in enumerate(found)}
    missing = [name for name in names if name not in index]
    if missing:
        raise InputError(
            f'{where}: joints are missing: {", ".join(missing)}; it has {", ".join(found)}'
        )
    positions = [message.position[index[name]] for name in names]
    return finite_array(positions, (len(names),), where, names)


def positions_to_joint_state(
    stamp_ns: int,
    names: Sequence[str],
    positions: NDArray[np.float64],
    velocities: NDArray[np.float64],
) -> JointState:
    """Return measured or commanded joints, (J,) each, as a message."""
    return JointState(
        header=Header(stamp=ns_to_time(stamp_ns)),
        name=list(names),
        position=positions.tolist(),
        velocity=velocities.tolist(),
    )
