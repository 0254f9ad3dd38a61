# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of random lives need hypothesis, which not every robot has."""

import importlib.util

collect_ignore = []
if importlib.util.find_spec('hypothesis') is None:
    collect_ignore += ['test_limits.py', 'test_executor_fuzz.py']
