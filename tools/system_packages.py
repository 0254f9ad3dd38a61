# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Make sure that the Debian packages the demo and the tests need are there.

Installs what is missing when it may (Debian or Ubuntu, run as root), and otherwise prints the
command to run and stops. `make` calls it first; it needs nothing but the Python of the system.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys

# What is looked for, and the Debian package that brings it.
LIBRARIES = {
    'libEGL.so.1': [
        'libegl1',
        'libegl-mesa0',
        'libgl1-mesa-dri',
    ],  # the cameras are rendered with it
    'libGL.so.1': ['libgl1'],  # opencv-python is linked with it
    'libglib-2.0.so.0': ['libglib2.0-0'],  # as above
}


def missing_packages() -> list[str]:
    """Return the Debian packages that would bring what is missing."""
    wanted = []
    if importlib.util.find_spec('ensurepip') is None:
        wanted.append('python3-venv')
    for library, packages in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            wanted += packages
    return wanted


def main() -> int:
    """Install what is missing, or say how to."""
    # Our own stand-in brings ros_wire beside rclpy: then an environment made here is activated.
    if importlib.util.find_spec('rclpy') and not importlib.util.find_spec('ros_wire'):
        print('ROS 2 is sourced here: build with colcon instead, as the README says.')
        print('(`make` brings a stand-in for ROS 2, which must not be mixed with the real one.)')
        return 1
    packages = missing_packages()
    if not packages:
        return 0
    command = ['apt-get', 'install', '--yes', '--no-install-recommends', *packages]
    if shutil.which('apt-get') is None or os.geteuid() != 0:
        print('These system packages are missing. Please install them and try again:')
        print('  sudo ' + ' '.join(command))
        return 1
    environment = dict(os.environ, DEBIAN_FRONTEND='noninteractive')
    subprocess.run(['apt-get', 'update', '--quiet'], check=True, env=environment)
    return subprocess.run(command, check=False, env=environment).returncode


if __name__ == '__main__':
    sys.exit(main())
