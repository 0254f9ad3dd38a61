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
from ros_wire.limits import check_not_given

from rclpy.context import Context
from rclpy.duration import Duration, Infinite
from rclpy.qos import DurabilityPolicy, HistoryPolicy, LivelinessPolicy, QoSProfile
from rclpy.qos import ReliabilityPolicy as Reliability
from rclpy.topic_endpoint_info import TopicEndpointInfo, TopicEndpointTypeEnum

_POLL_S = 0.05
_UNKNOWN = NodeEntities('_NODE_NAME_UNKNOWN_', '_NODE_NAMESPACE_UNKNOWN_')
NamesAndTypes = list[tuple[str, list[str]]]


class NodeNameNonExistentError(RuntimeError):
    """There is no node of this name."""


def _ros_type(endpoint: EndpointInfo) -> str:
    """`std_msgs::msg::dds_::String_` -> `std_msgs/msg/String`."""
    return endpoint.type_name.replace('::dds_::', '::').replace('::', '/').removesuffix('_')


def _gather(pairs: Iterable[tuple[str, str]]) -> NamesAndTypes:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, kind in pairs:
        found[name].add(kind)
    return [(name, sorted(kinds)) for name, kinds in sorted(found.items())]


def _topics(endpoints: Iterable[EndpointInfo]) -> NamesAndTypes:
    return _gather((e.topic[2:], _ros_type(e)) for e in endpoints if e.topic.startswith('rt/'))


def _services(endpoints: Iterable[EndpointInfo]) -> NamesAndTypes:
    """Services by their request topic: servers read it, clients write it."""
    return _gather(
        (e.topic[2:].removesuffix('Request'), _ros_type(e).removesuffix('_Request'))
        for e in endpoints
        if e.topic.startswith('rq/')
    )


def _by_node(names_and_types: Callable[[Iterable[EndpointInfo]], NamesAndTypes], side: str) -> Any:
    """A query for what a node reads or writes."""

    def query(
        node: NodeGraph, node_name: str, node_namespace: str, no_demangle: bool = False
    ) -> NamesAndTypes:
        check_not_given('names_and_types_by_node', no_demangle=no_demangle)
        for found in node.context.graph.nodes():
            if (found.name, found.namespace) == (node_name, node_namespace):
                guids = getattr(found, side)
                endpoints = node.context.graph.endpoints()
                return names_and_types(e for e in endpoints if e.guid in guids)
        place = f"node '{node_name}' in namespace '{node_namespace}'"
        raise NodeNameNonExistentError(f'cannot find {place}')

    return query


def _count(resolve: str, wire: str, *, writers: bool) -> Any:
    """A query for the number of endpoints; the name isn't remapped."""

    def query(node: NodeGraph, name: str) -> int:
        topic = wire.format(getattr(node, resolve)(name, only_expand=True))
        endpoints = node.context.graph.endpoints()
        return sum((e.topic, e.is_writer) == (topic, writers) for e in endpoints)

    return query


def _by_topic(kind: TopicEndpointTypeEnum) -> Any:
    """A query for the endpoints of a topic, and whose they are."""
    writers = kind == TopicEndpointTypeEnum.PUBLISHER

    def query(node: NodeGraph, topic: str, no_mangle: bool = False) -> list[TopicEndpointInfo]:
        check_not_given('info_by_topic', no_mangle=no_mangle)
        name = 'rt' + node.resolve_topic_name(topic)
        nodes = node.context.graph.nodes()
        owners = {guid: owner for owner in nodes for guid in (*owner.writers, *owner.readers)}
        return [
            _describe(endpoint, owners.get(endpoint.guid, _UNKNOWN), kind)
            for endpoint in node.context.graph.endpoints()
            if (endpoint.topic, endpoint.is_writer) == (name, writers)
        ]

    return query


def _describe(
    endpoint: EndpointInfo, owner: NodeEntities, kind: TopicEndpointTypeEnum
) -> TopicEndpointInfo:
    entries = dict(entry.partition('=')[::2] for entry in user_data(endpoint).split(';'))
    return TopicEndpointInfo(
        node_name=owner.name,
        node_namespace=owner.namespace,
        topic_type=_ros_type(endpoint),
        endpoint_type=kind,
        endpoint_gid=list(endpoint.guid),
        qos_profile=_profile(endpoint.qos),
        topic_type_hash=entries.get('typehash', 'INVALID'),
    )


def _profile(qos: Any) -> QoSProfile:
    """A discovered endpoint's QoS; history and depth aren't announced."""

    def span(policy: Any, field: str) -> Duration:
        return Duration(nanoseconds=getattr(qos[policy], field)) if policy in qos else Infinite

    reliable = isinstance(qos[Policy.Reliability], Policy.Reliability.Reliable)
    volatile = Policy.Durability not in qos or qos[Policy.Durability] == Policy.Durability.Volatile
    return QoSProfile(
        history=HistoryPolicy.UNKNOWN,
        depth=0,
        reliability=Reliability.RELIABLE if reliable else Reliability.BEST_EFFORT,
        durability=DurabilityPolicy.VOLATILE if volatile else DurabilityPolicy.TRANSIENT_LOCAL,
        lifespan=span(Policy.Lifespan, 'lifespan'),
        deadline=span(Policy.Deadline, 'deadline'),
        liveliness=LivelinessPolicy.AUTOMATIC,
        liveliness_lease_duration=span(Policy.Liveliness, 'lease_duration'),
    )


class NodeGraph:
    """Names and types in the graph; a base class of Node."""

    context: Context
    resolve_topic_name: Callable[..., str]
    get_publisher_names_and_types_by_node = _by_node(_topics, 'writers')
    get_subscriber_names_and_types_by_node = _by_node(_topics, 'readers')
    get_service_names_and_types_by_node = _by_node(_services, 'readers')
    get_client_names_and_types_by_node = _by_node(_services, 'writers')
    count_publishers = _count('resolve_topic_name', 'rt{}', writers=True)
    count_subscribers = _count('resolve_topic_name', 'rt{}', writers=False)
    count_services = _count('resolve_service_name', 'rq{}Request', writers=False)
    count_clients = _count('resolve_service_name', 'rr{}Reply', writers=False)
    get_publishers_info_by_topic = _by_topic(TopicEndpointTypeEnum.PUBLISHER)
    get_subscriptions_info_by_topic = _by_topic(TopicEndpointTypeEnum.SUBSCRIPTION)

    def get_topic_names_and_types(self, no_demangle: bool = False) -> NamesAndTypes:
        """All topics and their types."""
        check_not_given('get_topic_names_and_types', no_demangle=no_demangle)
        return _topics(self.context.graph.endpoints())

    def get_service_names_and_types(self) -> NamesAndTypes:
        """All services that have a server, and their types."""
        return _services(e for e in self.context.graph.endpoints() if not e.is_writer)

    def get_node_names_and_namespaces(self) -> list[tuple[str, str]]:
        """All nodes."""
        return [(node.name, node.namespace) for node in self.context.graph.nodes()]

    def get_node_names(self) -> list[str]:
        """All nodes' names."""
        return [name for name, _ in self.get_node_names_and_namespaces()]

    def get_fully_qualified_node_names(self) -> list[str]:
        """All nodes' names with namespace."""
        nodes = self.get_node_names_and_namespaces()
        return [f'{namespace.rstrip("/")}/{name}' for name, namespace in nodes]

    def wait_for_node(self, fully_qualified_node_name: str, timeout: float) -> bool:
        """Wait until a node is there, for so long [s]; whether it is."""
        wanted, end_s = '/' + fully_qualified_node_name.lstrip('/'), time.monotonic() + timeout
        while not (found := wanted in self.get_fully_qualified_node_names()):
            if time.monotonic() >= end_s:
                break
            time.sleep(_POLL_S)
        return found
