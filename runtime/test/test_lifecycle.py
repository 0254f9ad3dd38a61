# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Managed nodes: states, callbacks, publishers, services, events."""

from lifecycle_msgs.msg import State, Transition, TransitionEvent
from lifecycle_msgs.srv import ChangeState, GetAvailableStates, GetAvailableTransitions, GetState
import pytest
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node
from ros_fixtures import spin_until
from std_msgs.msg import String

OK, FAILURE, ERROR = TransitionCallbackReturn


class Managed(LifecycleNode):
    """Notes its callbacks and answers as told."""

    def __init__(self, context):
        super().__init__('managed', context=context)
        self.answers = {}
        self.called = []
        self.out = self.create_lifecycle_publisher(String, 'out', 10)

    def _note(self, name, state):
        self.called.append((name, state.label))
        answer = self.answers.get(name, OK)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def on_configure(self, state):
        return self._note('configure', state)

    def on_activate(self, state):
        super().on_activate(state)
        return self._note('activate', state)

    def on_error(self, state):
        return self._note('error', state)

    def label(self):
        return self._state_machine.state.label


@pytest.fixture
def node(context):
    return Managed(context)


def test_the_whole_life(node):
    assert node.label() == 'unconfigured'
    for trigger, label in (
        (node.trigger_configure, 'inactive'),
        (node.trigger_activate, 'active'),
        (node.trigger_deactivate, 'inactive'),
        (node.trigger_cleanup, 'unconfigured'),
        (node.trigger_configure, 'inactive'),
        (node.trigger_shutdown, 'finalized'),
    ):
        assert trigger() == OK
        assert node.label() == label
    assert node.called[:2] == [('configure', 'unconfigured'), ('activate', 'inactive')]


@pytest.mark.parametrize('trigger', ['trigger_activate', 'trigger_deactivate', 'trigger_cleanup'])
def test_wrong_transitions_are_refused(node, trigger):
    with pytest.raises(RuntimeError, match='unconfigured'):
        getattr(node, trigger)()
    assert node.label() == 'unconfigured'
    assert node.called == []


def test_failure_goes_back(node):
    node.answers['configure'] = FAILURE
    assert node.trigger_configure() == FAILURE
    assert node.label() == 'unconfigured'


@pytest.mark.parametrize(
    ('answer', 'of_error', 'label'),
    [
        (ERROR, OK, 'unconfigured'),
        (ERROR, FAILURE, 'finalized'),
        (RuntimeError('boom'), OK, 'unconfigured'),
        (RuntimeError('boom'), RuntimeError('again'), 'finalized'),
    ],
)
def test_errors_are_processed(node, answer, of_error, label):
    node.answers = {'configure': answer, 'error': of_error}
    assert node.trigger_configure() == ERROR
    assert node.label() == label
    assert node.called == [('configure', 'unconfigured'), ('error', 'unconfigured')]


def test_publisher_is_silent_unless_active(executor, node):
    received = []
    node.create_subscription(String, 'out', lambda m: received.append(m.data), 10)
    executor.add_node(node)
    node.trigger_configure()
    node.out.publish(String(data='too early'))
    node.trigger_activate()
    node.out.publish(String(data='now'))
    spin_until(executor, lambda: received)
    assert received == ['now']


def test_services_and_events(executor, context, node):
    other = Node('other', context=context)
    events = []
    other.create_subscription(TransitionEvent, '/managed/transition_event', events.append, 10)
    executor.add_node(node)
    executor.add_node(other)

    def call(kind, name, **fields):
        client = other.create_client(kind, f'/managed/{name}')
        future = client.call_async(kind.Request(**fields))
        executor.spin_until_future_complete(future, timeout_sec=10)
        return future.result()

    def change(**fields):
        return call(ChangeState, 'change_state', transition=Transition(**fields)).success

    assert change(id=Transition.TRANSITION_CONFIGURE)
    assert call(GetState, 'get_state').current_state == State(id=2, label='inactive')
    assert not change(id=Transition.TRANSITION_CONFIGURE)
    assert not change(label='transition_success')
    assert change(label='activate')
    possible = call(GetAvailableTransitions, 'get_available_transitions').available_transitions
    assert sorted(t.transition.label for t in possible) == ['deactivate', 'shutdown']
    assert len(call(GetAvailableStates, 'get_available_states').available_states) == 11
    graph = call(GetAvailableTransitions, 'get_transition_graph').available_transitions
    assert len(graph) == 25
    spin_until(executor, lambda: len(events) == 4)
    path = [event.goal_state.label for event in events]
    assert path == ['configuring', 'inactive', 'activating', 'active']


def test_state_is_what_callbacks_get():
    assert LifecycleState(1, 'unconfigured').label == 'unconfigured'
