# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The `ros2` command beside nodes of the test's own, which are spun while it runs."""

from __future__ import annotations

import os
from pathlib import Path
import signal
import subprocess

import pytest
from ros_fixtures import own_domain, spin_until, stop_daemon


class Command:
    """A `ros2` command that runs; what it prints goes to files."""

    def __init__(self, executor, folder, arguments, given=''):
        self._executor = executor
        self.arguments = ['ros2', *map(str, arguments)]
        self._files = [Path(folder, name) for name in ('in', 'out', 'err')]
        self._files[0].write_text(given)
        with (
            self._files[0].open() as stdin,
            self._files[1].open('w') as stdout,
            self._files[2].open('w') as stderr,
        ):
            # A session of its own, so that Ctrl-C can be imitated as a terminal does it.
            self.process = subprocess.Popen(
                self.arguments, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=True
            )

    @property
    def stdout(self):
        return self._files[1].read_text()

    @property
    def stderr(self):
        return self._files[2].read_text()

    def until(self, condition, timeout_s=30.0):
        """Spin the nodes until a condition holds."""
        spin_until(self._executor, condition, timeout_s)

    def end(self):
        """Spin the nodes until the command has ended, and give its exit code."""
        self.until(lambda: self.process.poll() is not None)
        return self.process.returncode

    def interrupt(self):
        """
        Press Ctrl-C, and give the exit code.

        Where rclpy spins it may be 0 or that of a signal: its handler and Python's race.
        """
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.end()
        assert 'Traceback' not in self.stderr
        return code

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope='module')
def module_domain():
    """The number of a domain that only this module and the processes it starts use."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        number = own_domain(monkeypatch)
        yield number
        stop_daemon(number)


@pytest.fixture(scope='module')
def spinner(module_domain):
    """An executor; its nodes live as long as the module's tests."""
    from rclpy.context import Context  # noqa: PLC0415 see ros_fixtures
    from rclpy.executors import SingleThreadedExecutor  # noqa: PLC0415 as above

    context = Context()
    context.init([])
    executor = SingleThreadedExecutor(context=context)
    yield executor
    for node in executor.get_nodes():
        executor.remove_node(node)
        node.destroy_node()
    executor.shutdown()
    context.try_shutdown()


class CommandLine:
    """Runs `ros2` commands."""

    def __init__(self, executor, folder):
        self._executor = executor
        self._folder = folder
        self.commands = []

    def start(self, *arguments, given=''):
        """Start a command: `cli.start('topic', 'echo', '/x')` gives a Command."""
        folder = self._folder / f'command{len(self.commands)}'
        folder.mkdir()
        self.commands.append(Command(self._executor, folder, arguments, given))
        return self.commands[-1]

    def __call__(self, *arguments, given=''):
        """Run a command to its end: `cli('topic', 'list')` gives what it printed."""
        command = self.start(*arguments, given=given)
        code = command.end()
        assert code == 0, f'{command.arguments}: {code}\n{command.stdout}\n{command.stderr}'
        return command.stdout

    def until(self, condition):
        """Spin the nodes until a condition holds."""
        spin_until(self._executor, condition)

    def failing(self, *arguments):
        """Run a command that must fail, and give its error text."""
        command = self.start(*arguments)
        assert command.end() != 0, f'{command.arguments}: {command.stdout}'
        return command.stderr


@pytest.fixture
def cli(spinner, tmp_path):
    """Run `ros2` commands, while the nodes of the module are spun."""
    cli = CommandLine(spinner, tmp_path)
    yield cli
    for command in cli.commands:
        command.kill()
