# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""SIGINT and SIGTERM in whole processes (rclpy/signals.py, src/rclpy/signal_handler.cpp)."""

import signal

import pytest
from ros_process import Process

SPINNER = """
    import sys, time
    import rclpy
    from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
    rclpy.init()
    node = rclpy.create_node('spinner')
    executor = MultiThreadedExecutor(2) if sys.argv[1:] == ['multi'] else None
    ticks = iter(range(10))  # by then the executor's threads run
    def tick():
        if next(ticks, None) is None:
            timer.cancel()
            print('ready')
    timer = node.create_timer(0.01, tick)
    try:
        rclpy.spin(node, executor)
    except KeyboardInterrupt:
        pass  # Python's own handler runs as well
    except ExternalShutdownException:
        pass  # raised if the signal comes while waiting, not while a callback runs
    # Spinning is woken just before the context is shut down, by another thread.
    end_s = time.monotonic() + 10
    while rclpy.ok() and time.monotonic() < end_s:
        time.sleep(0.001)
    print('ok:', rclpy.ok())
    node.destroy_node()
    rclpy.try_shutdown()
"""


@pytest.mark.parametrize('executor', ['single', 'multi'])
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signals_end_a_spin_that_has_nothing_to_do(domain, number, executor):
    with Process(SPINNER, executor) as process:
        assert process.line() == 'ready'
        assert process.signal(number) == 0
        assert process.rest().splitlines() == ['ok: False']


UNHANDLED = """
    import threading
    import rclpy
    from rclpy.signals import SignalHandlerOptions
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    print('ready')
    threading.Event().wait()
"""


def test_without_handlers_a_signal_does_what_it_did(domain):
    with Process(UNHANDLED) as process:
        assert process.line() == 'ready'
        assert process.signal(signal.SIGTERM) == -signal.SIGTERM


INSTALLED = """
    import rclpy
    from rclpy.context import Context
    from rclpy.signals import SignalHandlerOptions, get_current_signal_handlers_options
    from rclpy.signals import install_signal_handlers, uninstall_signal_handlers
    def installed():
        print(get_current_signal_handlers_options() == SignalHandlerOptions.{expected})
    {code}
    installed()
"""


@pytest.mark.parametrize(
    ('code', 'expected'),
    [
        ('rclpy.init()', 'ALL'),
        ('rclpy.init(context=Context())', 'NO'),
        ('rclpy.init(signal_handler_options=SignalHandlerOptions.SIGINT)', 'SIGINT'),
        ('rclpy.init(); rclpy.shutdown()', 'NO'),
        ('rclpy.init(); rclpy.shutdown(uninstall_handlers=False)', 'ALL'),
        ('install_signal_handlers(SignalHandlerOptions.SIGTERM)', 'SIGTERM'),
        ('install_signal_handlers(); uninstall_signal_handlers()', 'NO'),
    ],
)
def test_which_handlers_are_installed(domain, code, expected):
    with Process(INSTALLED.format(code=code, expected=expected)) as process:
        assert process.rest().splitlines()[-1] == 'True'


def test_a_python_handler_from_before_runs_too(domain):
    # src/rclpy/signal_handler.cpp chains to the handler that was there.
    before = """
    import signal
    signal.signal(signal.SIGTERM, lambda *_: print('mine'))
    """
    with Process(before + SPINNER) as process:
        assert process.line() == 'ready'
        assert process.signal(signal.SIGTERM) == 0
        assert sorted(process.rest().splitlines()) == ['mine', 'ok: False']


def test_leaving_without_shutdown_is_clean(domain):
    with Process("""
        import rclpy
        rclpy.init()
        node = rclpy.create_node('careless')
        node.create_timer(0.001, lambda: None)
        rclpy.spin_once(node)
    """) as process:
        assert 'Traceback' not in process.rest()
        assert process.signal(0) == 0
