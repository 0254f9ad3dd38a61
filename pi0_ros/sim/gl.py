# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Load MuJoCo with a way to draw without a screen.

MuJoCo reads MUJOCO_GL once, when it is first imported, so the choice stands before the import:
this module is the only one that imports mujoco. It knows nothing of scenes or robots.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from types import ModuleType

# Debian's names of what each way needs, in the order of preference: both draw the same picture
# at the same cost, and EGL also finds a GPU. Tried on a bare Debian 12; the rest are dependencies.
DEBIAN_PACKAGES = {'egl': 'libegl1 libgl1', 'osmesa': 'libosmesa6'}
TRIAL = 'import mujoco; c = mujoco.GLContext(16, 16); c.make_current(); c.free()'
TRIAL_LIMIT_S = 60.0


def load_mujoco() -> ModuleType:
    """
    Import MuJoCo, having chosen how it draws.

    :raises ImportError: if mujoco is missing, or nothing on this machine can draw.
    """
    if importlib.util.find_spec('mujoco') is None:
        raise ImportError('the simulated robot needs MuJoCo: pip install mujoco')
    if 'mujoco' not in sys.modules:
        choose_gl()
    return importlib.import_module('mujoco')


def choose_gl() -> str:
    """
    Set MUJOCO_GL to the first of egl and osmesa that works here; a value already set stays.

    :return: the value of MUJOCO_GL.
    :raises ImportError: if neither works; the text names the Debian packages to install.
    """
    # Mesa's software renderer starts a thread per core, which steals the cores of the others.
    os.environ.setdefault('LP_NUM_THREADS', '0')
    chosen = os.environ.get('MUJOCO_GL')
    if chosen:
        return chosen
    failures = []
    for way in DEBIAN_PACKAGES:
        reason = _failure(way)
        if reason is None:
            os.environ['MUJOCO_GL'] = way
            return way
        failures.append(f'{way}: {reason}')
    installs = ', or '.join(f'apt install {names}' for names in DEBIAN_PACKAGES.values())
    raise ImportError(f'MuJoCo can not draw here ({"; ".join(failures)}). Try: {installs}')


def _failure(way: str) -> str | None:
    """
    Draw in another process, as a library that is half there can end the process it is loaded in.

    :param way: value of MUJOCO_GL to try.
    :return: the last line of the complaint, or None if it works.
    """
    command = [sys.executable, '-c', TRIAL]
    environment = {**os.environ, 'MUJOCO_GL': way}
    try:
        trial = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TRIAL_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f'no answer within {TRIAL_LIMIT_S:.0f} s'
    if trial.returncode == 0:
        return None
    lines = trial.stderr.strip().splitlines()
    return lines[-1] if lines else f'exit status {trial.returncode}'
