# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What --ros-args offer that this runtime doesn't."""

import pytest
from rclpy._arguments import parse


def test_arguments_that_are_not_supported():
    with pytest.raises(NotImplementedError, match='enclave'):
        parse(['--ros-args', '--enclave', '/x'])
