# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Command-line tools, each run as ``python -m pi0_ros.tools.<name>``."""
