# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy needs beside what is free."""

import pytest

from pi0_ros.policy.memory import Footprint
from pi0_ros.preflight import memory
from pi0_ros.preflight.findings import Level
from pi0_ros.preflight.memory import GB, check_memory

NEEDED = Footprint(weights=400, cache=10, activations=30)


@pytest.mark.parametrize(
    ('free', 'level'),
    [(439, 'FAIL'), (441, 'WARN'), (10**10, 'PASS'), (None, 'WARN')],
)
def test_memory(monkeypatch, free, level):
    monkeypatch.setattr(memory, 'free_bytes', lambda device: free)
    assert check_memory(NEEDED, 'cpu').level.name == level


def test_device_that_is_not_there_fails():
    assert check_memory(NEEDED, 'tpu').level == Level.FAIL


def test_free_memory_of_the_cpu():
    assert 0.01 * GB < memory.free_bytes('cpu') < 1e5 * GB
