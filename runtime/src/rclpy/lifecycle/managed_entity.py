# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: ARG002 rclpy's signatures
"""What takes part in a managed node's transitions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from rclpy.lifecycle._state_machine import LifecycleState, TransitionCallbackReturn


class ManagedEntity:
    """Base class: succeeds at everything."""

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """The node is being configured."""
        return TransitionCallbackReturn.SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """The node is being cleaned up."""
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """The node is being shut down."""
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """The node is being activated."""
        return TransitionCallbackReturn.SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """The node is being deactivated."""
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """A transition failed."""
        return TransitionCallbackReturn.SUCCESS


class SimpleManagedEntity(ManagedEntity):
    """Knows whether the node is active."""

    _enabled = False

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Remember that the node is active."""
        self._enabled = True
        return TransitionCallbackReturn.SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Remember that the node isn't active."""
        self._enabled = False
        return TransitionCallbackReturn.SUCCESS

    @property
    def is_activated(self) -> bool:
        """Whether the node is active."""
        return self._enabled

    @staticmethod
    def when_enabled(
        wrapped: Callable[..., Any] | None = None,
        *,
        when_not_enabled: Callable[[], Any] | None = None,
    ) -> Any:
        """Decorator: the method does nothing, or what is given, while the node isn't active."""
        if wrapped is None:
            return lambda method: SimpleManagedEntity.when_enabled(
                method, when_not_enabled=when_not_enabled
            )

        @wraps(wrapped)
        def guarded(self: SimpleManagedEntity, *args: Any, **kwargs: Any) -> None:
            if self.is_activated:
                wrapped(self, *args, **kwargs)
            elif when_not_enabled is not None:
                when_not_enabled()

        return guarded
