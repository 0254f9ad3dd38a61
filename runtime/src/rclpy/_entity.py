# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What belongs to a node: publishers, subscriptions, services, timers and the like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
import itertools
from typing import Any

from ros_wire.dds import Endpoint
from ros_wire.limits import unsupported

from rclpy.callback_groups import CallbackGroup

_tokens = itertools.count(1)

#: What is left to do once something was taken; may return a coroutine.
Work = Callable[[], Any]


def refusing(*names: str) -> Callable[[Any, str], object]:
    """A class' ``__getattr__`` that refuses names which the real class offers."""

    def getattr_(self: Any, name: str) -> object:
        if name in names:
            raise unsupported(f'rclpy {type(self).__name__}.{name}')
        raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}')

    return getattr_


class Entity:
    """Has a callback in a callback group, if an executor is to wait for it, or endpoints."""

    #: The DDS entity that a wait set attaches; None if there is none.
    condition: int | None = None
    topic = ''
    endpoints: Sequence[Endpoint] = ()
    event_handlers: Sequence[Entity] = ()
    __getattr__ = refusing(
        *('handle', 'configure_introspection', 'get_pending_request', 'send_response'),
        *('wait_for_all_acked', 'assert_liveliness', 'is_cft_enabled', 'set_content_filter'),
        *('get_content_filter', 'logger_name', 'set_on_reset_callback'),
    )

    def __init__(self, callback_group: CallbackGroup | None) -> None:
        self.callback_group: Any = callback_group
        self.token = next(_tokens)
        if callback_group is not None:
            callback_group.add_entity(self)

    def due_in_ns(self) -> int | None:
        """For an entity without condition: when it is due [ns]; None: nobody knows."""
        return None

    def take(self) -> Work | None:
        """Take what is there and give the work to do about it; None if nothing is there."""
        return None

    def destroy(self) -> None:
        """Stop; peers see its endpoints go."""
        for endpoint in self.endpoints:
            endpoint.close()
