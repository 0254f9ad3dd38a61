# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""LeRobot datasets of the layouts v2.1 and v3.0 on disk: read as episodes, and written."""
