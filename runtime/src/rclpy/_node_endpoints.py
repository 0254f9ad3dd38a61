# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The part of a node that makes, lists and destroys what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ros_wire.graph import NodeEntities
from ros_wire.limits import check_not_given

from rclpy._entity import Entity
from rclpy.callback_groups import CallbackGroup
from rclpy.client import Client
from rclpy.clock import Clock, ROSClock
from rclpy.context import Context
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.guard_condition import GuardCondition
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, as_profile, qos_profile_services_default
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.timer import Rate, Timer

_E = TypeVar('_E', bound=Entity)


def _of_kind(kind: type[Any]) -> Any:
    """A property: those of a node's entities."""
    return property(lambda node: (e for e in node.entities if isinstance(e, kind)))


class NodeEndpoints:
    """Publishers, subscriptions, services, clients, timers; a base class of Node."""

    context: Context
    _clock: ROSClock
    _logger: RcutilsLogger
    _default_callback_group: CallbackGroup
    resolve_topic_name: Callable[..., str]
    resolve_service_name: Callable[..., str]
    wake_executor: Callable[[], None]

    def __init__(self, announced: NodeEntities) -> None:
        self.__entities: list[Entity] = []
        self.__announced = announced

    @property
    def entities(self) -> list[Entity]:
        """All that belongs to it."""
        return list(self.__entities)

    publishers, subscriptions = _of_kind(Publisher), _of_kind(Subscription)
    clients, services = _of_kind(Client), _of_kind(Service)
    timers, guards = _of_kind(Timer), _of_kind(GuardCondition)

    def __group(self, given: CallbackGroup | None) -> CallbackGroup:
        return given or self._default_callback_group

    def __keep(self, entity: _E, events: Any = None, group: CallbackGroup | None = None) -> _E:
        if events is not None:
            entity.event_handlers = events.create_event_handlers(
                self.__group(group), entity.endpoints[0], entity.topic, self._logger
            )
        self.__entities.extend((entity, *entity.event_handlers))
        if entity.endpoints:
            self.context.graph.update(self.__announced, entity.endpoints, present=True)
        self.wake_executor()
        return entity

    def create_publisher(
        self,
        msg_type: type[Any],
        topic: str,
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: PublisherEventCallbacks | None = None,
        qos_overriding_options: Any = None,
        publisher_class: type[Publisher] = Publisher,
    ) -> Publisher:
        """Make a publisher."""
        check_not_given('create_publisher', qos_overriding_options=qos_overriding_options)
        qos, name = as_profile(qos_profile), self.resolve_topic_name(topic)
        writer = self.context.participant.writer('rt' + name, msg_type.ros_type, qos.to_dds())
        publisher = publisher_class(writer, msg_type, name, qos)
        return self.__keep(publisher, event_callbacks or PublisherEventCallbacks(), callback_group)

    def create_subscription(
        self,
        msg_type: type[Any],
        topic: str,
        callback: Callable[..., Any],
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: SubscriptionEventCallbacks | None = None,
        raw: bool = False,
        **others: Any,
    ) -> Subscription:
        """Make a subscription; with `raw` the callback gets bytes."""
        check_not_given('create_subscription', **others)
        qos, name = as_profile(qos_profile), self.resolve_topic_name(topic)
        group = self.__group(callback_group)
        reader = self.context.participant.reader('rt' + name, msg_type.ros_type, qos.to_dds())
        subscription = Subscription(
            reader, msg_type, name, callback, group, qos, raw=raw, logger=self._logger
        )
        events = event_callbacks or SubscriptionEventCallbacks()
        return self.__keep(subscription, events, group)

    def create_client(
        self,
        srv_type: type[Any],
        srv_name: str,
        *,
        qos_profile: QoSProfile = qos_profile_services_default,
        callback_group: CallbackGroup | None = None,
    ) -> Client:
        """Make a service client."""
        name, group = self.resolve_service_name(srv_name), self.__group(callback_group)
        return self.__keep(Client(self, srv_type, name, qos_profile, group))

    def create_service(
        self,
        srv_type: type[Any],
        srv_name: str,
        callback: Callable[[Any, Any], Any],
        *,
        qos_profile: QoSProfile = qos_profile_services_default,
        callback_group: CallbackGroup | None = None,
    ) -> Service:
        """Make a service server; the callback takes request and response, returns the latter."""
        name, group = self.resolve_service_name(srv_name), self.__group(callback_group)
        return self.__keep(Service(self, srv_type, name, qos_profile, group, callback=callback))

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Callable[[], Any],
        callback_group: CallbackGroup | None = None,
        clock: Clock | None = None,
        autostart: bool = True,
    ) -> Timer:
        """Make a timer on the node's clock, or another."""
        group, period_ns = self.__group(callback_group), int(timer_period_sec * 1e9)
        clock, wake = clock or self._clock, self.wake_executor
        return self.__keep(
            Timer(callback, group, period_ns, clock, wake=wake, autostart=autostart)
        )

    def create_guard_condition(
        self, callback: Callable[[], Any], callback_group: CallbackGroup | None = None
    ) -> GuardCondition:
        """Make a guard condition."""
        group = self.__group(callback_group)
        return self.__keep(GuardCondition(callback, group, self.wake_executor))

    def create_rate(self, frequency: float, clock: Clock | None = None) -> Rate:
        """Make a rate of a frequency above 0 [Hz]."""
        if frequency <= 0:
            raise ValueError('frequency must be > 0')
        return Rate(int(1e9 / frequency), clock or self._clock, self.context)

    def __destroy(self, entity: Entity) -> bool:
        """Destroy what belongs to it; False if it isn't this node's."""
        if entity not in self.__entities:
            return False
        for gone in (entity, *entity.event_handlers):
            self.__entities.remove(gone)
        if entity.endpoints:
            self.context.graph.update(self.__announced, entity.endpoints, present=False)
        self.wake_executor()
        entity.destroy()
        return True

    destroy_publisher = destroy_subscription = destroy_client = __destroy
    destroy_service = destroy_timer = destroy_guard_condition = __destroy

    def destroy_rate(self, rate: Rate) -> bool:
        """Destroy a rate."""
        rate.destroy()
        return True

    def destroy_entities(self) -> None:
        """Destroy all that belongs to it."""
        entities, self.__entities = self.__entities, []
        for entity in entities:
            entity.destroy()
