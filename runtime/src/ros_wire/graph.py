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
import itertools
import logging
import threading
from typing import Any, NamedTuple

from cyclonedds import builtin, core

from ros_wire.codec import DecodeError, deserialize, serialize
from ros_wire.dds import Endpoint, Participant, Quality, Writer, peer
from ros_wire.messages import message_class

_LOGGER = logging.getLogger(__name__)
_INFO = 'rmw_dds_common/msg/ParticipantEntitiesInfo'
_BUILTIN = {True: builtin.BuiltinTopicDcpsPublication, False: builtin.BuiltinTopicDcpsSubscription}


class EndpointInfo(NamedTuple):
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
        self._discovery: list[tuple[bool, builtin.BuiltinDataReader]] = []

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
        self._writer.write(serialize(announcement(self._participant.guid, self._mine)))

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
                nodes = [_from_message(entry) for entry in info.node_entities_info_seq]
                self._others[bytes(info.gid.data)[:16]] = nodes
            # A participant that was killed says no goodbye, but has no endpoint any more.
            alive = {endpoint.guid[:12] for endpoint in self.endpoints()}
            self._others = {g: nodes for g, nodes in self._others.items() if g[:12] in alive}
            return [*self._mine, *itertools.chain(*self._others.values())]

    def endpoints(self) -> list[EndpointInfo]:
        """Every endpoint of the domain that is known by now."""
        with self._lock:
            if not self._discovery:
                self._discovery = [
                    (is_writer, builtin.BuiltinDataReader(self._participant.entity, topic))
                    for is_writer, topic in _BUILTIN.items()
                ]
            for is_writer, reader in self._discovery:
                while samples := reader.take(1000):
                    for s in samples:
                        self._endpoints.pop(s.key, None)
                        if s.sample_info.instance_state == core.InstanceState.Alive:
                            info = (s.key.bytes, s.topic_name, s.type_name, is_writer, s.qos)
                            self._endpoints[s.key] = EndpointInfo(*info)
            return list(self._endpoints.values())

    def close(self) -> None:
        """Stop announcing."""
        self._writer.close()
        self._reader.close()


def announcement(guid: bytes, nodes: Iterable[NodeEntities]) -> Any:
    """The message that tells of a participant's nodes; a Gid has 16 bytes, in Humble 24."""
    gid = message_class('rmw_dds_common/msg/Gid')
    node_info = message_class('rmw_dds_common/msg/NodeEntitiesInfo')
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


def _from_message(info: Any) -> NodeEntities:
    sequences = (info.reader_gid_seq, info.writer_gid_seq)
    guids = ({bytes(gid.data)[:16] for gid in gids} for gids in sequences)
    return NodeEntities(info.node_name, info.node_namespace, *guids)
