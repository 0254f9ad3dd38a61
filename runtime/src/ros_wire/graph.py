# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The ROS graph: which nodes there are and which endpoints are theirs (rmw_dds_common's protocol).

Every participant publishes the whole list of its nodes and their endpoints on
`ros_discovery_info`; the endpoints' topics and types come from DDS discovery.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
import logging
import threading
from typing import Any

from cyclonedds.builtin import (
    BuiltinDataReader,
    BuiltinTopicDcpsPublication,
    BuiltinTopicDcpsSubscription,
)

from ros_wire.codec import DecodeError, deserialize, serialize
from ros_wire.dds import Endpoint, Participant, Quality, Writer, peer
from ros_wire.messages import message_class

_LOGGER = logging.getLogger(__name__)
_INFO = 'rmw_dds_common/msg/ParticipantEntitiesInfo'
_ALIVE = 16  # DDS_ALIVE_INSTANCE_STATE


@dataclass(frozen=True)
class EndpointInfo:
    """An endpoint that DDS discovered, this process' own included."""

    guid: bytes
    topic: str
    type_name: str
    is_writer: bool
    qos: Any


@dataclass
class NodeEntities:
    """A node and the GUIDs of its endpoints."""

    name: str
    namespace: str
    readers: set[bytes] = field(default_factory=set)
    writers: set[bytes] = field(default_factory=set)


class Graph:
    """Announces this participant's nodes, and knows everyone's."""

    def __init__(self, participant: Participant) -> None:
        latched = Quality(depth=1, transient_local=True)
        everything = Quality(keep_all=True, transient_local=True, ignore_local=True)
        self._participant = participant
        self._lock = threading.RLock()
        self._writer = participant.writer('ros_discovery_info', _INFO, latched)
        self._reader = participant.reader('ros_discovery_info', _INFO, everything)
        self._mine: list[NodeEntities] = []
        self._others: dict[bytes, list[NodeEntities]] = {}
        self._endpoints: dict[Any, EndpointInfo] = {}
        self._discovery: list[tuple[bool, BuiltinDataReader]] = []

    def add(self, node: NodeEntities) -> None:
        """Announce a node."""
        with self._lock:
            self._mine.append(node)
            self._announce()

    def remove(self, node: NodeEntities) -> None:
        """Announce that a node is gone."""
        with self._lock:
            self._mine.remove(node)
            self._announce()

    def update(self, node: NodeEntities, endpoints: Iterable[Endpoint], *, present: bool) -> None:
        """Announce that endpoints of a node came, or went."""
        with self._lock:
            for endpoint in endpoints:
                guids = node.writers if isinstance(endpoint, Writer) else node.readers
                (guids.add if present else guids.discard)(endpoint.guid)
            self._announce()

    def _announce(self) -> None:
        """Publish this participant's nodes as they are now."""
        with self._lock:
            message = announcement(self._participant.guid, self._mine)
            self._writer.write(serialize(message))

    def nodes(self) -> list[NodeEntities]:
        """Every node of the domain that is known by now."""
        with self._lock:
            while (sample := self._reader.take()) is not None:
                try:
                    info = deserialize(sample.data, message_class(_INFO))
                except DecodeError as error:
                    writer = peer(self._reader.writer_of(sample))
                    _LOGGER.warning('nodes of %s: %s; is it of another ROS_DISTRO?', writer, error)
                    continue
                key = bytes(info.gid.data)[:16]
                self._others[key] = [_from_message(entry) for entry in info.node_entities_info_seq]
            return self._mine + [node for nodes in self._alive() for node in nodes]

    def _alive(self) -> Iterable[list[NodeEntities]]:
        """The nodes of participants that still have an endpoint (a killed one says no goodbye)."""
        prefixes = {endpoint.guid[:12] for endpoint in self.endpoints()}
        return [nodes for guid, nodes in self._others.items() if guid[:12] in prefixes]

    def endpoints(self) -> list[EndpointInfo]:
        """Every endpoint of the domain that is known by now."""
        with self._lock:
            if not self._discovery:
                entity = self._participant.entity
                self._discovery = [
                    (True, BuiltinDataReader(entity, BuiltinTopicDcpsPublication)),
                    (False, BuiltinDataReader(entity, BuiltinTopicDcpsSubscription)),
                ]
            for is_writer, reader in self._discovery:
                while samples := reader.take(1000):
                    for sample in samples:
                        self._note(sample, is_writer)
            return list(self._endpoints.values())

    def _note(self, sample: Any, is_writer: bool) -> None:
        if sample.sample_info.instance_state != _ALIVE:
            self._endpoints.pop(sample.key, None)
            return
        self._endpoints[sample.key] = EndpointInfo(
            sample.key.bytes, sample.topic_name, sample.type_name, is_writer, sample.qos
        )

    def close(self) -> None:
        """Stop announcing."""
        self._writer.close()
        self._reader.close()


def announcement(guid: bytes, nodes: Iterable[NodeEntities]) -> Any:
    """The message that tells of a participant's nodes; a Gid has 16 bytes, in Humble 24."""
    gid, node_info = (
        message_class(f'rmw_dds_common/msg/{n}') for n in ('Gid', 'NodeEntitiesInfo')
    )
    length = len(gid().data)

    def gids(guids: Iterable[bytes]) -> list[Any]:
        return [gid(data=guid.ljust(length, b'\0')) for guid in sorted(guids)]

    infos = [
        node_info(
            node_namespace=node.namespace,
            node_name=node.name,
            reader_gid_seq=gids(node.readers),
            writer_gid_seq=gids(node.writers),
        )
        for node in nodes
    ]
    return message_class(_INFO)(gid=gids([guid])[0], node_entities_info_seq=infos)


def _from_message(entry: Any) -> NodeEntities:
    return NodeEntities(
        entry.node_name,
        entry.node_namespace,
        {bytes(gid.data)[:16] for gid in entry.reader_gid_seq},
        {bytes(gid.data)[:16] for gid in entry.writer_gid_seq},
    )
