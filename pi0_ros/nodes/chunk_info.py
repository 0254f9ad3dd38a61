# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the policy tells about a chunk: whose it is, what it cost, how old its inputs were."""

from __future__ import annotations

from diagnostic_msgs.msg import DiagnosticStatus

from pi0_ros.convert import status_message
from pi0_ros.delays import MS_PER_NS, Delay
from pi0_ros.policy.policy import Inference
from pi0_ros.types import Observation


def chunk_info(
    name: str, number: int, inference: Inference, observation: Observation, delay: Delay
) -> DiagnosticStatus:
    """
    Return what is known about a chunk that was published.

    :param name: the node's.
    :param number: of the chunk, from 0 on.
    """
    chunk, stages = inference.chunk, inference.milliseconds
    published_ns = chunk.stamp_ns + delay.measured_ns
    values = {
        'chunk': number,
        'prompt': observation.prompt,
        'stamp_ns': chunk.stamp_ns,
        **delay.values(),
        **{f'{stage}_ms': value for stage, value in stages.items()},
        **{
            f'{source}_age_ms': (published_ns - stamp_ns) * MS_PER_NS
            for source, stamp_ns in observation.stamps_ns.items()
        },
    }
    duration_ms = sum(stages.values())
    text = f'chunk {number}: inferred in {duration_ms:.0f} ms, "{observation.prompt}"'
    return status_message(name, DiagnosticStatus.OK, text, values)
