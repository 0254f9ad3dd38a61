# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Managed nodes: callbacks for transitions, services that ask for them, the event topic."""

from __future__ import annotations

import time
from typing import Any

from lifecycle_msgs.msg import State as StateMessage
from lifecycle_msgs.msg import Transition as TransitionMessage
from lifecycle_msgs.msg import TransitionDescription, TransitionEvent
from lifecycle_msgs.srv import ChangeState, GetAvailableStates, GetAvailableTransitions, GetState

from rclpy.callback_groups import CallbackGroup
from rclpy.lifecycle._state_machine import (
    STATES,
    TRANSITIONS,
    LifecycleState,
    StateMachine,
    Transition,
    TransitionCallbackReturn,
    TransitionError,
)
from rclpy.lifecycle.managed_entity import ManagedEntity
from rclpy.lifecycle.publisher import LifecyclePublisher
from rclpy.node import Node
from rclpy.qos import QoSProfile

_CALLBACKS = {
    'configuring': 'on_configure',
    'cleaningup': 'on_cleanup',
    'shuttingdown': 'on_shutdown',
    'activating': 'on_activate',
    'deactivating': 'on_deactivate',
    'errorprocessing': 'on_error',
}


class LifecycleNodeMixin(ManagedEntity):
    """The managed part; mix it with Node."""

    def __init__(
        self,
        *,
        enable_communication_interface: bool = True,
        callback_group: CallbackGroup | None = None,
    ) -> None:
        self._state_machine = StateMachine()
        self._managed_entities: set[ManagedEntity] = set()
        self.__transition_events: Any = None
        if enable_communication_interface:
            self.__communicate(callback_group)

    def __communicate(self, group: CallbackGroup | None) -> None:
        node: Any = self
        self.__transition_events = node.create_publisher(
            TransitionEvent, '~/transition_event', QoSProfile(depth=10)
        )
        for kind, name, answer in (
            (ChangeState, 'change_state', self.__on_change_state),
            (GetState, 'get_state', self.__on_get_state),
            (GetAvailableStates, 'get_available_states', self.__on_get_available_states),
            (GetAvailableTransitions, 'get_available_transitions', self.__on_get_available),
            (GetAvailableTransitions, 'get_transition_graph', self.__on_get_graph),
        ):
            node.create_service(kind, f'~/{name}', answer, callback_group=group)

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
        before = self._state_machine.state
        requested = self._state_machine.find(name)
        if requested.label.startswith('transition_'):
            raise TransitionError(f'{requested.label} follows from a callback, nobody asks for it')
        self.__follow(requested)
        answer = self.__call_back(before)
        self.__follow(self._state_machine.find(answer.to_label()))
        if answer == TransitionCallbackReturn.ERROR:
            self.__follow(self._state_machine.find(self.__call_back(before).to_label()))
        return answer

    def __follow(self, transition: Transition) -> None:
        self._state_machine.follow(transition)
        if self.__transition_events is not None:
            event = TransitionEvent(
                timestamp=time.time_ns(),
                transition=TransitionMessage(id=transition.id, label=transition.label),
                start_state=_state_message(transition.start),
                goal_state=_state_message(transition.goal),
            )
            self.__transition_events.publish(event)

    def __call_back(self, before: LifecycleState) -> TransitionCallbackReturn:
        callback = getattr(self, _CALLBACKS[self._state_machine.state.label])
        try:
            answer = callback(before)
        except Exception as error:  # noqa: BLE001 whatever it raises, the node must process the error
            node: Any = self
            node.get_logger().error(f'{callback.__name__} raised {type(error).__name__}: {error}')
            return TransitionCallbackReturn.ERROR
        if not isinstance(answer, TransitionCallbackReturn):
            raise TypeError(
                f'{callback.__name__} returned {answer!r}, not TransitionCallbackReturn'
            )
        return answer

    def __ask_entities(self, callback: str, state: LifecycleState) -> TransitionCallbackReturn:
        for entity in self._managed_entities:
            answer: TransitionCallbackReturn = getattr(entity, callback)(state)
            if answer != TransitionCallbackReturn.SUCCESS:
                return answer
        return TransitionCallbackReturn.SUCCESS

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

    # Services.

    def __on_change_state(self, request: Any, response: Any) -> Any:
        try:
            answer = self.__change(request.transition.label or request.transition.id)
        except TransitionError as error:
            node: Any = self
            node.get_logger().warning(str(error))
            response.success = False
        else:
            response.success = answer == TransitionCallbackReturn.SUCCESS
        return response

    def __on_get_state(self, _: Any, response: Any) -> Any:
        response.current_state = _state_message(self._state_machine.state)
        return response

    def __on_get_available_states(self, _: Any, response: Any) -> Any:
        response.available_states = [_state_message(state) for state in STATES.values()]
        return response

    def __on_get_available(self, _: Any, response: Any) -> Any:
        response.available_transitions = [_description(t) for t in self._state_machine.available()]
        return response

    def __on_get_graph(self, _: Any, response: Any) -> Any:
        response.available_transitions = [_description(t) for t in TRANSITIONS]
        return response


def _state_message(state: LifecycleState) -> Any:
    return StateMessage(id=state.state_id, label=state.label)


def _description(transition: Transition) -> Any:
    return TransitionDescription(
        transition=TransitionMessage(id=transition.id, label=transition.label),
        start_state=_state_message(transition.start),
        goal_state=_state_message(transition.goal),
    )


class LifecycleNode(LifecycleNodeMixin, Node):
    """A managed node; options as Node's."""

    def __init__(
        self, node_name: str, *, enable_communication_interface: bool = True, **options: Any
    ) -> None:
        Node.__init__(self, node_name, **options)
        LifecycleNodeMixin.__init__(
            self, enable_communication_interface=enable_communication_interface
        )
