# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy node with its model on a server: what it says and does around it."""

import builtins
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from policy_server import PolicyServer, packed
import pytest
import rclpy
from rclpy.lifecycle import TransitionCallbackReturn
from std_msgs.msg import String
import torch

from pi0_ros.nodes import parameters
from pi0_ros.nodes.backend import make_policy
from pi0_ros.nodes.policy_node import PolicyNode
from pi0_ros.policy import cpu
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import InputError

CONFIG = Path(__file__).parents[2] / 'config'
CHECKPOINT = CONFIG.parent / 'checkpoints' / 'untrained'
ROBOT = CONFIG / 'robots' / 'aloha_sim.yaml'
ALOHA = CONFIG / 'servers' / 'aloha.yaml'
SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE


@pytest.fixture
def make_node():
    """Return a function that makes a node whose model is on the server at an address."""
    nodes = []

    def make(address):
        values = {
            'robot': ROBOT,
            'backend': 'openpi_server',
            'server': address,
            'server_format': ALOHA,
            'deadline_s': 10.0,
        }
        arguments = [part for name, v in values.items() for part in ('-p', f'{name}:={v}')]
        rclpy.init(args=['--ros-args', *arguments])
        nodes.append(PolicyNode())
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    rclpy.try_shutdown()


@pytest.fixture
def server():
    server = PolicyServer(lambda question: packed(actions=question['state'][None]))
    yield server
    server.die()


def see(node):
    """Everything arrives, captured now."""
    robot = load_robot(ROBOT)
    now_ns = node._now_ns()
    node._on_command(String(data='pick up the red cube'))
    node._buffer.update_state(now_ns, robot.position_limits.mean(axis=0))
    for camera in robot.cameras:
        node._buffer.update_image(camera, now_ns, np.zeros((8, 8, 3), np.uint8))


def test_chunks_come_from_the_server_and_cleanup_hangs_up(make_node, server):
    node = make_node(server.address)
    for chunks in (1, 2):  # it can be configured again
        assert node.trigger_configure() == SUCCESS
        see(node)
        node._worker.infer_once()
        assert node._worker.waiting_for == ''
        assert node._chunk_count == chunks
        assert node.trigger_cleanup() == SUCCESS
        server.connections[-1].recv_events_thread.join()  # ends when the line is cut
    assert len(server.connections) == 2


def test_a_server_that_is_away_is_reported_and_nothing_is_published(make_node):
    node = make_node('127.0.0.1:1')
    assert node.trigger_configure() == SUCCESS
    see(node)
    node._worker.infer_once()
    assert 'openpi server ws://127.0.0.1:1: cannot connect' in node._worker.waiting_for
    assert node._chunk_count == 0


def test_no_address_no_configuration(make_node):
    assert make_node('gpu').trigger_configure() == FAILURE


def values(**changes):
    return SimpleNamespace(
        **{'backend': 'openpi_server', 'server': 'gpu:8000', 'server_format': str(ALOHA),
           'deadline_s': 1.0, 'rtc': 'none'} | changes
    )  # fmt: skip


def test_a_format_nobody_knows_is_refused_naming_the_known(monkeypatch):
    monkeypatch.setattr(parameters, 'share_folder', lambda: CONFIG.parent)
    with (
        ExitStack() as opened,
        pytest.raises(
            InputError, match=r"server_format: 'libero' is neither .* one of aloha, droid"
        ),
    ):
        make_policy(values(server_format='libero'), load_robot(ROBOT), opened)


def test_a_server_goes_on_from_no_chunk():
    with ExitStack() as opened, pytest.raises(InputError, match='rtc: guided needs the local'):
        make_policy(values(rtc='guided'), load_robot(ROBOT), opened)


def test_a_robot_without_the_client_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith('pi0_ros.policy.remote'):
            raise ModuleNotFoundError("No module named 'openpi_client'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, '__import__', missing)
    with (
        ExitStack() as opened,
        pytest.raises(InputError, match=r'openpi_client.*pip install --no-deps openpi-client'),
    ):
        make_policy(values(), load_robot(ROBOT), opened)


def test_local_backend_asks_for_a_checkpoint():
    asked = SimpleNamespace(backend='local', checkpoint='')
    with pytest.raises(InputError, match='parameter checkpoint: expected the folder'):
        make_policy(asked, load_robot(ROBOT), ExitStack())


@pytest.mark.parametrize(('dtype', 'info', 'doubts', 'told'), [
    ('float32', 'avx2', 0, 'float32'),
    ('bfloat16', 'avx2', 1, 'bfloat16'),
    ('bfloat16', 'avx2 avx512_bf16', 0, 'bfloat16'),
    ('auto', 'avx2 avx512_bf16', 0, 'float32 (auto: 0 million weights gain nothing by bfloat16)'),
])  # fmt: skip
def test_local_backend_tells_how_it_runs_and_what_starting_took(
    monkeypatch, tmp_path, dtype, info, doubts, told
):
    monkeypatch.setattr(cpu, 'CPU_INFO', tmp_path / 'cpuinfo')
    cpu.CPU_INFO.write_text(f'flags : {info}\n')
    asked = SimpleNamespace(
        backend='local', checkpoint=str(CHECKPOINT), num_steps=2, device='cpu', dtype=dtype,
        quantization='none', rtc='none', seed=0, engine='eager', threads=torch.get_num_threads(),
    )  # fmt: skip
    backend = make_policy(asked, load_robot(ROBOT), ExitStack())
    assert list(backend.start_up) == [
        'engine', 'dtype', 'quantization', 'threads', 'load_s', 'warm_up_s',
    ]  # fmt: skip
    assert backend.start_up['engine'] == 'eager'
    assert backend.start_up['threads'] == asked.threads
    assert 'engine eager' in backend.name
    assert len(backend.doubts) == doubts
    assert backend.start_up['dtype'] == told
    assert f'dtype: {told}' in backend.notes
    assert backend.notes[-1].startswith('memory: weights ')
