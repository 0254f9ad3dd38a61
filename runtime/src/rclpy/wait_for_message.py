# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Waits for one message without an executor."""

from __future__ import annotations

import time
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

_POLL_S = 0.01


def wait_for_message(
    msg_type: type[Any],
    node: Node,
    topic: str,
    *,
    qos_profile: QoSProfile | int = 1,
    time_to_wait: float = -1,
) -> tuple[bool, Any]:
    """
    Wait for the next message of a topic.

    :param time_to_wait: for how long [s]; negative: until shutdown.
    :return: whether there was one, and the message or None.
    """
    received: list[Any] = []
    subscription = node.create_subscription(msg_type, topic, received.append, qos_profile)
    end_s = float('inf') if time_to_wait < 0 else time.monotonic() + time_to_wait
    try:
        while not received and node.context.ok():
            work = subscription.take()
            if work is not None:
                work()
            elif time.monotonic() >= end_s:
                break
            else:
                time.sleep(_POLL_S)
    finally:
        node.destroy_subscription(subscription)
    return (True, received[0]) if received else (False, None)
