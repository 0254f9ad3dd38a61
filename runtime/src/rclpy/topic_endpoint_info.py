# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a publisher or subscription somewhere in the graph."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from rclpy.qos import HistoryPolicy, QoSProfile


class TopicEndpointTypeEnum(IntEnum):
    """Which kind of endpoint."""

    INVALID = 0
    PUBLISHER = 1
    SUBSCRIPTION = 2


@dataclass(frozen=True)
class TopicEndpointInfo:
    """An endpoint: its node, type, GUID and QoS."""

    node_name: str
    node_namespace: str
    topic_type: str
    endpoint_type: TopicEndpointTypeEnum
    endpoint_gid: list[int]
    qos_profile: QoSProfile
    topic_type_hash: str

    def __str__(self) -> str:
        """What is known, one line each."""
        profile = self.qos_profile
        kept = profile.history == HistoryPolicy.KEEP_LAST
        return '\n'.join(
            (
                f'Node name: {self.node_name}',
                f'Node namespace: {self.node_namespace}',
                f'Topic type: {self.topic_type}',
                f'Topic type hash: {self.topic_type_hash}',
                f'Endpoint type: {self.endpoint_type.name}',
                f'GID: {".".join(f"{byte:02x}" for byte in self.endpoint_gid)}',
                'QoS profile:',
                f'  Reliability: {profile.reliability.name}',
                f'  History (Depth): {profile.history.name}{f" ({profile.depth})" * kept}',
                f'  Durability: {profile.durability.name}',
                f'  Lifespan: {profile.lifespan}',
                f'  Deadline: {profile.deadline}',
                f'  Liveliness: {profile.liveliness.name}',
                f'  Liveliness lease duration: {profile.liveliness_lease_duration}',
            )
        )
