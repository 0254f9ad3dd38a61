# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's script: read in order, or refused."""

import pytest

from pi0_ros.nodes.demo_node import PARAMETERS, read_script
from pi0_ros.sim.task import find_task
from pi0_ros.types import InputError


def test_a_script_is_times_and_sentences():
    assert read_script('0 go on|2.5 pick it up ') == [(0.0, 'go on'), (2.5, 'pick it up')]


def test_the_demo_asks_for_what_the_robot_has_learnt():
    (text,) = (p.default for p in PARAMETERS if p.name == 'script')
    assert all(find_task(sentence, ('red', 'green', 'blue')) for _, sentence in read_script(text))


@pytest.mark.parametrize('text', ['go on', '3 a|2 b', '0 a|', ''])
def test_other_scripts_are_refused(text):
    with pytest.raises(InputError, match='script'):
        read_script(text)
