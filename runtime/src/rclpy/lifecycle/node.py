# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Managed nodes: callbacks for transitions, services that ask for them, the event topic."""

from __future__ import annotations

import time
from typing import Any

from lifecycle_msgs import msg, srv

from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle._state_machine import (
    CALLBACKS,
    STATES,
    TRANSITIONS,
    LifecycleState,
    Transition,
    TransitionCallbackReturn,
)
from rclpy.lifecycle.managed_entity import ManagedEntity
from rclpy.lifecycle.publisher import LifecyclePublisher
from rclpy.node import Node
from rclpy.qos import QoSProfile

_SUCCESS = TransitionCallbackReturn.SUCCESS


class TransitionError(RuntimeError):
    """The transition isn't possible in this state."""


class LifecycleNodeMixin(ManagedEntity):
    """The managed part; mix it with Node."""

    def __init__(
        self,
        *,
        enable_communication_interface: bool = True,
        callback_group: CallbackGroup | None = None,
    ) -> None:
        self.__state = STATES['unconfigured']
        self.__events: Any = None
        self._managed_entities: set[ManagedEntity] = set()
        if enable_communication_interface:
            self.__communicate(callback_group)

    def __communicate(self, group: CallbackGroup | None) -> None:
        node: Any = self
        self.__events = node.create_publisher(
            msg.TransitionEvent, '~/transition_event', QoSProfile(depth=10)
        )
        for name, kind, field, answer in (
            ('change_state', srv.ChangeState, 'success', self.__on_change_state),
            ('get_state', srv.GetState, 'current_state', lambda _: _message(self.__state)),
            ('get_available_states', srv.GetAvailableStates, 'available_states', _states),
            ('get_available_transitions', srv.GetAvailableTransitions, 'available_transitions',
             lambda _: _descriptions(self.__possible())),
            ('get_transition_graph', srv.GetAvailableTransitions, 'available_transitions',
             lambda _: _descriptions(TRANSITIONS)),
        ):  # fmt: skip

            def serve(
                request: Any, response: Any, field: str = field, answer: Any = answer
            ) -> Any:
                setattr(response, field, answer(request))
                return response

            node.create_service(kind, f'~/{name}', serve, callback_group=group)

    def __on_change_state(self, request: Any) -> bool:
        node: Any = self
        try:
            answer = self.__change(request.transition.label or request.transition.id)
        except TransitionError as error:
            node.get_logger().warning(str(error))
            return False
        return answer == TransitionCallbackReturn.SUCCESS

    # Transitions.

    def trigger_configure(self) -> TransitionCallbackReturn:
        """Configure."""
        return self.__change('configure')

    def trigger_cleanup(self) -> TransitionCallbackReturn:
        """Clean up."""
        return self.__change('cleanup')

    def trigger_activate(self) -> TransitionCallbackReturn:
        """Activate."""
        return self.__change('activate')

    def trigger_deactivate(self) -> TransitionCallbackReturn:
        """Deactivate."""
        return self.__change('deactivate')

    def trigger_shutdown(self) -> TransitionCallbackReturn:
        """Shut down, from any primary state but the last."""
        return self.__change('shutdown')

    def __change(self, name: int | str) -> TransitionCallbackReturn:
        """
        Ask for a transition and run its callback.

        :raises TransitionError: it isn't possible in the current state.
        """
        before = self.__state
        self.__follow(name)
        answer = self.__call_back(before)
        self.__follow(answer.to_label())
        if answer == TransitionCallbackReturn.ERROR:
            self.__follow(self.__call_back(before).to_label())
        return answer

    def __possible(self) -> list[Transition]:
        return [transition for transition in TRANSITIONS if transition.start == self.__state]

    def __follow(self, name: int | str) -> None:
        for transition in self.__possible():
            if name in (transition.id, transition.label):
                break
        else:
            raise TransitionError(f'no transition {name!r} from state {self.__state.label!r}')
        self.__state = transition.goal
        if self.__events is not None:
            event = _described(msg.TransitionEvent, transition)
            event.timestamp = time.time_ns()
            self.__events.publish(event)

    def __call_back(self, before: LifecycleState) -> TransitionCallbackReturn:
        callback = getattr(self, CALLBACKS[self.__state.label])
        try:
            answer: TransitionCallbackReturn = callback(before)
        except Exception as error:  # noqa: BLE001 whatever it raises, the node must process the error
            node: Any = self
            node.get_logger().error(f'{callback.__name__} raised {type(error).__name__}: {error}')
            return TransitionCallbackReturn.ERROR
        return answer

    def __ask_entities(self, callback: str, state: LifecycleState) -> TransitionCallbackReturn:
        answers = (getattr(entity, callback)(state) for entity in self._managed_entities)
        return next((a for a in answers if a != _SUCCESS), _SUCCESS)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Configure the managed entities; overrides call this one too."""
        return self.__ask_entities('on_configure', state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Clean the managed entities up; overrides call this one too."""
        return self.__ask_entities('on_cleanup', state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Shut the managed entities down; overrides call this one too."""
        return self.__ask_entities('on_shutdown', state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Activate the managed entities; overrides call this one too."""
        return self.__ask_entities('on_activate', state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Deactivate the managed entities; overrides call this one too."""
        return self.__ask_entities('on_deactivate', state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Have the managed entities process an error; overrides call this one too."""
        return self.__ask_entities('on_error', state)

    # Managed entities.

    def add_managed_entity(self, entity: ManagedEntity) -> None:
        """Have an entity take part in the transitions."""
        if not isinstance(entity, ManagedEntity):
            raise TypeError('Expected a rclpy.lifecycle.ManagedEntity instance.')
        self._managed_entities.add(entity)

    def create_lifecycle_publisher(self, *args: Any, **options: Any) -> LifecyclePublisher:
        """Make a publisher that is silent unless the node is active; arguments as Node's."""
        if 'publisher_class' in options:
            raise TypeError("unexpected keyword argument 'publisher_class'")
        node: Any = self
        publisher: LifecyclePublisher = node.create_publisher(
            *args, **options, publisher_class=LifecyclePublisher
        )
        self._managed_entities.add(publisher)
        return publisher

    def destroy_lifecycle_publisher(self, publisher: LifecyclePublisher) -> bool:
        """Destroy such a publisher; False if it isn't this node's."""
        self._managed_entities.discard(publisher)
        node: Any = self
        destroyed: bool = node.destroy_publisher(publisher)
        return destroyed


def _message(state: LifecycleState) -> Any:
    return msg.State(id=state.state_id, label=state.label)


def _described(kind: Any, transition: Transition) -> Any:
    return kind(
        transition=msg.Transition(id=transition.id, label=transition.label),
        start_state=_message(transition.start),
        goal_state=_message(transition.goal),
    )


def _descriptions(transitions: list[Transition]) -> list[Any]:
    return [_described(msg.TransitionDescription, transition) for transition in transitions]


def _states(_: Any) -> list[Any]:
    return [_message(state) for state in STATES.values()]


class LifecycleNode(LifecycleNodeMixin, Node):
    """A managed node; options as Node's."""

    def __init__(
        self, node_name: str, *, enable_communication_interface: bool = True, **options: Any
    ) -> None:
        Node.__init__(self, node_name, **options)
        LifecycleNodeMixin.__init__(
            self, enable_communication_interface=enable_communication_interface
        )
