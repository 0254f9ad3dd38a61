# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Feeds /clock into a node's clock while its parameter `use_sim_time` is true."""

from __future__ import annotations

from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rosgraph_msgs.msg import Clock as ClockMessage

from rclpy.clock import ROSClock
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.time import Time

_PARAMETER = 'use_sim_time'


class TimeSource:
    """Belongs to one node."""

    def __init__(self, node: Any, clock: ROSClock) -> None:
        self._node, self._clock = node, clock
        self._subscription: Any = None
        if not node.has_parameter(_PARAMETER):
            node.declare_parameter(_PARAMETER, False)
        self._follow([node.get_parameter(_PARAMETER)])
        node.add_on_set_parameters_callback(self._follow)

    def _follow(self, parameters: list[Parameter]) -> Any:
        for parameter in parameters:
            if parameter.name == _PARAMETER and parameter.type_ != Parameter.Type.BOOL:
                reason = f'{_PARAMETER} parameter set to something besides a bool'
                return SetParametersResult(successful=False, reason=reason)
            if parameter.name == _PARAMETER:
                self._activate(parameter.value)
        return SetParametersResult(successful=True)

    def _activate(self, enabled: bool) -> None:
        self._clock._set_ros_time_is_active(enabled)  # noqa: SLF001 rclpy's own name for it
        if enabled and self._subscription is None:
            quality = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
            self._subscription = self._node.create_subscription(
                ClockMessage, '/clock', self._on_clock, quality
            )
        elif not enabled and self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def _on_clock(self, message: Any) -> None:
        self._clock.set_ros_time_override(Time.from_msg(message.clock))
        self._node.wake_executor()
