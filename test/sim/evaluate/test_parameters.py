# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A trial goes by the parameters that the nodes would be given."""

import pytest

from pi0_ros.policy.replanning import Replanning
from pi0_ros.sim.evaluate.parameters import read_parameters
from pi0_ros.types import InputError

POLICY = '/**/pi0_policy:\n  ros__parameters:\n    {}\n'
EXECUTOR = '/**/chunk_executor:\n  ros__parameters:\n    strategy: replace\n'


def test_what_is_said_counts_and_the_rest_is_as_ever(tmp_path):
    file = tmp_path / 'params.yaml'
    file.write_text(
        POLICY.format('{rtc: direct, num_steps: 3, replan: on_threshold, device: cuda}') + EXECUTOR
    )
    assert read_parameters(file) == {
        'rtc': 'direct',
        'num_steps': 3,
        'replan': 'on_threshold',
        'replan_rate_hz': Replanning.rate_hz,
        'replan_threshold': Replanning.threshold,
        'strategy': 'replace',
    }


def test_a_node_that_is_missing_is_named(tmp_path):
    file = tmp_path / 'params.yaml'
    file.write_text(EXECUTOR)
    with pytest.raises(InputError, match=r'params.yaml: /\*\*/pi0_policy'):
        read_parameters(file)
