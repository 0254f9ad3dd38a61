# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy's life as a managed node: what each transition leaves behind."""

import json
from pathlib import Path
import shutil
import threading

import pytest
import rclpy
from rclpy.exceptions import InvalidParameterValueException
from rclpy.lifecycle import TransitionCallbackReturn

from pi0_ros.nodes.policy_node import PolicyNode
from pi0_ros.types import InputError

ROOT = Path(__file__).parents[2]
ROBOT = ROOT / 'config' / 'robots' / 'aloha_sim.yaml'
SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


def make_node(checkpoint, *more):
    arguments = ['-p', f'robot:={ROBOT}', '-p', f'checkpoint:={checkpoint}', *more]
    rclpy.init(args=['--ros-args', *arguments])
    return PolicyNode()


@pytest.fixture(autouse=True)
def shut_down():
    yield
    rclpy.try_shutdown()


def inference_threads():
    return [thread for thread in threading.enumerate() if thread.name == 'inference']


def test_each_transition_undoes_its_opposite():
    node = make_node(ROOT / 'checkpoints' / 'untrained')
    before = len(list(node.subscriptions))
    for _ in range(2):
        assert node.trigger_configure() == SUCCESS
        assert node._worker.waiting_for == 'not active'
        assert not inference_threads()
        assert node.trigger_activate() == SUCCESS
        assert len(inference_threads()) == 1
        assert node.trigger_deactivate() == SUCCESS
        assert not inference_threads()
        assert node.trigger_cleanup() == SUCCESS
        assert node._worker is None
        assert len(list(node.subscriptions)) == before
    node.destroy_node()


def test_what_cannot_be_loaded_is_a_failure_and_can_be_tried_again(tmp_path):
    node = make_node(tmp_path)
    for _ in range(2):
        assert node.trigger_configure() == FAILURE
    node.destroy_node()


@pytest.mark.parametrize(
    ('wrong', 'words'),
    [
        ('replan:=often', "parameter replan: 'often' is not one of rate, asap, on_threshold"),
        ('replan_threshold:=1.5', 'replan_threshold'),
    ],
)
def test_a_bad_way_to_replan_is_named(wrong, words):
    with pytest.raises((InputError, InvalidParameterValueException), match=words):
        make_node(ROOT / 'checkpoints' / 'untrained', '-p', wrong)


@pytest.mark.parametrize(('preflight', 'result'), [('refuse', FAILURE), ('warn', SUCCESS)])
def test_statistics_that_the_robot_cannot_reach_are_refused(tmp_path, preflight, result):
    checkpoint = shutil.copytree(ROOT / 'checkpoints' / 'untrained', tmp_path / 'checkpoint')
    file = checkpoint / 'assets' / 'aloha_sim' / 'norm_stats.json'
    stats = json.loads(file.read_text())
    stats['norm_stats']['state']['mean'][1] = 57.0
    file.write_text(json.dumps(stats))
    node = make_node(checkpoint, '-p', f'preflight:={preflight}')
    assert node.trigger_configure() == result
    node.destroy_node()
