# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The kernels of an expert's layer: what they give, and that they compile, without a GPU."""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys

import pytest

pytest.importorskip('triton')


def test_kernels_give_what_the_plain_layer_gives():
    tests = Path(__file__).with_name('interpreted_kernels.py')
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', str(tests)],
        env=os.environ | {'TRITON_INTERPRET': '1'}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stdout + done.stderr
    assert ' passed' in done.stdout
