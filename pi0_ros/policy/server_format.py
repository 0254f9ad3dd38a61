# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a policy server takes and gives, as data: the names and places of pictures and numbers.

An openpi server runs an adapter for one kind of robot, and each adapter has keys of its own
(openpi, src/openpi/policies/). `config/servers/<name>.yaml` describes one from the outside. This
module reads such a file; it knows no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast, get_args

from pi0_ros.robots.parts import Gripper, Slot
from pi0_ros.robots.section import Section, read_yaml

Key = tuple[str, ...]
Layout = Literal['channels_first', 'channels_last']
WhenAbsent = Literal['refuse', 'leave_out']
JointRole = Literal['same', 'flipped', 'gripper']

PROMPT: Key = ('prompt',)  # the same for all of openpi's adapters


@dataclass(frozen=True)
class ServerImage:
    """
    Where a picture goes.

    :param key: from the outermost mapping inwards.
    :param missing: whether the server can do without it.
    """

    key: Key
    missing: WhenAbsent


@dataclass(frozen=True)
class ServerState:
    """
    Where some of the joints go, next to each other.

    :param key: from the outermost mapping inwards.
    :param joints: what the server's adapter does to each of them: takes it as it is, turns its
        sign, or treats it as a gripper.
    """

    key: Key
    joints: tuple[JointRole, ...]


@dataclass(frozen=True)
class ServerFormat:
    """
    One adapter, seen from outside.

    :param name: what it is called.
    :param layout: of a picture's axes.
    :param images: by the model's camera that the adapter makes of them.
    :param states: together they hold every joint once, in model order; a row of actions has the
        same order.
    :param gripper: closed and open in the server's numbers, and what its adapter makes of them.
    """

    name: str
    layout: Layout
    images: Mapping[Slot, ServerImage]
    states: tuple[ServerState, ...]
    gripper: Gripper

    @property
    def joints(self) -> tuple[JointRole, ...]:
        """What the adapter does to each joint, in model order."""
        return tuple(role for state in self.states for role in state.joints)


def load_server_format(path: str | Path) -> ServerFormat:
    """
    Read the description of a server.

    :param path: the YAML file.
    :raises InputError: naming file and key, what was found and what would have been valid.
    """
    path = Path(path)
    top = read_yaml(path)
    states = tuple(_state(one) for one in top.sections('state'))
    # Actions of another kind are refused here, by name, not misread as positions.
    top.choice('quantity', ('position',))
    form = ServerFormat(
        name=path.stem,
        layout=top.choice('layout', get_args(Layout)),
        images=MappingProxyType(_images(top)),
        states=states,
        gripper=_gripper(top.section('gripper')),
    )
    top.finish()
    _check_keys(top, form)
    return form


def _check_keys(top: Section, form: ServerFormat) -> None:
    """Refuse two things in one place, and a value where the way to another leads through."""
    images, states = form.images.values(), form.states
    keys = [PROMPT, *(image.key for image in images), *(state.key for state in states)]
    for i, key in enumerate(keys):
        for other in keys[i + 1 :]:
            shared = min(len(key), len(other))
            if key[:shared] == other[:shared]:
                top.fail('', list(other), f'a key that is not in the way of {list(key)}')


def _images(top: Section) -> dict[Slot, ServerImage]:
    images: dict[Slot, ServerImage] = {}
    for slot, one in top.named_sections('images').items():
        if slot not in get_args(Slot):
            one.fail('', slot, f"one of the model's cameras {', '.join(get_args(Slot))}")
        missing = one.choice('missing', get_args(WhenAbsent))
        images[cast('Slot', slot)] = ServerImage(_key(one), missing)
        one.finish()
    if not images:
        top.fail('images', {}, 'at least one picture')
    return images


def _state(section: Section) -> ServerState:
    valid = f'a list of {", ".join(get_args(JointRole))}'
    joints = section.value('joints', valid)
    if not isinstance(joints, list) or not joints:
        section.fail('joints', joints, valid)
    if not all(role in get_args(JointRole) for role in joints):
        section.fail('joints', joints, valid)
    state = ServerState(_key(section), tuple(joints))
    section.finish()
    return state


def _key(section: Section) -> Key:
    key = section.names('key')
    if not key:
        section.fail('key', [], 'at least one name')
    return key


def _gripper(section: Section) -> Gripper:
    gripper = Gripper(
        map=section.choice('map', ('linear', 'aloha_angular')),
        closed=section.number('closed'),
        open=section.number('open'),
    )
    if gripper.closed == gripper.open:
        section.fail('open', gripper.open, 'another number than that of `closed`')
    section.finish()
    return gripper
