# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a file of the nodes' parameters says about policy and executor, without nodes."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from pi0_ros.robots.section import read_yaml
from pi0_ros.sim.evaluate.trial import Trial

# A trial's field to the node whose parameter of that name it is.
OWNERS = {
    'rtc': '/**/pi0_policy',
    'num_steps': '/**/pi0_policy',
    'replan': '/**/pi0_policy',
    'replan_rate_hz': '/**/pi0_policy',
    'replan_threshold': '/**/pi0_policy',
    'strategy': '/**/chunk_executor',
}


def read_parameters(file: Path) -> dict[str, Any]:
    """
    Return the fields of a trial as a parameter file sets them, the others at their defaults.

    :param file: as ROS 2 takes it, with ``/**/pi0_policy`` and ``/**/chunk_executor``.
    :raises InputError: if the file can't be read or lacks one of the two nodes.
    """
    top = read_yaml(file)
    nodes = {name: top.section(name).section('ros__parameters') for name in set(OWNERS.values())}
    defaults = {field.name: field.default for field in fields(Trial)}
    return {
        name: nodes[owner].value(name, f'a {name}', default=defaults[name])
        for name, owner in OWNERS.items()
    }
