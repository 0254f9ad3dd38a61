# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ``ros2`` command; a module for each of its commands, imported when that is asked for."""
