# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
`ros2 launch` with programs: output, exit codes, signals, respawning.

What it prints and how it ends them is in ros2/launch launch/actions/execute_local.py and
launch/launch_service.py; a terminal isn't there, so it passes SIGINT on
(ros2/launch_ros ros2launch/command/launch.py).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys

import pytest

HEAD = f"""
from launch import LaunchDescription
from launch.actions import *
from launch.conditions import *
from launch.event_handlers import *
from launch.substitutions import *


def python(code, *arguments, **options):
    options = {{'output': 'screen', 'name': 'child', **options}}
    return ExecuteProcess(cmd=[{sys.executable!r}, '-uc', code, *arguments], **options)


WAIT = 'import time; time.sleep(600)'
UP = 'import os; print("up", os.getpid());' + WAIT


def generate_launch_description():
    return LaunchDescription([
"""


@pytest.fixture
def launch(tmp_path, domain):
    """Start `ros2 launch` with some actions; it is killed in the end if it still runs."""
    started = []

    def start(actions, *arguments):
        path = tmp_path / 'some.launch.py'
        path.write_text(f'{HEAD}{actions}\n    ])\n')
        process = subprocess.Popen(
            ['ros2', 'launch', str(path), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.wait()


def finish(process, code=0):
    """Wait for the end and return what was printed."""
    output, _ = process.communicate(timeout=30)
    assert process.returncode == code, output
    return output


def read_until(process, text):
    """Return the first line with the text."""
    seen = []
    for line in process.stdout:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f'{text} was never printed, but {seen}')


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


# ---- output


def test_output_and_exit_codes_of_processes(launch):
    output = finish(
        launch("""
        python('import sys; print("out"); print("err", file=sys.stderr); print("end", end="")'),
        python('raise SystemExit(3)', name='bad'),
        python('import sys; print("quiet"); print("loud", file=sys.stderr)', output='log',
               name='log'),
        ExecuteProcess(cmd=['sh', '-c', 'echo unnamed'], output='both'),
        ExecuteProcess(cmd=['sh', '-c', 'printf un; echo other >&2; echo broken'], output='both'),
        LogInfo(msg=['told ', TextSubstitution(text='you')]),
    """)
    )
    lines = output.splitlines()
    for line in ('out', 'err', 'end'):
        assert any(re.fullmatch(rf'\[child-\d+\] {line}', found) for found in lines), output
    assert re.search(
        r'^\[INFO\] \[child-\d+\]: process started with pid \[\d+\]$', output, re.MULTILINE
    )
    assert re.search(r'^\[INFO\] \[child-\d+\]: process has finished cleanly \[pid \d+\]$',
                     output, re.MULTILINE)  # fmt: skip
    assert re.search(r'^\[ERROR\] \[bad-\d+\]: process has died \[pid \d+, exit code 3, cmd \'',
                     output, re.MULTILINE)  # fmt: skip
    assert re.search(r'^\[log-\d+\] loud$', output, re.MULTILINE)
    assert not re.search(r'^\[log-\d+\] quiet$', output, re.MULTILINE)
    assert re.search(r'^\[sh-\d+\] unnamed$', output, re.MULTILINE)
    assert re.search(r'^\[sh-\d+\] unbroken$', output, re.MULTILINE)
    assert re.search(r'^\[sh-\d+\] other$', output, re.MULTILINE)
    assert '[INFO] [launch.user]: told you\n' in output


def test_surroundings_of_a_process(launch, tmp_path):
    output = finish(launch("""
        SetEnvironmentVariable('A', 'a'),
        DeclareLaunchArgument('folder'),
        python('import os; print("in", os.getcwd(), os.environ["A"], os.environ["B"])',
               cwd=LaunchConfiguration('folder'), additional_env={'B': 'b'}, prefix='env A=2'),
        python('import os; print("only", sorted(set(os.environ) & {"A", "C", "PATH"}))',
               env={'C': 'c'}),
        python('import sys; print("tty", sys.stdout.isatty())', emulate_tty=True),
        python('import sys; print("pipe", sys.stdout.isatty())'),
        python('import sys; print(sys.argv)', LaunchConfiguration('folder'), ['b ', 'c']),
        ExecuteProcess(cmd=['echo one; echo', 'two $A'], shell=True, output='screen'),
    """, f'folder:={tmp_path}'))  # fmt: skip
    assert f'] in {tmp_path} 2 b\n' in output
    assert "] only ['C']\n" in output
    assert '] tty True\n' in output
    assert '] pipe False\n' in output
    assert f"] ['-c', '{tmp_path}', 'b c']\n" in output
    assert '] two a\n' in output
    assert 'Traceback' not in output


def test_program_that_is_missing_is_told_and_the_others_go_on(launch):
    output = finish(
        launch("""
        ExecuteProcess(cmd=['/no/such/program']),
        python('print("here")'),
    """)
    )
    assert '/no/such/program' in output
    assert re.search(r'^\[child-\d+\] here$', output, re.MULTILINE)


# ---- respawning and what else happens at an exit


def test_respawn_ends_at_its_limit(launch):
    output = finish(
        launch("""
        python('print("here")', respawn=True, respawn_delay=0.01, respawn_max_retries=2),
    """)
    )
    assert len(re.findall(r'^\[child-\d+\] here$', output, re.MULTILINE)) == 3


def test_respawn_may_come_from_an_argument(launch):
    child = """
        python('print("here")', respawn=LaunchConfiguration('again'), respawn_max_retries=1),
    """
    assert finish(launch(child, 'again:=true')).count('] here\n') == 2
    assert finish(launch(child, 'again:=false')).count('] here\n') == 1


def test_shutdown_interrupts_the_respawn_delay(launch):
    process = launch("python('print(1)', respawn=True, respawn_delay=600.0),")
    read_until(process, 'finished cleanly')
    process.send_signal(signal.SIGINT)
    finish(process)


def test_shutdown_when_a_required_process_exits(launch, tmp_path):
    os.mkfifo(tmp_path / 'fifo')
    process = launch("""
        python(UP),
        python('import sys; open(sys.argv[1]).read()', LaunchConfiguration('fifo'),
               name='required', on_exit=[Shutdown()]),
    """, f'fifo:={tmp_path}/fifo')  # fmt: skip
    pid = int(read_until(process, '] up').split()[-1])
    (tmp_path / 'fifo').write_text('end')
    assert 'was required: shutting down launched system' in finish(process)
    assert is_gone(pid)


def test_on_exit_may_be_a_function(launch):
    output = finish(
        launch("""
        python('', on_exit=lambda event, context: [LogInfo(msg=f'code {event.returncode}')]),
    """)
    )
    assert '[launch.user]: code 0' in output


def test_process_starts_after_another(launch):
    first = "(first := python('print(1)', name='first')),"
    output = finish(launch(first + """
        RegisterEventHandler(OnProcessExit(
            target_action=first, on_exit=[python('print(2)', name='second')])),
    """))  # fmt: skip
    assert output.index('] 1\n') < output.index('] 2\n')


# ---- signals


def test_interrupt_reaches_the_processes(launch):
    process = launch("""
        python('''
import time
try:
    print('up')
    time.sleep(600)
except KeyboardInterrupt:
    print('interrupted')
'''),
    """)
    read_until(process, '] up')
    process.send_signal(signal.SIGINT)
    output = finish(process)
    assert '[WARNING] [launch]: user interrupted with ctrl-c (SIGINT)' in output
    assert re.search(r"^\[INFO\] \[child-\d+\]: sending signal 'SIGINT' to process\[child-\d+\]$",
                     output, re.MULTILINE)  # fmt: skip
    assert re.search(r'^\[child-\d+\] interrupted$', output, re.MULTILINE)


def test_stubborn_processes_are_killed(launch):
    process = launch("""
        python('''
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', os.getpid())
time.sleep(600)
''', sigterm_timeout='0.25', sigkill_timeout=LaunchConfiguration('more', default='0.5')),
    """)
    pid = int(read_until(process, '] up').split()[-1])
    process.send_signal(signal.SIGINT)
    output = finish(process)
    # Both times count from the SIGINT.
    for sign, harder, seconds in (('INT', 'TERM', 0.25), ('TERM', 'KILL', 0.75)):
        assert re.search(
            rf"\]: process\[child-\d+\] failed to terminate '{seconds}' seconds after receiving "
            rf"'SIG{sign}', escalating to 'SIG{harder}'", output,
        ), output  # fmt: skip
    assert 'exit code -9' in output
    assert is_gone(pid)


def test_process_that_heeds_sigterm_only(launch):
    process = launch("""
        SetLaunchConfiguration('sigterm_timeout', '0.25'),
        python('''
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('up')
time.sleep(600)
'''),
    """)
    read_until(process, '] up')
    process.send_signal(signal.SIGINT)
    output = finish(process)
    assert "escalating to 'SIGTERM'" in output
    assert 'exit code -15' in output
    assert 'SIGKILL' not in output


def test_terminated_launch_ends_with_a_failure(launch):
    process = launch('python(UP),')
    pid = int(read_until(process, '] up').split()[-1])
    try:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 1
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # ROS 2 says it may leave orphans


# ---- errors and arguments


def test_error_in_a_handler_ends_what_runs(launch):
    process = launch("""
        python(UP),
        RegisterEventHandler(OnProcessStart(on_start=lambda event, context: {}['gone'])),
    """)
    output = finish(process, code=1)
    assert (
        "[ERROR] [launch]: Caught exception in launch (see debug for traceback): 'gone'\n"
        in output
    )
    assert "sending signal 'SIGINT'" in output


def test_missing_argument_ends_the_launch(launch):
    output = finish(launch("DeclareLaunchArgument('must'), python('print(1)'),"), code=1)
    assert 'must' in output
    assert '] 1\n' not in output


def test_value_that_is_no_choice(launch):
    output = finish(launch("DeclareLaunchArgument('arm', choices=['a', 'b']),", 'arm:=c'), code=1)
    assert 'Argument "arm" provided value "c" is not valid. Valid options are: [' in output


def test_arguments_are_shown(launch):
    output = finish(launch("""
        DeclareLaunchArgument('arm', description='Which arm', choices=['a', 'b']),
        DeclareLaunchArgument('speed', default_value=['0', LaunchConfiguration('x')]),
        python('print("never")'),
    """, '--show-args'))  # fmt: skip
    assert "'arm':\n        Which arm. Valid choices are: ['a', 'b']\n" in output
    assert (
        "'speed':\n        no description given\n        (default: '0' + LaunchConfig('x'))"
        in (output)
    )
    assert 'never' not in output


def test_last_value_of_an_argument_counts(launch):
    output = finish(launch("LogInfo(msg=LaunchConfiguration('x')),", 'x:=1', 'x:=a:=b'))
    assert '[launch.user]: a:=b\n' in output
