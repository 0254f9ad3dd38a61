# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Packages are found in AMENT_PREFIX_PATH and sys.prefix, programs in lib and among scripts."""

from __future__ import annotations

from pathlib import Path
import sys

from ament_index_python.executables import get_executable_paths
from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
    get_packages_with_prefixes,
)
from ament_index_python.resources import get_resource
import pytest


def install(prefix, package, content=''):
    index = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True, exist_ok=True)
    (index / package).write_text(content)
    (prefix / 'share' / package).mkdir()


def test_first_prefix_wins_and_sys_prefix_comes_last(tmp_path, monkeypatch):
    first, second, system = (tmp_path / name for name in 'abc')
    for prefix, packages in ((first, 'x'), (second, 'xy'), (system, 'xyz')):
        prefix.mkdir()
        for package in packages:
            install(prefix, package, content=f'{prefix.name}')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{first}:/no/such/prefix:{second}')
    monkeypatch.setattr(sys, 'prefix', str(system))
    assert get_package_prefix('x') == str(first)
    assert get_package_share_directory('y') == str(second / 'share' / 'y')
    assert get_packages_with_prefixes() == {'x': str(first), 'y': str(second), 'z': str(system)}
    assert get_resource('packages', 'z') == ('c', str(system))


def test_what_is_not_there(monkeypatch):
    monkeypatch.delenv('AMENT_PREFIX_PATH', raising=False)
    with pytest.raises(PackageNotFoundError, match=f"'none' not found, searching: .*{sys.prefix}"):
        get_package_share_directory('none')
    with pytest.raises(LookupError, match="'none' of type 'plugins'"):
        get_resource('plugins', 'none')
    with pytest.raises(ValueError, match='not a valid package name'):
        get_package_prefix('a/b')


def test_missing_share_folder_is_told(tmp_path, monkeypatch):
    install(tmp_path, 'x')
    (tmp_path / 'share' / 'x').rmdir()
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    with pytest.warns(UserWarning, match="'x' doesn't exist"):
        get_package_share_directory('x')


def test_programs_in_lib_and_console_scripts(tmp_path, monkeypatch):
    install(tmp_path, 'pytest')  # a pip distribution with console scripts of its own
    folder = tmp_path / 'lib' / 'pytest'
    folder.mkdir(parents=True)
    (folder / 'py.test').write_text('')
    (folder / 'data').write_text('')
    (folder / 'py.test').chmod(0o755)
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    found = get_executable_paths('pytest')
    assert set(found) == {'pytest', 'py.test'}
    assert found['py.test'] == str(folder / 'py.test')
    assert Path(found['pytest']).parent == Path(sys.executable).parent
