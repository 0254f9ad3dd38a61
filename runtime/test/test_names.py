# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names, remaps and the command line."""

import pytest
from rclpy import exceptions
from rclpy._arguments import parse
from rclpy.utilities import remove_ros_args


def test_command_line():
    line = ['prog', '--x', '--ros-args', '-r', 'a:=b', '--log-level', 'debug', '--', 'y']
    assert remove_ros_args(line) == ['prog', '--x', 'y']
    assert parse(line).log_levels[''].name == 'DEBUG'
    with pytest.raises(exceptions.UnknownROSArgsError, match='--what'):
        parse(['--ros-args', '--what'])
    with pytest.raises(NotImplementedError, match='enclave'):
        parse(['--ros-args', '--enclave', '/x'])
    with pytest.raises(exceptions.RemapInvalidError):
        parse(['--ros-args', '-r', 'nonsense'])
