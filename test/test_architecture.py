# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The import law of doc/architecture.md, and the form that every file keeps."""

import ast
from pathlib import Path
import re
import sys

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / 'pi0_ros'
SOURCES = sorted(PACKAGE.rglob('*.py'))
RUNTIME = sorted((ROOT / 'runtime' / 'src').rglob('*.py'))
EVERY_FILE = [
    file
    for folder in ('pi0_ros', 'launch', 'test', 'benchmarks', 'tools', 'runtime')
    for file in sorted((ROOT / folder).rglob('*.py'))
    if 'build' not in file.relative_to(ROOT).parts
]

# What each part of the package may import of the package itself. Data flow one way.
MAY_IMPORT = {
    'types': set(),
    'delays': set(),
    'model': {'types'},
    'robots': {'types'},
    'execution': {'types', 'delays'},
    'sim': {'types'},
    'viz': {'types'},
    'policy': {'types', 'delays', 'model', 'robots'},
    'preflight': {'types', 'model', 'robots', 'policy', 'execution', 'viz'},
    'tools': {'types', 'model', 'robots'},
    'convert': {'types'},
    'recording': {'types'},
    'train': {'types', 'model', 'robots', 'policy', 'sim', 'convert', 'recording'},
    'sim.evaluate': {'types', 'delays', 'robots', 'policy', 'execution', 'sim', 'viz', 'tools'},
    'nodes': {
        'types',
        'delays',
        'model',
        'robots',
        'policy',
        'execution',
        'sim',
        'viz',
        'convert',
        'recording',
        'preflight',
    },
}
# Whole worlds that a part must not know.
ROS = {
    'rclpy', 'cv_bridge', 'launch', 'launch_ros', 'ament_index_python', 'builtin_interfaces',
    'diagnostic_msgs', 'geometry_msgs', 'lifecycle_msgs', 'rcl_interfaces', 'rosgraph_msgs',
    'sensor_msgs', 'std_msgs', 'std_srvs', 'trajectory_msgs', 'visualization_msgs',
}  # fmt: skip
TORCH = {'torch', 'transformers', 'safetensors'}
MUST_NOT_KNOW = {
    'types': ROS | TORCH,
    'delays': ROS | TORCH | {'time', 'datetime'},
    'model': ROS | {'mujoco', 'cv2'},
    'robots': ROS | TORCH,
    'execution': ROS | TORCH | {'time', 'datetime', 'threading'},
    'sim': ROS | TORCH,
    'viz': ROS | TORCH,
    'policy': ROS | {'mujoco'},
    'preflight': ROS | {'mujoco', 'time', 'datetime'},
    'tools': ROS,
    'convert': TORCH | {'rclpy', 'launch', 'launch_ros'},
    'recording': ROS | TORCH | {'time', 'datetime'},
    'train': ROS,
    'sim.evaluate': ROS,
    'nodes': set(),
}


def imports(file):
    """Yield the full names of the modules that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{file}: relative import'
            yield node.module


def part_of(file):
    name = '.'.join(file.relative_to(PACKAGE).with_suffix('').parts)
    return max((part for part in MAY_IMPORT if f'{name}.'.startswith(f'{part}.')), key=len,
               default=name.partition('.')[0])  # fmt: skip


@pytest.mark.parametrize('file', SOURCES, ids=lambda f: str(f.relative_to(ROOT)))
def test_import_law(file):
    part = part_of(file)
    if part == '__init__':
        return
    for module in imports(file):
        top, *rest = module.split('.')
        assert top not in MUST_NOT_KNOW[part], f'{part} must not know {module}'
        if top == 'pi0_ros':
            assert rest, f'{file}: import the module that is meant'
            assert rest[0] == part or rest[0] in MAY_IMPORT[part], f'{part} imports {module}'


def test_law_covers_every_part():
    assert {part_of(file) for file in SOURCES} - {'__init__'} <= set(MAY_IMPORT)


def test_package_and_runtime_do_not_know_each_other():
    private = {'ros_wire', 'cyclonedds', 'ros2cli'}
    for file in SOURCES:
        assert not private & {module.split('.')[0] for module in imports(file)}, file
    for file in RUNTIME:
        assert 'pi0_ros' not in {module.split('.')[0] for module in imports(file)}, file


CONTRACT = sorted((ROOT / 'test' / 'contract').glob('*.py'))


def is_ros(module):
    top = module.partition('.')[0]
    return top in ROS or top.endswith(('_msgs', '_srvs', '_interfaces'))


def ros_names(code):
    """Return what a program takes from ROS 2, as module:name."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and is_ros(node.module):
            names |= {f'{node.module}:{alias.name}' for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names |= {f'rclpy:{node.attr}'} if node.value.id == 'rclpy' else set()
    return names


def test_contract_covers_all_that_is_taken_from_ros():
    """Of messages, test/contract/test_messages.py looks for every one itself."""
    folders = (ROOT / folder for folder in ('pi0_ros', 'launch', 'test', 'benchmarks'))
    users = [file for folder in folders for file in folder.rglob('*.py') if file not in CONTRACT]
    taken = set().union(*(ros_names(file.read_text()) for file in users))
    taken = {name for name in taken if '.msg:' not in name and '.srv:' not in name}
    assert len(taken) > 30
    texts = [file.read_text() for file in CONTRACT]
    # Also what the programs import that tests run as processes of their own.
    lines = re.findall(r'^ +(from \S+ import [\w, ]+)$', '\n'.join(texts), re.MULTILINE)
    assert not taken - set().union(*map(ros_names, texts + lines))


@pytest.mark.parametrize('file', CONTRACT, ids=lambda f: f.stem)
def test_contract_knows_the_public_api_alone(file):
    own = {other.stem for other in CONTRACT} | {'pytest', 'numpy', 'yaml', 'cv2', 'rosbags'}
    for module in imports(file):
        top = module.partition('.')[0]
        assert is_ros(module) or top in own | sys.stdlib_module_names, module
        assert not any(part.startswith('_') for part in module.split('.') if part != '__future__')
    for node in ast.walk(ast.parse(file.read_text())):
        own_attribute = isinstance(node, ast.Attribute) and ast.unparse(node.value) == 'self'
        if isinstance(node, ast.Attribute) and not own_attribute:
            assert not node.attr.startswith('_') or node.attr.startswith('__'), node.attr


# What rclpy's own Node and LifecycleNode keep under names that a subclass could take from them
# (ros2/rclpy: rclpy/node.py, rclpy/lifecycle/node.py).
TAKEN = {
    '_allow_undeclared_parameters', '_callbacks', '_clients', '_clock', '_context',
    '_default_callback_group', '_descriptors', '_enabled', '_guards', '_logger',
    '_logger_service', '_managed_entities', '_on_set_parameters_callbacks',
    '_parameter_event_publisher', '_parameter_overrides', '_parameter_service', '_parameters',
    '_publishers', '_rate_group', '_services', '_state_machine', '_subscriptions',
    '_time_source', '_timers', '_type_description_service',
}  # fmt: skip


@pytest.mark.parametrize('file', sorted((PACKAGE / 'nodes').glob('*.py')), ids=lambda f: f.stem)
def test_nodes_leave_rclpy_its_names(file):
    stored = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    assert not stored & TAKEN


@pytest.mark.parametrize('file', EVERY_FILE, ids=lambda f: str(f.relative_to(ROOT)))
def test_form(file):
    text = file.read_text()
    lines = text.splitlines()
    assert lines[0] == '# Copyright 2026 The pi0_ros authors'
    assert lines[1] == '# SPDX-License-Identifier: Apache-2.0'
    assert len(lines) <= 300 or 'test' in file.parts, f'{len(lines)} lines'
    tree = ast.parse(text)
    assert ast.get_docstring(tree), 'no text at its head'
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= 60, f'{node.name}: {length} lines'
