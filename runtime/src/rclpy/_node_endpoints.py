# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The part of a node that makes, lists and destroys what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ros_wire.graph import NodeEntities
from ros_wire.limits import check_not_given

from rclpy._entity import Entity
from rclpy.callback_groups import CallbackGroup
from rclpy.client import Client
from rclpy.clock import Clock, ROSClock
from rclpy.context import Context
from rclpy.event_handler import EventHandler, PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.guard_condition import GuardCondition
from rclpy.impl.rcutils_logger import RcutilsLogger
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, as_profile, qos_profile_services_default
from rclpy.service import Service
from rclpy.subscription import Subscription
from rclpy.timer import Rate, Timer


class NodeEndpoints:
    """Publishers, subscriptions, services, clients, timers; a base class of Node."""

    _context: Context
    _clock: ROSClock
    _logger: RcutilsLogger
    _default_callback_group: CallbackGroup
    resolve_topic_name: Callable[[str], str]
    resolve_service_name: Callable[[str], str]
    wake_executor: Callable[[], None]

    def __init__(self, announced: NodeEntities) -> None:
        self.__entities: list[Any] = []
        self.__announced = announced

    @property
    def entities(self) -> list[Entity]:
        """What an executor waits for."""
        return [entity for entity in list(self.__entities) if isinstance(entity, Entity)]

    def __of_kind(self, kind: type[Any]) -> Iterator[Any]:
        return (entity for entity in list(self.__entities) if isinstance(entity, kind))

    @property
    def publishers(self) -> Iterator[Publisher]:
        """Its publishers."""
        return self.__of_kind(Publisher)

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        """Its subscriptions."""
        return self.__of_kind(Subscription)

    @property
    def clients(self) -> Iterator[Client]:
        """Its clients."""
        return self.__of_kind(Client)

    @property
    def services(self) -> Iterator[Service]:
        """Its services."""
        return self.__of_kind(Service)

    @property
    def timers(self) -> Iterator[Timer]:
        """Its timers."""
        return self.__of_kind(Timer)

    @property
    def guards(self) -> Iterator[GuardCondition]:
        """Its guard conditions."""
        return self.__of_kind(GuardCondition)

    def __keep(self, entity: Any) -> None:
        self.__entities.append(entity)
        self.__announce(entity, present=True)
        self.wake_executor()

    def __announce(self, entity: Any, *, present: bool) -> None:
        sides = ('reader', 'writer')
        endpoints = [getattr(entity, side) for side in sides if hasattr(entity, side)]
        if endpoints:
            self._context.graph.update(self.__announced, endpoints, present=present)

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
        writer = self._context.participant.writer('rt' + name, msg_type.ros_type, qos.to_dds())
        publisher = publisher_class(writer, msg_type, name, qos)
        self.__keep(publisher)
        group = callback_group or self._default_callback_group
        events = event_callbacks or PublisherEventCallbacks()
        publisher.event_handlers = events.create_event_handlers(group, writer, name, self._logger)
        self.__entities.extend(publisher.event_handlers)
        return publisher

    def create_subscription(
        self,
        msg_type: type[Any],
        topic: str,
        callback: Callable[..., Any],
        qos_profile: QoSProfile | int,
        *,
        callback_group: CallbackGroup | None = None,
        event_callbacks: SubscriptionEventCallbacks | None = None,
        qos_overriding_options: Any = None,
        raw: bool = False,
    ) -> Subscription:
        """Make a subscription; with `raw` the callback gets bytes."""
        check_not_given('create_subscription', qos_overriding_options=qos_overriding_options)
        qos, name = as_profile(qos_profile), self.resolve_topic_name(topic)
        group = callback_group or self._default_callback_group
        reader = self._context.participant.reader('rt' + name, msg_type.ros_type, qos.to_dds())
        subscription = Subscription(
            reader, msg_type, name, callback, group, qos, raw=raw, logger=self._logger
        )
        events = event_callbacks or SubscriptionEventCallbacks()
        subscription.event_handlers = events.create_event_handlers(
            group, reader, name, self._logger
        )
        self.__entities.extend(subscription.event_handlers)
        self.__keep(subscription)
        return subscription

    def create_client(
        self,
        srv_type: type[Any],
        srv_name: str,
        *,
        qos_profile: QoSProfile = qos_profile_services_default,
        callback_group: CallbackGroup | None = None,
    ) -> Client:
        """Make a service client."""
        client = Client(
            self._context.participant,
            self._context,
            srv_type,
            self.resolve_service_name(srv_name),
            qos_profile,
            callback_group or self._default_callback_group,
        )
        self.__keep(client)
        return client

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
        service = Service(
            self._context.participant,
            self._logger,
            srv_type,
            self.resolve_service_name(srv_name),
            callback,
            qos_profile,
            callback_group or self._default_callback_group,
        )
        self.__keep(service)
        return service

    def create_timer(
        self,
        timer_period_sec: float,
        callback: Callable[[], Any],
        callback_group: CallbackGroup | None = None,
        clock: Clock | None = None,
        autostart: bool = True,
    ) -> Timer:
        """Make a timer on the node's clock, or another."""
        timer = Timer(
            callback,
            callback_group or self._default_callback_group,
            int(float(timer_period_sec) * 1e9),
            clock or self._clock,
            wake=self.wake_executor,
            autostart=autostart,
        )
        self.__keep(timer)
        return timer

    def create_guard_condition(
        self, callback: Callable[[], Any], callback_group: CallbackGroup | None = None
    ) -> GuardCondition:
        """Make a guard condition."""
        group = callback_group or self._default_callback_group
        guard = GuardCondition(callback, group, self.wake_executor)
        self.__keep(guard)
        return guard

    def create_rate(self, frequency: float, clock: Clock | None = None) -> Rate:
        """
        Make a rate.

        :param frequency: [Hz], above 0.
        """
        if frequency <= 0:
            raise ValueError('frequency must be > 0')
        return Rate(int(1e9 / frequency), clock or self._clock, self._context)

    def __destroy(self, entity: Any) -> bool:
        if entity not in self.__entities:
            return False
        self.__entities.remove(entity)
        for handler in getattr(entity, 'event_handlers', []):
            self.__entities.remove(handler)
        self.__announce(entity, present=False)
        self.wake_executor()
        if not isinstance(entity, GuardCondition):
            entity.destroy()
        return True

    def destroy_publisher(self, publisher: Publisher) -> bool:
        """Destroy a publisher; False if it isn't this node's."""
        return self.__destroy(publisher)

    def destroy_subscription(self, subscription: Subscription) -> bool:
        """Destroy a subscription; False if it isn't this node's."""
        return self.__destroy(subscription)

    def destroy_client(self, client: Client) -> bool:
        """Destroy a client; False if it isn't this node's."""
        return self.__destroy(client)

    def destroy_service(self, service: Service) -> bool:
        """Destroy a service; False if it isn't this node's."""
        return self.__destroy(service)

    def destroy_timer(self, timer: Timer) -> bool:
        """Destroy a timer; False if it isn't this node's."""
        return self.__destroy(timer)

    def destroy_guard_condition(self, guard: GuardCondition) -> bool:
        """Destroy a guard condition; False if it isn't this node's."""
        return self.__destroy(guard)

    def destroy_rate(self, rate: Rate) -> bool:
        """Destroy a rate."""
        rate.destroy()
        return True

    def destroy_entities(self) -> None:
        """Destroy all that belongs to it."""
        entities, self.__entities = self.__entities, []
        for entity in entities:
            if not isinstance(entity, (GuardCondition, EventHandler)):
                entity.destroy()
