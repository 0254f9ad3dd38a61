# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events of publishers and subscriptions: matches, and peers with incompatible QoS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ros_wire.dds import Endpoint
from ros_wire.events import IncompatibleQos, Matched, Statuses
from ros_wire.limits import check_not_given

from rclpy._entity import Entity, Work
from rclpy.callback_groups import CallbackGroup
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.qos import QoSPolicyKind, qos_policy_name_from_kind

# DDS's QosPolicyId -> rmw's kind.
_KINDS = {
    2: QoSPolicyKind.DURABILITY,
    4: QoSPolicyKind.DEADLINE,
    8: QoSPolicyKind.LIVELINESS,
    11: QoSPolicyKind.RELIABILITY,
    13: QoSPolicyKind.HISTORY,
    21: QoSPolicyKind.LIFESPAN,
}
QoSSubscriptionMatchedInfo = QoSPublisherMatchedInfo = Matched


class UnsupportedEventTypeError(Exception):
    """The middleware doesn't know this event."""


@dataclass(frozen=True)
class QoSRequestedIncompatibleQoSInfo:
    """Peers with incompatible QoS, and the policy that stands between."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


QoSOfferedIncompatibleQoSInfo = QoSRequestedIncompatibleQoSInfo


class EventHandler(Entity):
    """Calls back when the status of an endpoint changes."""

    def __init__(
        self,
        callback_group: CallbackGroup,
        endpoint: Endpoint,
        on_incompatible: Callable[[Any], Any],
        on_matched: Callable[[Any], Any] | None,
    ) -> None:
        super().__init__(callback_group)
        self._statuses = Statuses(endpoint, matched=on_matched is not None)
        self._on_incompatible = on_incompatible
        self._on_matched = on_matched

    @property
    def condition(self) -> int | None:
        """Triggered while there is a change that wasn't taken."""
        return self._statuses.condition_ref

    def take(self) -> Work | None:
        """Take the changes."""
        incompatible = self._statuses.take_incompatible_qos()
        matched = self._statuses.take_matched() if self._on_matched is not None else None
        if incompatible is None and matched is None:
            return None

        def work() -> None:
            if incompatible is not None:
                self._on_incompatible(_with_kind(incompatible))
            if matched is not None and self._on_matched is not None:
                self._on_matched(matched)

        return work


def _with_kind(status: IncompatibleQos) -> QoSRequestedIncompatibleQoSInfo:
    kind = _KINDS.get(status.policy_id, QoSPolicyKind.INVALID)
    return QoSRequestedIncompatibleQoSInfo(status.total_count, status.total_count_change, kind)


class _EventCallbacks:
    """What publishers and subscriptions have in common."""

    #: Takes the topic and the policy.
    warning = ''

    def __init__(
        self,
        *,
        deadline: Any = None,
        liveliness: Any = None,
        message_lost: Any = None,
        incompatible_qos: Callable[[Any], Any] | None = None,
        incompatible_type: Any = None,
        matched: Callable[[Any], Any] | None = None,
        use_default_callbacks: bool = True,
    ) -> None:
        check_not_given(
            type(self).__name__,
            deadline=deadline,
            liveliness=liveliness,
            message_lost=message_lost,
            incompatible_type=incompatible_type,
        )
        self.incompatible_qos = incompatible_qos
        self.matched = matched
        self.use_default_callbacks = use_default_callbacks

    def create_event_handlers(
        self, callback_group: CallbackGroup, endpoint: Endpoint, topic: str, logger: RcutilsLogger
    ) -> list[EventHandler]:
        """The handlers of one endpoint; by default incompatible QoS is logged."""

        def warn(event: Any) -> None:
            policy = qos_policy_name_from_kind(event.last_policy_kind)
            logger.warning(self.warning.format(topic=topic, policy=policy))

        def ignore(_: Any) -> None:
            pass

        default = warn if self.use_default_callbacks else ignore
        if self.matched is None and self.incompatible_qos is None and default is ignore:
            return []
        on_incompatible = self.incompatible_qos or default
        return [EventHandler(callback_group, endpoint, on_incompatible, self.matched)]


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
