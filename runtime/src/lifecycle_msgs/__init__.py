# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""lifecycle_msgs: its interfaces, without a build."""
