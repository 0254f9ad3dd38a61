# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small ``ros2`` command: launch, run, pkg, topic, node, service, param and lifecycle."""
