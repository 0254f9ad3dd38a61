# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated robot's packages are not needed where pi0_ros runs a real one."""

import importlib.util

collect_ignore_glob = []
if importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None:
    collect_ignore_glob += ['test_*.py', 'evaluate/test_*.py']
