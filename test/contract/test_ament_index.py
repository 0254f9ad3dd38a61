# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Packages are found in the prefixes of AMENT_PREFIX_PATH (ament/ament_index)."""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
    get_package_share_path,
    get_packages_with_prefixes,
)
from launch import LaunchContext
from launch_ros.substitutions import FindPackagePrefix, FindPackageShare
import pytest


def install(prefix, *packages):
    index = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    for package in packages:
        (index / package).touch()
        (prefix / 'share' / package).mkdir()


@pytest.fixture
def prefixes(tmp_path, monkeypatch):
    first, second = tmp_path / 'first', tmp_path / 'second'
    install(first, 'x')
    install(second, 'x', 'y')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{first}:/no/such/prefix:{second}')
    return first, second


def test_first_prefix_wins(prefixes):
    first, second = map(str, prefixes)
    assert get_package_prefix('x') == first
    assert get_package_prefix('y') == second
    found = get_packages_with_prefixes()
    assert (found['x'], found['y']) == (first, second)


def test_share_folder(prefixes):
    share = prefixes[1] / 'share' / 'y'
    assert get_package_share_directory('y') == str(share)
    assert get_package_share_path('y') == Path(share)


def test_substitutions_find_packages(prefixes):
    assert FindPackageShare('x').perform(LaunchContext()) == str(prefixes[0] / 'share' / 'x')
    assert FindPackagePrefix(['', 'y']).perform(LaunchContext()) == str(prefixes[1])


def test_package_that_is_not_there(prefixes):
    with pytest.raises(PackageNotFoundError, match='none'):
        get_package_share_directory('none')
    assert issubclass(PackageNotFoundError, KeyError)


def test_name_that_no_package_can_have(prefixes):
    with pytest.raises(ValueError, match='a/b'):
        get_package_prefix('a/b')
