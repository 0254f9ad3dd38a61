# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is told about a chunk."""

import numpy as np
import pytest

from pi0_ros.delays import Delay
from pi0_ros.nodes.chunk_info import chunk_info
from pi0_ros.policy.policy import Inference
from pi0_ros.types import Chunk, Observation

MS = 1_000_000


def test_it_says_whose_it_is_what_it_cost_and_how_late_it_was():
    chunk = Chunk(5_000 * MS, ('a',), np.array([0]), np.zeros((1, 1)))
    stamps_ns = {'cam': 5_000 * MS, 'joint_states': 4_990 * MS}
    observation = Observation(5_000 * MS, {}, np.zeros(1), 'go', stamps_ns)
    inference = Inference(chunk, {'prefix': 20.0, 'denoise': 30.0})
    info = chunk_info('policy', 7, inference, observation, Delay(60 * MS, 75 * MS))
    assert info.message == 'chunk 7: inferred in 50 ms, "go"'
    values = {pair.key: pair.value for pair in info.values}
    assert (values.pop('prompt'), values.pop('stamp_ns')) == ('go', str(5_000 * MS))
    assert {key: float(value) for key, value in values.items()} == pytest.approx({
        'chunk': 7, 'latency_estimated_ms': 60, 'latency_ms': 75, 'latency_error_ms': 15,
        'prefix_ms': 20, 'denoise_ms': 30, 'cam_age_ms': 75, 'joint_states_age_ms': 85,
    })  # fmt: skip
