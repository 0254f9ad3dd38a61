# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The part of a node that tells who else is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
import time
from typing import Any

from cyclonedds.core import Policy
from ros_wire.dds import user_data
from ros_wire.graph import EndpointInfo, NodeEntities
from ros_wire.limits import unsupported

from rclpy.context import Context
from rclpy.duration import Duration, Infinite
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)
from rclpy.topic_endpoint_info import TopicEndpointInfo, TopicEndpointTypeEnum

_POLL_S = 0.05
NamesAndTypes = list[tuple[str, list[str]]]


class NodeGraph:
    """Names and types in the graph; a base class of Node."""

    _context: Context
    resolve_topic_name: Callable[..., str]
    resolve_service_name: Callable[..., str]

    def get_topic_names_and_types(self, no_demangle: bool = False) -> NamesAndTypes:
        """All topics and their types."""
        return _topics(self._context.graph.endpoints(), no_demangle)

    def get_service_names_and_types(self) -> NamesAndTypes:
        """All services that have a server, and their types."""
        return _services(self._context.graph.endpoints(), servers=True)

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        """All nodes."""
        return [(node.name, node.namespace) for node in self._context.graph.nodes()]

    def get_node_names(self) -> list[str]:
        """All nodes' names."""
        return [name for name, _ in self.get_node_names_and_namespaces()]

    def get_fully_qualified_node_names(self) -> list[str]:
        """All nodes' names with namespace."""
        nodes = self.get_node_names_and_namespaces()
        return [f'{namespace.rstrip("/")}/{name}' for name, namespace in nodes]

    def get_node_names_and_namespaces_with_enclaves(self) -> list[tuple[str, str, str]]:
        """Not supported."""
        raise unsupported('rclpy Node.get_node_names_and_namespaces_with_enclaves')

    def wait_for_node(self, fully_qualified_node_name: str, timeout: float) -> bool:
        """Wait until a node is there, for so long [s]; whether it is."""
        wanted, end_s = '/' + fully_qualified_node_name.lstrip('/'), time.monotonic() + timeout
        while not (found := wanted in self.get_fully_qualified_node_names()):
            if time.monotonic() >= end_s:
                break
            time.sleep(_POLL_S)
        return found

    def __of_node(self, name: str, namespace: str, *, writers: bool) -> list[EndpointInfo]:
        for node in self._context.graph.nodes():
            if (node.name, node.namespace) == (name, namespace):
                guids = node.writers if writers else node.readers
                return [e for e in self._context.graph.endpoints() if e.guid in guids]
        raise RuntimeError(f"cannot find node '{name}' in namespace '{namespace}'")

    def get_publisher_names_and_types_by_node(
        self, node_name: str, node_namespace: str, no_demangle: bool = False
    ) -> NamesAndTypes:
        """What a node publishes."""
        return _topics(self.__of_node(node_name, node_namespace, writers=True), no_demangle)

    def get_subscriber_names_and_types_by_node(
        self, node_name: str, node_namespace: str, no_demangle: bool = False
    ) -> NamesAndTypes:
        """What a node subscribes to."""
        return _topics(self.__of_node(node_name, node_namespace, writers=False), no_demangle)

    def get_service_names_and_types_by_node(
        self, node_name: str, node_namespace: str
    ) -> NamesAndTypes:
        """What a node serves."""
        return _services(self.__of_node(node_name, node_namespace, writers=False), servers=True)

    def get_client_names_and_types_by_node(
        self, node_name: str, node_namespace: str
    ) -> NamesAndTypes:
        """What services a node calls."""
        return _services(self.__of_node(node_name, node_namespace, writers=True), servers=False)

    def __endpoints(self, wire: str, *, writers: bool) -> list[EndpointInfo]:
        endpoints = self._context.graph.endpoints()
        return [e for e in endpoints if e.topic == wire and e.is_writer == writers]

    def count_publishers(self, topic_name: str) -> int:
        """How many publishers a topic has, which isn't remapped."""
        wire = 'rt' + self.resolve_topic_name(topic_name, only_expand=True)
        return len(self.__endpoints(wire, writers=True))

    def count_subscribers(self, topic_name: str) -> int:
        """How many subscriptions a topic has, which isn't remapped."""
        wire = 'rt' + self.resolve_topic_name(topic_name, only_expand=True)
        return len(self.__endpoints(wire, writers=False))

    def count_services(self, service_name: str) -> int:
        """How many servers a service has, which isn't remapped."""
        name = self.resolve_service_name(service_name, only_expand=True)
        return len(self.__endpoints(f'rq{name}Request', writers=False))

    def count_clients(self, service_name: str) -> int:
        """How many clients a service has, which isn't remapped."""
        name = self.resolve_service_name(service_name, only_expand=True)
        return len(self.__endpoints(f'rr{name}Reply', writers=False))

    def get_publishers_info_by_topic(
        self, topic_name: str, no_mangle: bool = False
    ) -> list[TopicEndpointInfo]:
        """Who publishes a topic, and with which QoS."""
        return self.__info(topic_name, writers=True, no_mangle=no_mangle)

    def get_subscriptions_info_by_topic(
        self, topic_name: str, no_mangle: bool = False
    ) -> list[TopicEndpointInfo]:
        """Who subscribes to a topic, and with which QoS."""
        return self.__info(topic_name, writers=False, no_mangle=no_mangle)

    def __info(self, topic: str, *, writers: bool, no_mangle: bool) -> list[TopicEndpointInfo]:
        if no_mangle:
            raise unsupported('rclpy option no_mangle')
        owners: dict[bytes, NodeEntities] = {}
        for node in self._context.graph.nodes():
            owners.update(dict.fromkeys(node.writers if writers else node.readers, node))
        unknown = NodeEntities('_NODE_NAME_UNKNOWN_', '_NODE_NAMESPACE_UNKNOWN_')
        kind = TopicEndpointTypeEnum.PUBLISHER if writers else TopicEndpointTypeEnum.SUBSCRIPTION
        return [
            TopicEndpointInfo(
                node_name=owners.get(e.guid, unknown).name,
                node_namespace=owners.get(e.guid, unknown).namespace,
                topic_type=_ros_type(e),
                endpoint_type=kind,
                endpoint_gid=list(e.guid),
                qos_profile=_profile(e.qos),
                topic_type_hash=_hash(e),
            )
            for e in self.__endpoints('rt' + self.resolve_topic_name(topic), writers=writers)
        ]


def _gather(pairs: Iterable[tuple[str, str]]) -> NamesAndTypes:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, kind in pairs:
        found[name].add(kind)
    return [(name, sorted(kinds)) for name, kinds in sorted(found.items())]


def _ros_type(endpoint: EndpointInfo) -> str:
    """`std_msgs::msg::dds_::String_` -> `std_msgs/msg/String`."""
    return endpoint.type_name.replace('::dds_::', '::').replace('::', '/').removesuffix('_')


def _topics(endpoints: list[EndpointInfo], no_demangle: bool) -> NamesAndTypes:
    if no_demangle:
        return _gather((e.topic, e.type_name) for e in endpoints)
    return _gather((e.topic[2:], _ros_type(e)) for e in endpoints if e.topic.startswith('rt/'))


def _services(endpoints: list[EndpointInfo], *, servers: bool) -> NamesAndTypes:
    """Services by their request topic: servers read it, clients write it."""
    return _gather(
        (e.topic[2:].removesuffix('Request'), _ros_type(e).removesuffix('_Request'))
        for e in endpoints
        if e.topic.startswith('rq/') and e.is_writer != servers
    )


def _hash(endpoint: EndpointInfo) -> str:
    entries = user_data(endpoint).split(';')
    hashes = (entry.partition('=')[2] for entry in entries if entry.startswith('typehash='))
    return next(hashes, 'INVALID')


def _profile(qos: Any) -> QoSProfile:
    """A discovered endpoint's QoS; history and depth aren't announced."""
    reliable = isinstance(qos[Policy.Reliability], Policy.Reliability.Reliable)
    durability = DurabilityPolicy.TRANSIENT_LOCAL
    if Policy.Durability not in qos or qos[Policy.Durability] == Policy.Durability.Volatile:
        durability = DurabilityPolicy.VOLATILE
    return QoSProfile(
        history=HistoryPolicy.UNKNOWN,
        depth=0,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=durability,
        lifespan=_span(qos, Policy.Lifespan, 'lifespan'),
        deadline=_span(qos, Policy.Deadline, 'deadline'),
        liveliness=LivelinessPolicy.AUTOMATIC,
        liveliness_lease_duration=_span(qos, Policy.Liveliness, 'lease_duration'),
    )


def _span(qos: Any, policy: Any, field: str) -> Duration:
    return Duration(nanoseconds=getattr(qos[policy], field)) if policy in qos else Infinite
