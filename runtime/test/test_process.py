# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whole processes: signals, logging, and refusing to stand before a real ROS 2."""

import pytest
from rcl_interfaces.msg import Log
from rclpy import _refuse
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.qos import qos_profile_rosout_default
from ros_fixtures import spin_until


def test_console_format(capfd):
    get_logger('a.b').warning('text')
    line = capfd.readouterr().err
    stamp = line.split('[')[2].rstrip('] ')
    assert line == f'[WARN] [{stamp}] [a.b]: text\n'
    assert len(stamp.split('.')[1]) == 9


def test_filters(capfd):
    logger = get_logger('filters')
    for number in range(3):
        once, skip, throttle = (f'{name} {number}' for name in ('once', 'skip', 'throttle'))
        logger.info(once, once=True)
        logger.info(skip, skip_first=True)
        logger.info(throttle, throttle_duration_sec=1000.0)
        logger.debug('debug')
    lines = [line.rpartition(': ')[2] for line in capfd.readouterr().err.splitlines()]
    assert lines == ['once 0', 'throttle 0', 'skip 1', 'skip 2']
    with pytest.raises(TypeError, match='twice'):
        logger.info('x', twice=True)


def test_rosout(executor, context):
    node = Node('speaker', context=context, namespace='room')
    heard = []
    node.create_subscription(Log, '/rosout', heard.append, qos_profile_rosout_default)
    executor.add_node(node)
    node.get_logger().get_child('part').error('trouble')
    spin_until(executor, lambda: heard)
    assert (heard[0].name, heard[0].msg, heard[0].level) == ('room.speaker.part', 'trouble', 40)
    assert heard[0].file.endswith('test_process.py')
    assert heard[0].function == 'test_rosout'


def test_refuses_beside_a_real_ros(tmp_path):
    packages = tmp_path / 'lib' / 'python3.12' / 'site-packages'
    (packages / 'rclpy' / 'impl').mkdir(parents=True)
    (packages / 'rclpy' / 'impl' / 'implementation_singleton.py').touch()
    with pytest.raises(ImportError, match='Uninstall'):
        _refuse.refuse_beside_real_rclpy([], {'AMENT_PREFIX_PATH': str(tmp_path)})
    with pytest.raises(ImportError, match='Uninstall'):
        _refuse.refuse_beside_real_rclpy([str(packages)], {})
    _refuse.refuse_beside_real_rclpy([str(tmp_path)], {'AMENT_PREFIX_PATH': '/nowhere'})
