# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What of parameters, arguments and logging is refused, by its name."""

import importlib

import pytest
from rclpy import utilities


@pytest.mark.parametrize(
    'argument',
    [
        '-e',
        '--enclave',
        '--log-config-file',
        '--log-file-name',
        '--enable-external-lib-logs',
        '--disable-external-lib-logs',
    ],
)
def test_arguments(argument):
    with pytest.raises(NotImplementedError, match=argument):
        utilities.remove_ros_args(['program', '--ros-args', argument, 'x'])


@pytest.mark.parametrize(
    'name',
    [
        'exceptions.NoTypeSupportImportedException',
        'logging.clear_config',
        'logging.get_logging_directory',
        'logging.initialize',
        'logging.shutdown',
        'parameter.parameter_dict_from_yaml_file',
    ],
)
def test_names(name):
    module, _, name = name.partition('.')
    with pytest.raises(NotImplementedError, match=name):
        getattr(importlib.import_module(f'rclpy.{module}'), name)


def test_descriptors_stay(make_node):
    with pytest.raises(NotImplementedError, match='set_descriptor'):
        make_node().set_descriptor('use_sim_time', None)
