# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""builtin_interfaces: its interfaces, without a build."""
