# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whole processes: signals, logging, and refusing to stand before a real ROS 2."""

import signal

import pytest
from rcl_interfaces.msg import Log
import rclpy
from rclpy import _refuse
from rclpy.exceptions import NotInitializedException
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.qos import qos_profile_rosout_default
from ros_fixtures import spin_until
from ros_process import Process

SPINNER = """
    import rclpy
    from rclpy.executors import ExternalShutdownException
    from rclpy.node import Node
    with rclpy.init(args=['x', '--ros-args', '--log-level', 'spinner:=debug']):
        node = Node('spinner')
        node.create_timer(0.01, lambda: node.get_logger().debug('ready', once=True))
        try:
            rclpy.spin(node)
        except KeyboardInterrupt:
            print('interrupted')
        except ExternalShutdownException:
            pass  # raised if the signal comes while waiting, not while a callback runs
        print('ok:', rclpy.ok())
"""


@pytest.mark.parametrize(
    ('number', 'said'),
    [(signal.SIGINT, ['interrupted', 'ok: False']), (signal.SIGTERM, ['ok: False'])],
)
def test_signals_end_spin(domain, number, said):
    with Process(SPINNER) as process:
        assert process.line().endswith('[spinner]: ready')
        assert process.signal(number) == 0
        assert process.rest().splitlines() == said


def test_init_and_shutdown_can_be_repeated(domain):
    for _ in range(2):
        with rclpy.init(args=[]):
            assert rclpy.ok()
            node = rclpy.create_node('again')
            future = rclpy.Future()
            node.create_timer(0.001, lambda future=future: future.set_result(1))
            rclpy.spin_until_future_complete(node, future, timeout_sec=10)
            assert future.result() == 1
            node.destroy_node()
            rclpy.shutdown()
        assert not rclpy.ok()
    with pytest.raises(RuntimeError):
        rclpy.shutdown()
    with pytest.raises(NotInitializedException):
        rclpy.create_node('too_late')


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
