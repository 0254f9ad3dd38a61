# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of every test of the runtime."""

from ros_fixtures import context, domain, executor

__all__ = ['context', 'domain', 'executor']
