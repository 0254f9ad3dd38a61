# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Older name of rclpy.event_handler."""

from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks

__all__ = ['PublisherEventCallbacks', 'SubscriptionEventCallbacks']
