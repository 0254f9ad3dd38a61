# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What launching does beyond ROS 2: nothing is left behind, what is missing says so."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
import signal
import subprocess
import sys
import time

from ament_index_python.executables import get_executable_paths
from launch import LaunchContext, LaunchDescription, LaunchService
from launch.actions import (
    ExecuteProcess,
    GroupAction,
    IncludeLaunchDescription,
    RegisterEventHandler,
    Shutdown,
    TimerAction,
)
from launch.event_handlers import OnProcessStart, OnShutdown
from launch.substitutions import PythonExpression
from launch_ros.actions import LifecycleNode, Node
from launch_ros.parameter_descriptions import ParameterFile
import pytest

LAUNCH = """
import sys
from launch import LaunchDescription
from launch.actions import ExecuteProcess


def generate_launch_description():
    cmd = [sys.executable, '-c', {code!r}]
    return LaunchDescription([ExecuteProcess(cmd=cmd, output='screen', sigterm_timeout='1')])
"""
FAMILY = """
import os, subprocess, time
grandchild = subprocess.Popen(['sleep', '600'])
print('pids', os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""


def is_running(pid):
    try:
        stat = Path(f'/proc/{pid}/stat').read_text()
    except OSError:
        return False
    return stat.rpartition(')')[2].split()[0] != 'Z'


@pytest.mark.skipif(sys.platform != 'linux', reason='looks at /proc')
@pytest.mark.parametrize(
    ('signum', 'code'), [(signal.SIGINT, 0), (signal.SIGTERM, 1), (signal.SIGKILL, -9)]
)
def test_no_orphans_whatever_ends_the_launch(tmp_path, signum, code):
    path = tmp_path / 'family.launch.py'
    family = FAMILY.replace("'sleep', '600'", "'true'") if signum == signal.SIGKILL else FAMILY
    path.write_text(LAUNCH.format(code=family))
    command = [sys.executable, '-m', 'ros2cli.main', 'launch', str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        line = next(line for line in process.stdout if 'pids' in line)
        pids = [int(word) for word in line.split()[-2:]]
        process.send_signal(signum)
        rest = process.stdout.read()
        assert process.wait(20) == code, rest
    end_s = time.monotonic() + 10
    while any(map(is_running, pids)) and time.monotonic() < end_s:
        time.sleep(0.02)
    assert not any(map(is_running, pids))


def run(*entities):
    service = LaunchService()
    service.include_launch_description(LaunchDescription(entities))
    return service.run()


def test_handler_that_fails_leaves_nothing_running(capsys):
    child = ExecuteProcess(cmd=['sleep', '600'])
    started = OnProcessStart(target_action=child, on_start=[Shutdown()])
    failing = OnShutdown(on_shutdown=lambda *_: {}['gone'])
    assert run(RegisterEventHandler(started), child, RegisterEventHandler(failing)) == 1
    assert child.return_code == -signal.SIGINT
    assert "'gone'" in capsys.readouterr().out


def test_expressions_may_use_modules():
    expression = PythonExpression(['os.sep + ', "'a'"], ['os'])  # since Iron
    assert expression.perform(LaunchContext()) == '/a'


TELL = """#!{python}
import json, sys
files = [(a, open(a).read()) for b, a in zip(sys.argv, sys.argv[1:]) if b == '--params-file']
json.dump([sys.argv[1:], files], open({told!r}, 'w'))
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package 'pytest', also a pip distribution, with a program 'tell' of its own."""
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'pytest').touch()
    tell = tmp_path / 'lib' / 'pytest' / 'tell'
    tell.parent.mkdir(parents=True)
    tell.write_text(TELL.format(python=sys.executable, told=str(tmp_path / 'told')))
    tell.chmod(0o755)
    (tell.parent / 'data').touch()
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    return tmp_path


def test_files_of_parameters_are_deleted_in_the_end(package):
    assert run(Node(package='pytest', executable='tell', parameters=[{'a': 'b: c'}])) == 0
    arguments, [[path, text]] = json.loads((package / 'told').read_text())
    assert arguments == ['--ros-args', '--params-file', path]
    assert text == "/**:\n  ros__parameters:\n    a: 'b: c'\n"
    assert not Path(path).exists()


def test_file_of_parameters_that_is_missing_is_told(package, capsys):
    assert run(Node(package='pytest', executable='tell', parameters=['/no/file.yaml'])) == 0
    assert 'Parameter file path is not a file: /no/file.yaml' in capsys.readouterr().out


def test_programs_in_lib_and_console_scripts(package, capsys):
    found = get_executable_paths('pytest')
    assert {'pytest', 'tell'} <= set(found)
    assert 'data' not in found
    assert found['tell'] == str(package / 'lib' / 'pytest' / 'tell')
    assert Path(found['pytest']).parent == Path(sys.executable).parent
    assert run(Node(package='pytest', executable='nope')) == 1
    assert "executable 'nope' not found in package 'pytest', which has: [" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    'path',
    [
        'launch.LaunchIntrospector',
        'launch.actions.ForEach',
        'launch.actions.append_environment_variable.AppendEnvironmentVariable',
        'launch.event_handler.BaseEventHandler',
        'launch.conditions.LaunchConfigurationEquals',
        'launch.event_handlers.OnProcessIO',
        'launch.events.matches_action',
        'launch.events.process.SignalProcess',
        'launch.launch_description_sources.FrontendLaunchDescriptionSource',
        'launch.logging.launch_config',
        'launch.substitutions.AnonName',
        'launch_ros.actions.ComposableNodeContainer',
        'launch_ros.descriptions.ComposableNode',
        'launch_ros.substitutions.Parameter',
        'ament_index_python.get_resource',
    ],
)
def test_missing_names_say_so(path):
    module, _, name = path.rpartition('.')
    with pytest.raises(NotImplementedError, match=name):
        getattr(importlib.import_module(module), name)
    with pytest.raises(AttributeError, match='nonsense'):
        importlib.import_module(module).nonsense  # noqa: B018 looking is the test


@pytest.mark.parametrize(
    'module',
    [
        'ament_index_python.resources',
        'launch.frontend',
        'launch_ros.events.lifecycle',
        'launch_testing.actions',
        'launch_xml',
    ],
)
def test_missing_modules_say_so(module):
    with pytest.raises(NotImplementedError, match=module.partition('.')[0]):
        importlib.import_module(module)


@pytest.mark.parametrize(
    ('make', 'what'),
    [
        (lambda: ExecuteProcess(cmd=['true'], cached_output=True), 'cached_output'),
        (lambda: ExecuteProcess(cmd=['true'], output_format='{line}'), 'output_format'),
        (lambda: GroupAction([], forwarding=False), 'forwarding'),
        (
            lambda: LifecycleNode(executable='a', name='b', namespace='', autostart=True),
            'autostart',
        ),
        (lambda: ParameterFile('f', allow_substs=True), 'allow_substs'),
        (lambda: TimerAction(period=1.0, actions=[], cancel_on_shutdown=False), 'cancel_on_'),
    ],
)
def test_missing_options_say_so(make, what):
    with pytest.raises(NotImplementedError, match=what):
        make()


@pytest.mark.parametrize(
    'action',
    [
        ExecuteProcess(cmd=['true'], output='own_log'),
        ExecuteProcess(cmd=['true'], output={'stdout': 'screen'}),
        IncludeLaunchDescription('/some.launch.xml'),
    ],
)
def test_what_is_noticed_while_launching_ends_the_launch(action, capsys):
    assert run(action) == 1
    assert 'is not supported by pi0-ros-runtime' in capsys.readouterr().out
