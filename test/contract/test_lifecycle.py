# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Managed nodes (rclpy: rclpy/lifecycle/; rcl_lifecycle: src/default_state_machine.c)."""

from lifecycle_msgs.msg import State, Transition, TransitionEvent
from lifecycle_msgs.srv import ChangeState, GetAvailableStates, GetAvailableTransitions, GetState
import pytest
from rclpy.lifecycle import (
    LifecycleNode,
    LifecycleState,
    ManagedEntity,
    SimpleManagedEntity,
    TransitionCallbackReturn,
)
from ros_fixtures import spin_until
from std_msgs.msg import String

SUCCESS = TransitionCallbackReturn.SUCCESS
FAILURE = TransitionCallbackReturn.FAILURE
ERROR = TransitionCallbackReturn.ERROR
BOOM = RuntimeError('boom')


class Managed(LifecycleNode):
    """Notes its callbacks and answers as told."""

    def __init__(self, name, **options):
        super().__init__(name, **options)
        self.answers = {}
        self.called = []

    def note(self, name, state, answer):
        self.called.append((name, state.label))
        answer = self.answers.get(name, answer)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def on_configure(self, state):
        return self.note('configure', state, super().on_configure(state))

    def on_cleanup(self, state):
        return self.note('cleanup', state, super().on_cleanup(state))

    def on_shutdown(self, state):
        return self.note('shutdown', state, super().on_shutdown(state))

    def on_activate(self, state):
        return self.note('activate', state, super().on_activate(state))

    def on_deactivate(self, state):
        return self.note('deactivate', state, super().on_deactivate(state))

    def on_error(self, state):
        return self.note('error', state, super().on_error(state))


@pytest.fixture
def node(make_node):
    return make_node('managed', kind=Managed)


@pytest.fixture
def call(make_node, executor, node):
    """Call one of the node's services: the name, and the request's fields."""
    caller = make_node('caller')

    def call(kind, name, **fields):
        client = caller.create_client(kind, f'/managed/{name}')
        spin_until(executor, client.service_is_ready)
        future = client.call_async(kind.Request(**fields))
        spin_until(executor, future.done)
        return future.result()

    return call


@pytest.fixture
def state(call):
    """Ask for the node's state."""
    return lambda: call(GetState, 'get_state').current_state.label


@pytest.fixture
def change(call):
    """Ask for a transition by number or label; whether it succeeded."""

    def change(**fields):
        return call(ChangeState, 'change_state', transition=Transition(**fields)).success

    return change


PATHS = {
    'unconfigured': [],
    'inactive': ['configure'],
    'active': ['configure', 'activate'],
    'finalized': ['shutdown'],
}


def bring(node, state):
    for name in PATHS[state]:
        assert getattr(node, f'trigger_{name}')() == SUCCESS
    node.called.clear()


# Transitions and their callbacks.

TRANSITIONS = [
    ('unconfigured', 'configure', 'inactive', 'unconfigured'),
    ('inactive', 'cleanup', 'unconfigured', 'inactive'),
    ('inactive', 'activate', 'active', 'inactive'),
    ('active', 'deactivate', 'inactive', 'active'),
    ('unconfigured', 'shutdown', 'finalized', 'finalized'),
    ('inactive', 'shutdown', 'finalized', 'finalized'),
    ('active', 'shutdown', 'finalized', 'finalized'),
]


def test_a_node_begins_unconfigured(call, node):
    current = call(GetState, 'get_state').current_state
    assert current == State(id=State.PRIMARY_STATE_UNCONFIGURED, label='unconfigured')
    assert node.called == []


@pytest.mark.parametrize(('start', 'name', 'goal', '_'), TRANSITIONS)
def test_success(node, state, start, name, goal, _):
    bring(node, start)
    assert getattr(node, f'trigger_{name}')() == SUCCESS
    assert state() == goal
    assert node.called == [(name, start)]


@pytest.mark.parametrize(('start', 'name', '_', 'goal'), TRANSITIONS)
def test_failure(node, state, start, name, _, goal):
    bring(node, start)
    node.answers[name] = FAILURE
    assert getattr(node, f'trigger_{name}')() == FAILURE
    assert state() == goal
    assert node.called == [(name, start)]


@pytest.mark.parametrize('answer', [ERROR, BOOM])
@pytest.mark.parametrize(('start', 'name', '_', '__'), TRANSITIONS)
def test_error(node, state, answer, start, name, _, __):
    bring(node, start)
    node.answers[name] = answer
    assert getattr(node, f'trigger_{name}')() == ERROR
    assert state() == 'unconfigured'
    assert node.called == [(name, start), ('error', start)]


@pytest.mark.parametrize('answer', [FAILURE, ERROR, BOOM])
def test_an_error_that_cannot_be_processed_is_the_end(node, state, answer):
    node.answers = {'configure': ERROR, 'error': answer}
    assert node.trigger_configure() == ERROR
    assert state() == 'finalized'


ALLOWED = {(start, name) for start, name, _, _ in TRANSITIONS}
WRONG = sorted(
    (start, name) for start in PATHS
    for name in ('configure', 'cleanup', 'activate', 'deactivate', 'shutdown')
    if (start, name) not in ALLOWED
)  # fmt: skip


@pytest.mark.parametrize(('start', 'name'), WRONG)
def test_what_is_not_possible_is_refused(node, state, start, name):
    bring(node, start)
    with pytest.raises(RuntimeError):
        getattr(node, f'trigger_{name}')()
    assert state() == start
    assert node.called == []


def test_callbacks_get_a_state(node):
    seen = []
    node.note = lambda _, state, answer: (seen.append(state), answer)[1]
    node.trigger_configure()
    assert seen == [LifecycleState(state_id=State.PRIMARY_STATE_UNCONFIGURED,
                                   label='unconfigured')]  # fmt: skip


# Managed entities.


class Part(ManagedEntity):
    """Notes what it is told."""

    def __init__(self, answer=SUCCESS):
        self.answer, self.told = answer, []

    def on_configure(self, state):
        self.told.append(state.label)
        return self.answer


@pytest.mark.parametrize('answer', [SUCCESS, FAILURE, ERROR])
def test_entities_take_part(make_node, answer):
    node = make_node('plain', kind=LifecycleNode)
    part = Part(answer)
    node.add_managed_entity(part)
    assert node.trigger_configure() == answer
    assert part.told == ['unconfigured']


def test_only_entities_are_managed(node):
    with pytest.raises(TypeError):
        node.add_managed_entity('entity')


def test_a_simple_entity_knows_whether_the_node_is_active(node):
    entity = SimpleManagedEntity()
    node.add_managed_entity(entity)
    assert not entity.is_activated
    bring(node, 'active')
    assert entity.is_activated
    node.trigger_deactivate()
    assert not entity.is_activated


def test_methods_that_work_only_when_enabled(node):
    done, refused = [], []

    class Arm(SimpleManagedEntity):
        @SimpleManagedEntity.when_enabled
        def move(self, where):
            done.append(where)

        @SimpleManagedEntity.when_enabled(when_not_enabled=lambda: refused.append('no'))
        def grip(self, *, force):
            done.append(force)

    arm = Arm()
    node.add_managed_entity(arm)
    arm.move('up')
    arm.grip(force=1)
    assert (done, refused) == ([], ['no'])
    bring(node, 'active')
    arm.move('up')
    arm.grip(force=1)
    assert (done, refused) == (['up', 1], ['no'])


def test_a_publisher_is_silent_unless_active(executor, make_node, node):
    received = []
    make_node('listener').create_subscription(String, 'out', lambda m: received.append(m.data), 10)
    out = node.create_lifecycle_publisher(String, 'out', 10)
    spin_until(executor, lambda: out.get_subscription_count() == 1)
    assert not out.is_activated
    out.publish(String(data='before'))
    bring(node, 'active')
    assert out.is_activated
    out.publish(String(data='now'))
    node.trigger_deactivate()
    out.publish(String(data='after'))
    node.trigger_activate()
    out.publish(String(data='again'))
    spin_until(executor, lambda: len(received) == 2)
    assert received == ['now', 'again']


def test_a_destroyed_publisher_is_not_managed(node):
    out = node.create_lifecycle_publisher(String, 'out', 10)
    assert node.destroy_lifecycle_publisher(out)
    bring(node, 'active')
    assert not out.is_activated


def test_no_class_for_a_lifecycle_publisher(node):
    with pytest.raises(TypeError):
        node.create_lifecycle_publisher(String, 'out', 10, publisher_class=object)


# Services and events.


def test_changes_by_number(node, change, state):
    assert change(id=Transition.TRANSITION_CONFIGURE)
    assert change(id=Transition.TRANSITION_ACTIVATE)
    assert state() == 'active'
    assert change(id=Transition.TRANSITION_DEACTIVATE)
    assert change(id=Transition.TRANSITION_CLEANUP)
    assert state() == 'unconfigured'
    assert change(id=Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
    assert state() == 'finalized'
    assert [name for name, _ in node.called] == [
        'configure', 'activate', 'deactivate', 'cleanup', 'shutdown',
    ]  # fmt: skip


def test_changes_by_label(change, state):
    assert change(label='configure')
    assert change(label='activate')
    assert change(label='shutdown')
    assert state() == 'finalized'


def test_changes_that_fail(node, change, state):
    node.answers['configure'] = FAILURE
    assert not change(id=Transition.TRANSITION_CONFIGURE)
    node.answers['configure'] = BOOM
    assert not change(label='configure')
    assert not change(label='activate')
    assert not change(label='nonsense')
    assert state() == 'unconfigured'


def test_available_states(call):
    states = call(GetAvailableStates, 'get_available_states').available_states
    assert {(item.id, item.label) for item in states} == {
        (State.PRIMARY_STATE_UNKNOWN, 'unknown'),
        (State.PRIMARY_STATE_UNCONFIGURED, 'unconfigured'),
        (State.PRIMARY_STATE_INACTIVE, 'inactive'),
        (State.PRIMARY_STATE_ACTIVE, 'active'),
        (State.PRIMARY_STATE_FINALIZED, 'finalized'),
        (State.TRANSITION_STATE_CONFIGURING, 'configuring'),
        (State.TRANSITION_STATE_CLEANINGUP, 'cleaningup'),
        (State.TRANSITION_STATE_SHUTTINGDOWN, 'shuttingdown'),
        (State.TRANSITION_STATE_ACTIVATING, 'activating'),
        (State.TRANSITION_STATE_DEACTIVATING, 'deactivating'),
        (State.TRANSITION_STATE_ERRORPROCESSING, 'errorprocessing'),
    }


@pytest.mark.parametrize(
    ('start', 'labels'),
    [
        ('unconfigured', {'configure', 'shutdown'}),
        ('inactive', {'cleanup', 'activate', 'shutdown'}),
        ('active', {'deactivate', 'shutdown'}),
        ('finalized', set()),
    ],
)
def test_available_transitions(node, call, start, labels):
    bring(node, start)
    found = call(GetAvailableTransitions, 'get_available_transitions').available_transitions
    assert {item.transition.label for item in found} == labels
    assert {item.start_state.label for item in found} <= {start}


def test_the_transition_graph(call):
    found = call(GetAvailableTransitions, 'get_transition_graph').available_transitions
    graph = {(t.start_state.label, t.transition.label): t for t in found}
    assert len(found) == len(graph) == 25
    configure = graph['unconfigured', 'configure']
    assert configure.transition.id == Transition.TRANSITION_CONFIGURE
    assert configure.goal_state.label == 'configuring'
    assert configure.start_state.id == State.PRIMARY_STATE_UNCONFIGURED
    failed = graph['activating', 'transition_failure']
    assert failed.transition.id == Transition.TRANSITION_ON_ACTIVATE_FAILURE
    assert failed.goal_state.label == 'inactive'
    ids = {Transition.TRANSITION_UNCONFIGURED_SHUTDOWN, Transition.TRANSITION_INACTIVE_SHUTDOWN,
           Transition.TRANSITION_ACTIVE_SHUTDOWN}  # fmt: skip
    assert {t.transition.id for t in found if t.transition.label == 'shutdown'} == ids


def test_events(make_node, executor, node):
    events = []
    listener = make_node('listener')
    listener.create_subscription(TransitionEvent, '/managed/transition_event', events.append, 10)
    spin_until(executor, lambda: listener.count_publishers('/managed/transition_event') == 1)
    # Repeat what goes back until it is heard: the publisher may know the listener later.
    node.answers['configure'] = FAILURE
    spin_until(executor, lambda: node.trigger_configure() == FAILURE and events)
    node.answers.clear()
    node.trigger_configure()
    node.trigger_activate()
    spin_until(executor, lambda: events[-1].goal_state.label == 'active')
    path = [(event.start_state.label, event.goal_state.label) for event in events[-4:]]
    assert path == [
        ('unconfigured', 'configuring'),
        ('configuring', 'inactive'),
        ('inactive', 'activating'),
        ('activating', 'active'),
    ]


def test_no_services_where_none_are_wanted(make_node):
    node = make_node('mute', kind=LifecycleNode, enable_communication_interface=False)
    assert not any(service.srv_name == '/mute/get_state' for service in node.services)
    assert node.trigger_configure() == SUCCESS
