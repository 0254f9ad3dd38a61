# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ExecuteProcess with real processes: output, exit codes, signals, respawning, no orphans."""

from __future__ import annotations

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from launch import LaunchDescription, LaunchService
from launch.actions import (
    EmitEvent,
    ExecuteProcess,
    LogInfo,
    RegisterEventHandler,
    SetEnvironmentVariable,
    Shutdown,
)
from launch.event_handlers import OnProcessExit, OnProcessStart
from launch.events import matches_action
from launch.events.process import ShutdownProcess, SignalProcess
import pytest

SLEEP = 'import time; print("up", flush=True); time.sleep(600)'
STUBBORN = """
import pathlib, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({path!r}).touch()
time.sleep(600)
"""
WAIT = """
import pathlib, time
while not pathlib.Path({path!r}).exists():
    time.sleep(0.01)
"""


def python(code, **kwargs):
    return ExecuteProcess(cmd=[sys.executable, '-c', code], name='child', **kwargs)


def run(*entities):
    service = LaunchService()
    service.include_launch_description(LaunchDescription(entities))
    return service.run()


def number(action):
    return action.process_details['name']


def test_output_is_prefixed_and_exit_codes_are_told(capsys):
    good = python(
        'import sys; print("out"); print("err", file=sys.stderr); print("end", end="")',
        output='screen',
    )
    bad = python('raise SystemExit(3)')
    assert run(good, bad) == 0
    lines = capsys.readouterr().out.splitlines()
    for text in ('out', 'err', 'end'):
        assert f'[{number(good)}] {text}' in lines
    pid = good.process_details['pid']
    assert f'[INFO] [{number(good)}]: process has finished cleanly [pid {pid}]' in lines
    assert bad.return_code == 3
    assert any(
        line.startswith(f'[ERROR] [{number(bad)}]: process has died [pid ')
        and "exit code 3, cmd '" in line
        for line in lines
    )


def test_log_output_shows_errors_only(capsys):
    child = python('import sys; print("out"); print("err", file=sys.stderr)')
    run(child)
    out = capsys.readouterr().out
    assert f'[{number(child)}] err' in out
    assert f'[{number(child)}] out' not in out


def test_terminal_cwd_environment_prefix_and_shell(capsys, tmp_path):
    code = (
        'import os,sys; print(sys.stdout.isatty(), os.getcwd(), os.environ["A"], os.environ["B"])'
    )
    tty = python(
        code,
        output='screen',
        emulate_tty=True,
        cwd=str(tmp_path),
        additional_env={'B': 'b'},
        prefix='env A=2',
    )
    shell = ExecuteProcess(cmd=['echo one; echo', 'two $A'], shell=True, output='both')
    assert run(SetEnvironmentVariable('A', 'a'), tty, shell) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f'[{number(tty)}] True {tmp_path} 2 b' in lines
    assert f'[{number(shell)}] two a' in lines


def test_handlers_and_on_exit(capsys):
    child = python(SLEEP, output='screen', on_exit=[LogInfo(msg='own')])
    after = python('print("after")', output='screen')

    def stop(event, _):
        assert event.action is child
        return EmitEvent(event=ShutdownProcess(process_matcher=matches_action(child)))

    assert (
        run(
            RegisterEventHandler(OnProcessStart(target_action=child, on_start=stop)),
            RegisterEventHandler(
                OnProcessExit(
                    target_action=child,
                    on_exit=lambda event, _: [LogInfo(msg=f'code {event.returncode}'), after],
                )
            ),
            child,
        )
        == 0
    )
    out = capsys.readouterr().out
    assert f"sending signal 'SIGINT' to process[{number(child)}]" in out
    assert out.index('own') < out.index('] after')
    assert 'code ' in out


def test_required_process_shuts_down_the_rest(capsys):
    child = python('', on_exit=Shutdown())
    other = python(SLEEP)
    assert run(other, child) == 0
    out = capsys.readouterr().out
    assert f'process[{number(child)}] was required: shutting down launched system' in out
    assert other.return_code in (-signal.SIGINT, 1)


def test_signals_can_be_sent():
    child = python(SLEEP)
    kill = EmitEvent(
        event=SignalProcess(signal_number='SIGKILL', process_matcher=matches_action(child))
    )
    run(RegisterEventHandler(OnProcessStart(target_action=child, on_start=kill)), child)
    assert child.return_code == -signal.SIGKILL


def test_stubborn_processes_are_killed_in_the_end(capsys, tmp_path):
    path = str(tmp_path / 'ignores_signals')
    child = python(STUBBORN.format(path=path), sigterm_timeout='0.2', sigkill_timeout='0.2')
    assert run(child, python(WAIT.format(path=path), on_exit=Shutdown())) == 0
    assert child.return_code == -signal.SIGKILL
    out = capsys.readouterr().out
    assert "'0.2' seconds after receiving 'SIGINT', escalating to 'SIGTERM'" in out
    assert "'0.2' seconds after receiving 'SIGTERM', escalating to 'SIGKILL'" in out


def test_respawn_stops_at_its_limit(tmp_path):
    path = tmp_path / 'count'
    child = python(
        f'open({str(path)!r}, "a").write("x")',
        respawn=True,
        respawn_delay=0.01,
        respawn_max_retries=2,
    )
    assert run(child) == 0
    assert path.read_text() == 'xxx'


def test_missing_program_fails_the_launch(capsys):
    other = python(SLEEP)
    assert run(other, ExecuteProcess(cmd=['/no/such/program'])) == 1
    assert '/no/such/program' in capsys.readouterr().out
    assert other.return_code is not None


def test_unsupported_options_say_so():
    with pytest.raises(NotImplementedError, match='cached_output'):
        ExecuteProcess(cmd=['true'], cached_output=True)
    with pytest.raises(TypeError):
        ExecuteProcess(cmd=['true'], nonsense=True)


LAUNCH = """
import sys
from launch import LaunchDescription
from launch.actions import ExecuteProcess


def generate_launch_description():
    code = {code!r}
    cmd = [sys.executable, '-c', code]
    return LaunchDescription([ExecuteProcess(cmd=cmd, output='screen', sigterm_timeout='1')])
"""
FAMILY = """
import os, subprocess, sys, time
grandchild = subprocess.Popen(['sleep', '600'])
print('pids', os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""


def is_running(pid):
    stat = Path(f'/proc/{pid}/stat')
    try:
        return stat.read_text().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def launched(path, start):
    command = [sys.executable, '-m', 'ros2cli.main', 'launch', str(path)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=dict(os.environ)
    )
    for line in process.stdout:
        if start in line:
            return process, line
    raise AssertionError('nothing was launched')


@pytest.mark.skipif(sys.platform != 'linux', reason='looks at /proc')
@pytest.mark.parametrize(
    ('signum', 'code'), [(signal.SIGINT, 0), (signal.SIGTERM, 1), (signal.SIGKILL, -9)]
)
def test_no_orphans_whatever_ends_the_launch(tmp_path, signum, code):
    path = tmp_path / 'family.launch.py'
    path.write_text(
        LAUNCH.format(
            code=FAMILY
            if signum != signal.SIGKILL
            else FAMILY.replace("subprocess.Popen(['sleep', '600'])", 'subprocess.Popen(["true"])')
        )
    )
    process, line = launched(path, 'pids')
    pids = [int(word) for word in line.split()[-2:]]
    process.send_signal(signum)
    rest = process.stdout.read()
    assert process.wait(20) == code, rest
    process.stdout.close()
    end = time.monotonic() + 10
    while any(is_running(pid) for pid in pids) and time.monotonic() < end:
        time.sleep(0.02)
    assert [pid for pid in pids if is_running(pid)] == []
    if signum == signal.SIGINT:
        assert '[WARNING] [launch]: user interrupted with ctrl-c (SIGINT)' in rest
