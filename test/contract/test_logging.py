# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Loggers, the console and /rosout (rclpy: impl/rcutils_logger.py; rcutils: src/logging.c)."""

import itertools
import os
from pathlib import Path
import subprocess
import sys
import textwrap

import pytest
from rcl_interfaces.msg import Log
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.logging import (
    LoggingSeverity,
    get_logger,
    get_logger_effective_level,
    get_logger_level,
    get_logging_severity_from_string,
    set_logger_level,
)
from rclpy.qos import DurabilityPolicy, QoSProfile
from ros_fixtures import spin_until

DEBUG, INFO, WARN = LoggingSeverity.DEBUG, LoggingSeverity.INFO, LoggingSeverity.WARN
ERROR, FATAL, UNSET = LoggingSeverity.ERROR, LoggingSeverity.FATAL, LoggingSeverity.UNSET
_names = (f'contract_{number}' for number in itertools.count())


@pytest.fixture
def logger():
    """A logger that no other test uses."""
    return get_logger(next(_names))


# Levels.


def test_names():
    logger = rclpy.logging.get_logger('a.b')
    assert logger.name == get_logger('a.b').name == 'a.b'
    assert logger.get_child('c').name == 'a.b.c'
    with pytest.raises(ValueError, match='empty'):
        get_logger('')
    with pytest.raises(ValueError, match='empty'):
        logger.get_child('')


def test_levels(logger):
    logger.set_level(WARN)
    assert logger.get_effective_level() == WARN
    assert get_logger_level(logger.name) == WARN
    assert [logger.is_enabled_for(level) for level in (DEBUG, INFO, WARN, ERROR)] == [
        False, False, True, True,
    ]  # fmt: skip


def test_info_unless_told(logger):
    assert get_logger_level(logger.name) == UNSET
    assert logger.get_effective_level() == INFO


def test_children_have_the_level_of_their_nearest_ancestor(logger):
    child, grandchild = logger.get_child('child'), logger.get_child('child.grand')
    logger.set_level(ERROR)
    assert grandchild.get_effective_level() == ERROR
    child.set_level(DEBUG)
    assert grandchild.get_effective_level() == DEBUG
    assert logger.get_effective_level() == ERROR
    child.set_level(UNSET)
    assert grandchild.get_effective_level() == ERROR


def test_levels_by_name(logger):
    set_logger_level(logger.name, FATAL)
    assert get_logger_effective_level(logger.name) == FATAL
    assert get_logger_effective_level(f'{logger.name}.child') == FATAL
    with pytest.raises(ValueError, match='7'):
        set_logger_level(logger.name, 7)


@pytest.mark.parametrize('name', ['debug', 'INFO', 'Warn', 'error', 'fatal', 'unset'])
def test_severities_by_name(name):
    assert get_logging_severity_from_string(name) == LoggingSeverity[name.upper()]


def test_a_severity_that_is_none():
    with pytest.raises(RuntimeError):
        get_logging_severity_from_string('loud')


def test_what_is_logged(logger):
    logger.set_level(WARN)
    assert logger.debug('x') is False
    assert logger.info('x') is False
    assert logger.warning('x') is True
    assert logger.error('x') is True
    assert logger.fatal('x') is True
    assert logger.log('x', INFO) is False
    assert logger.log('x', WARN) is True


# Filters: whether each call of one line logs.


def test_once(logger):
    assert [logger.info('x', once=True) for _ in range(3)] == [True, False, False]


def test_skip_first(logger):
    assert [logger.info('x', skip_first=True) for _ in range(3)] == [False, True, True]


def test_skip_first_and_once(logger):
    logged = [logger.info('x', skip_first=True, once=True) for _ in range(4)]
    assert logged == [False, True, False, False]


def test_throttle(logger):
    assert [logger.info('x', throttle_duration_sec=3600.0) for _ in range(3)] == [
        True, False, False,
    ]  # fmt: skip
    assert [logger.info('x', throttle_duration_sec=1e-9) for _ in range(3)] == [True] * 3


def test_throttle_by_a_clock(logger):
    steady = Clock(clock_type=ClockType.STEADY_TIME)
    logged = [
        logger.info('x', throttle_duration_sec=1e-9, throttle_time_source_type=steady)
        for _ in range(2)
    ]
    assert logged == [True, True]


def test_each_line_has_its_own_filter(logger):
    for _ in range(2):
        first = logger.info('x', once=True)
        second = logger.info('x', once=True)
    assert (first, second) == (False, False)
    assert logger.info('x', once=True)


def test_what_is_below_the_level_is_not_counted(logger):
    def log():
        return logger.debug('x', once=True)

    assert not log()
    logger.set_level(DEBUG)
    assert log()


def test_unknown_options(logger):
    with pytest.raises(TypeError):
        logger.info('x', twice=True)
    with pytest.raises(TypeError):
        logger.info('x', throttle_time_source_type=Clock())


def test_options_of_a_line_stay(logger):
    def log(severity, **options):
        return logger.log('x', severity, **options)

    assert log(INFO, throttle_duration_sec=1e-9)
    with pytest.raises(ValueError, match='severity'):
        log(WARN, throttle_duration_sec=1e-9)
    with pytest.raises(ValueError, match='changed'):
        log(INFO, throttle_duration_sec=2.0)
    with pytest.raises(ValueError, match='changed'):
        log(INFO, once=True)


# The console.

TALK = """
    import rclpy, sys
    from rclpy.logging import get_logger
    rclpy.init(args=sys.argv)
    node = rclpy.create_node('talker')
    node.get_logger().debug('quiet')
    node.get_logger().info('hello')
    get_logger('other').warning('beware')
    get_logger('other').debug('whisper')
    rclpy.shutdown()
"""


def talk(*arguments, **environment):
    """Run the program; what it wrote to stdout and stderr, as lines."""
    result = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(TALK), *arguments],
        capture_output=True, text=True, check=True, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip
    return result.stdout.splitlines(), result.stderr.splitlines()


def test_the_console(domain):
    out, err = talk()
    assert out == []
    assert len(err) == 2
    severity, stamp, *rest = err[0].split(' ')
    assert severity == '[INFO]'
    seconds, _, nanoseconds = stamp.strip('[]').partition('.')
    assert int(seconds) > 10**9
    assert len(nanoseconds) == 9
    assert rest == ['[talker]:', 'hello']
    assert err[1].startswith('[WARN] [')
    assert err[1].endswith('] [other]: beware')


def test_the_console_format(domain):
    layout = '{severity}|{name}|{message}|{function_name}|{line_number}|{file_name}'
    _, err = talk(RCUTILS_CONSOLE_OUTPUT_FORMAT=layout)
    assert err[0] == 'INFO|talker|hello|<module>|7|' + err[0].rpartition('|')[2]
    assert err[0].endswith('<string>')


def test_the_console_in_colours(domain):
    _, err = talk(RCUTILS_COLORIZED_OUTPUT='1')
    assert err[1].startswith('\x1b[33m[WARN]')
    assert err[1].rstrip().endswith('\x1b[0m')


def test_the_console_on_stdout(domain):
    out, err = talk(RCUTILS_LOGGING_USE_STDOUT='1')
    assert [line.rpartition(' ')[2] for line in out] == ['hello', 'beware']
    assert err == []


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['--log-level', 'debug'], {'quiet', 'hello', 'beware', 'whisper'}),
        (['--log-level', 'WARN'], {'beware'}),
        (['--log-level', 'talker:=debug'], {'quiet', 'hello', 'beware'}),
        (['--log-level', 'error', '--log-level', 'other:=debug'], {'beware', 'whisper'}),
        (['--disable-stdout-logs'], set()),
        (['--enable-stdout-logs', '--disable-rosout-logs'], {'hello', 'beware'}),
    ],
)
def test_levels_on_the_command_line(domain, arguments, said):
    _, err = talk('--ros-args', *arguments)
    words = {line.rpartition(' ')[2] for line in err}
    assert words & {'quiet', 'hello', 'beware', 'whisper'} == said


# /rosout.


@pytest.fixture
def heard(make_node):
    """What is logged on /rosout."""
    logs = []
    quality = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    make_node('listener', enable_rosout=False).create_subscription(
        Log, '/rosout', logs.append, quality
    )
    return logs


def test_rosout(make_node, executor, heard):
    node = make_node('talker', namespace='/here')
    node.get_logger().debug('not this')
    node.get_logger().warning('this')
    spin_until(executor, lambda: heard)
    (log,) = heard
    assert (log.name, log.level, log.msg) == ('here.talker', 30, 'this')
    assert log.function == 'test_rosout'
    assert Path(log.file).name == Path(__file__).name
    assert log.line > 0
    assert log.stamp.sec > 0


def test_children_are_on_rosout_too(make_node, executor, heard):
    node = make_node('talker')
    child = node.get_logger().get_child('part')
    child.error('broken')
    spin_until(executor, lambda: heard)
    assert (heard[0].name, heard[0].level) == ('talker.part', 40)


def test_what_is_not_on_rosout(make_node, executor, heard):
    make_node('silent', enable_rosout=False).get_logger().info('not this')
    get_logger(next(_names)).info('of no node')
    make_node('talker').get_logger().info('this')
    spin_until(executor, lambda: heard)
    assert [log.msg for log in heard] == ['this']
