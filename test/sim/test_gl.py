# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way to draw is tried before it is chosen, and a user's own choice stays."""

from __future__ import annotations

import os

import pytest

from pi0_ros.sim import gl


def test_a_choice_that_is_there_stays(monkeypatch):
    monkeypatch.setenv('MUJOCO_GL', 'osmesa')
    assert gl.choose_gl() == 'osmesa'
    assert os.environ['LP_NUM_THREADS'] == '0'


def test_chooses_one_that_works(monkeypatch):
    monkeypatch.delenv('MUJOCO_GL', raising=False)
    monkeypatch.delenv('PYOPENGL_PLATFORM', raising=False)
    assert gl.choose_gl() in gl.DEBIAN_PACKAGES
    assert os.environ['MUJOCO_GL'] in gl.DEBIAN_PACKAGES


def test_says_what_to_install_when_nothing_works(monkeypatch):
    monkeypatch.delenv('MUJOCO_GL', raising=False)
    # PyOpenGL refuses both ways when it is bound to a third.
    monkeypatch.setenv('PYOPENGL_PLATFORM', 'glx')
    with pytest.raises(ImportError, match='libegl1 libgl1, or apt install libosmesa6') as error:
        gl.choose_gl()
    assert 'egl: ImportError' in str(error.value)
    assert 'MUJOCO_GL' not in os.environ
