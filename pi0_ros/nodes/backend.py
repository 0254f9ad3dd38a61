# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the model runs: in the policy node itself, or on an openpi server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
import time
from types import MappingProxyType, SimpleNamespace
from typing import NamedTuple, get_args

from pi0_ros.model.checkpoint import load_config
from pi0_ros.nodes.parameters import Parameter, installed_file
from pi0_ros.policy.cpu import slow_dtype, use_threads
from pi0_ros.policy.dtype import DTYPE_CHOICES, choose_dtype
from pi0_ros.policy.engine import AUTO, ENGINES
from pi0_ros.policy.memory import footprint
from pi0_ros.policy.policy import Policy, check_device
from pi0_ros.policy.quantization import NONE, QUANTIZATIONS
from pi0_ros.policy.server_format import load_server_format
from pi0_ros.policy.steering import Rtc
from pi0_ros.policy.worker import Infers
from pi0_ros.robots.spec import Robot
from pi0_ros.types import InputError

BACKEND = (
    Parameter('dtype', AUTO, 'of the bulk of the weights: auto is bfloat16 where that is fast',
              choices=DTYPE_CHOICES),
    Parameter('quantization', NONE,
              'fewer bits for the large matrices: cheaper, but the actions are not the same',
              choices=tuple(QUANTIZATIONS)),
    Parameter('engine', AUTO, 'what runs the model: auto is cuda_graph on CUDA, eager elsewhere',
              choices=(AUTO, *ENGINES)),
    Parameter('threads', 0, 'of the CPU for inference; 0: one core less than there are', 0, 256),
    Parameter('rtc', 'none', 'how a chunk goes on from the last one (real-time chunking)',
              choices=get_args(Rtc)),
    Parameter('backend', 'local', 'where the model runs', choices=('local', 'openpi_server')),
    Parameter('server', '', 'host:port of the openpi server, also after ws:// or wss://'),
    Parameter('server_format', 'aloha',
              "what the server takes: a .yaml file, or one of the package's names"),
    Parameter('deadline_s', 1.0, 'an answer that takes longer is discarded [s]', 0.01, 10.0),
)  # fmt: skip


class Backend(NamedTuple):
    """
    A policy, ready to infer.

    :param name: what to call it.
    :param doubts: what the user should hear about it.
    :param notes: what he may want to know.
    :param start_up: what it is and what getting it ready took, for the diagnostics.
    """

    policy: Infers
    name: str
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    start_up: Mapping[str, str | float] = MappingProxyType({})


def make_policy(p: SimpleNamespace, robot: Robot, opened: ExitStack) -> Backend:
    """
    Return the policy that the node's parameters ask for.

    :param opened: gets what is to be closed when the policy is no longer used.
    :raises InputError: if it can't be had, or doesn't fit the robot. A server may be away: that
        is found out, and told, when it is asked.
    """
    if p.backend == 'local':
        return _load(p, robot)
    try:
        from pi0_ros.policy.remote import RemotePolicy  # noqa: PLC0415  # optional
        from pi0_ros.policy.server_link import ServerLink  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError(
            f'backend {p.backend}: {error}; install what it needs: '
            'pip install msgpack websockets && pip install --no-deps openpi-client'
        ) from error
    if p.rtc != 'none':
        raise InputError(f'rtc: {p.rtc} needs the local backend: a server knows no last chunk')
    form = load_server_format(installed_file('server_format', 'servers', p.server_format))
    link = ServerLink(p.server, p.deadline_s)
    opened.callback(link.close)
    return Backend(RemotePolicy(robot, form, link), link.name)


def _load(p: SimpleNamespace, robot: Robot) -> Backend:
    """Load a checkpoint and do what its first chunk would have to wait for."""
    if not p.checkpoint:
        raise InputError(
            'parameter checkpoint: expected the folder of one, found none; only backend '
            'openpi_server does without'
        )
    threads = use_threads(p.threads)
    device = check_device(p.device)
    config = load_config(p.checkpoint)
    dtype = choose_dtype(p.dtype, device, config)
    started_s = time.perf_counter()
    policy = Policy.load(
        p.checkpoint,
        robot,
        num_steps=p.num_steps,
        device=p.device,
        dtype=dtype.name,
        rtc=p.rtc,
        seed=None if p.seed < 0 else p.seed,
        engine=p.engine,
        quantization=p.quantization,
    )
    loaded_s = time.perf_counter()
    policy.warm_up()
    ready_s = time.perf_counter()
    doubt = slow_dtype(dtype.name) if device.type == 'cpu' else ''
    start_up = {
        'engine': policy.engine_name,
        'dtype': str(dtype),
        'quantization': p.quantization,
        'threads': threads,
        'load_s': loaded_s - started_s,
        'warm_up_s': ready_s - loaded_s,
    }
    name = (
        f'{p.checkpoint} on {p.device} (engine {policy.engine_name}, {threads} CPU threads, '
        f'loaded in {start_up["load_s"]:.1f} s, warmed up in {start_up["warm_up_s"]:.1f} s)'
    )
    needed = footprint(
        config,
        dtype.dtype,
        len(robot.cameras),
        num_steps=p.num_steps,
        quantization=p.quantization,
    )
    notes = (
        f'dtype: {dtype}',
        f'quantization: {p.quantization} ({QUANTIZATIONS[p.quantization]})',
        f'memory: {needed}',
    )
    return Backend(policy, name, (doubt,) if doubt else (), notes, start_up)
