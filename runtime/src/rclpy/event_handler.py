# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events of publishers and subscriptions: matches, and peers with incompatible QoS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ros_wire.dds import Endpoint
from ros_wire.events import IncompatibleQos, Matched, Statuses
from ros_wire.limits import check_not_given, unsupported_names

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.qos import QoSPolicyKind, qos_policy_name_from_kind

__getattr__ = unsupported_names(
    __name__,
    *('EventHandler', 'QoSEventHandler', 'QoSPublisherEventType', 'QoSSubscriptionEventType'),
    *('QoSRequestedDeadlineMissedInfo', 'QoSOfferedDeadlineMissedInfo', 'QoSMessageLostInfo'),
    *('QoSLivelinessChangedInfo', 'QoSLivelinessLostInfo', 'IncompatibleTypeInfo'),
    'UnsupportedEventTypeError',
)
# DDS's QosPolicyId -> rmw's kind.
_KINDS = {2: 'DURABILITY', 4: 'DEADLINE', 8: 'LIVELINESS', 11: 'RELIABILITY', 13: 'HISTORY'}
QoSSubscriptionMatchedInfo = QoSPublisherMatchedInfo = Matched


@dataclass(frozen=True)
class QoSRequestedIncompatibleQoSInfo:
    """Peers with incompatible QoS, and the policy that stands between."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


QoSOfferedIncompatibleQoSInfo = QoSRequestedIncompatibleQoSInfo


class _Events(Entity):
    """Calls back when the status of an endpoint changes."""

    def __init__(
        self, group: CallbackGroup, endpoint: Endpoint, on_incompatible: Any, on_matched: Any
    ) -> None:
        super().__init__(group)
        self._statuses = Statuses(endpoint, matched=on_matched is not None)
        self._on_incompatible, self._on_matched = on_incompatible, on_matched
        self.condition = self._statuses.condition_ref

    def take(self) -> Work | None:
        """Take the changes."""
        incompatible = self._statuses.take_incompatible_qos()
        matched = self._statuses.take_matched() if self._on_matched is not None else None
        return lambda: self._call_back(incompatible, matched)

    def _call_back(self, incompatible: IncompatibleQos | None, matched: Matched | None) -> None:
        if incompatible is not None and self._on_incompatible is not None:
            kind = QoSPolicyKind[_KINDS.get(incompatible.policy_id, 'INVALID')]
            counts = incompatible.total_count, incompatible.total_count_change
            self._on_incompatible(QoSRequestedIncompatibleQoSInfo(*counts, kind))
        if matched is not None:
            self._on_matched(matched)


class _EventCallbacks:
    """What publishers and subscriptions have in common."""

    #: Takes the topic and the policy.
    warning = ''

    def __init__(
        self,
        *,
        incompatible_qos: Callable[[Any], Any] | None = None,
        matched: Callable[[Any], Any] | None = None,
        use_default_callbacks: bool = True,
        **others: Any,
    ) -> None:
        check_not_given(type(self).__name__, **others)
        self.incompatible_qos, self.matched = incompatible_qos, matched
        self.use_default_callbacks = use_default_callbacks

    def create_event_handlers(
        self, callback_group: CallbackGroup, endpoint: Endpoint, topic: str, logger: RcutilsLogger
    ) -> list[Entity]:
        """The handlers of one endpoint; by default incompatible QoS is logged."""

        def warn(event: Any) -> None:
            policy = qos_policy_name_from_kind(event.last_policy_kind)
            logger.warning(self.warning.format(topic=topic, policy=policy))

        on_incompatible = self.incompatible_qos or (warn if self.use_default_callbacks else None)
        if on_incompatible is None and self.matched is None:
            return []
        return [_Events(callback_group, endpoint, on_incompatible, self.matched)]


class PublisherEventCallbacks(_EventCallbacks):
    """Callbacks for a publisher's events."""

    warning = (
        "New subscription discovered on topic '{topic}', requesting incompatible QoS. "
        'No messages will be sent to it. Last incompatible policy: {policy}'
    )


class SubscriptionEventCallbacks(_EventCallbacks):
    """Callbacks for a subscription's events."""

    warning = (
        "New publisher discovered on topic '{topic}', offering incompatible QoS. "
        'No messages will be received from it. Last incompatible policy: {policy}'
    )
