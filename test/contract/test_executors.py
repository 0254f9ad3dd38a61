# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Executors, callback groups, guard conditions (rclpy/executors.py, callback_groups.py)."""

import contextlib
import sys
import threading
import time

import pytest
from rclpy.callback_groups import (
    CallbackGroup,
    MutuallyExclusiveCallbackGroup,
    ReentrantCallbackGroup,
)
from rclpy.executors import (
    ExternalShutdownException,
    MultiThreadedExecutor,
    SingleThreadedExecutor,
)
from rclpy.node import Node
from rclpy.task import Future
from ros_fixtures import spin_until
from std_msgs.msg import String

KINDS = pytest.mark.parametrize('kind', [SingleThreadedExecutor, MultiThreadedExecutor])


@pytest.fixture
def node(context):
    """A node that no executor spins yet."""
    node = Node('tester', context=context)
    yield node
    node.destroy_node()


@pytest.fixture
def make_executor(context):
    executors = []

    def make(kind, *arguments):
        executors.append(kind(*arguments, context=context))
        return executors[-1]

    yield make
    for executor in executors:
        executor.shutdown()


@contextlib.contextmanager
def spinning(executor):
    """The executor spins in a thread of its own, until the context is shut down or it itself."""

    def spin():
        with contextlib.suppress(ExternalShutdownException):
            executor.spin()

    thread = threading.Thread(target=spin)
    thread.start()
    yield
    thread.join(timeout=20)
    assert not thread.is_alive()


@KINDS
def test_nodes_are_added_once_and_removed(make_executor, node, kind):
    executor = make_executor(kind)
    assert executor.add_node(node)
    assert not executor.add_node(node)
    assert executor.get_nodes() == [node]
    assert node.executor is executor
    executor.remove_node(node)
    executor.remove_node(node)
    assert executor.get_nodes() == []


def test_a_node_has_one_executor(make_executor, node):
    first, second = make_executor(SingleThreadedExecutor), make_executor(SingleThreadedExecutor)
    first.add_node(node)
    second.add_node(node)
    assert node.executor is second
    assert first.get_nodes() == []
    node.executor = first
    assert first.get_nodes() == [node]
    assert second.get_nodes() == []


def test_a_removed_node_is_not_run(make_executor, node, context):
    executor = make_executor(SingleThreadedExecutor)
    other = Node('other', context=context)
    calls, others = [], []
    node.create_timer(0.001, lambda: calls.append(1))
    other.create_timer(0.001, lambda: others.append(1))
    executor.add_node(node)
    executor.add_node(other)
    spin_until(executor, lambda: calls and others)
    executor.remove_node(node)
    done = len(calls)
    wanted = len(others) + 5
    spin_until(executor, lambda: len(others) >= wanted)
    assert len(calls) == done
    other.destroy_node()


@KINDS
def test_spin_once_runs_one_callback(make_executor, node, kind):
    executor = make_executor(kind)
    calls = []
    guards = [node.create_guard_condition(lambda: calls.append(1)) for _ in range(3)]
    executor.add_node(node)
    for guard in guards:
        guard.trigger()
    for count in range(1, 4):
        executor.spin_once(timeout_sec=10)
        assert len(calls) <= count
    spin_until(executor, lambda: len(calls) == 3)


@KINDS
def test_spin_once_ends_without_anything_to_do(make_executor, node, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    executor.spin_once(timeout_sec=0)
    executor.spin_once(timeout_sec=0.01)


@KINDS
def test_spin_until_future_complete(make_executor, node, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    future = Future()
    node.create_timer(0.01, lambda: future.set_result('done'))
    executor.spin_until_future_complete(future, timeout_sec=20)
    assert future.result() == 'done'


@KINDS
def test_spin_until_future_complete_ends_in_time(make_executor, node, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    node.create_timer(0.001, lambda: None)
    future = Future()
    start_s = time.monotonic()
    executor.spin_until_future_complete(future, timeout_sec=0.05)
    assert time.monotonic() - start_s >= 0.05
    assert not future.done()


@KINDS
def test_another_thread_completes_the_future(make_executor, node, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    future = Future()
    thread = threading.Timer(0.02, lambda: future.set_result(1))
    thread.start()
    executor.spin_until_future_complete(future, timeout_sec=20)
    thread.join()
    assert future.done()


@KINDS
def test_spin_once_until_future_complete(make_executor, node, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    future = Future()
    future.set_result(1)
    executor.spin_once_until_future_complete(future, timeout_sec=20)
    calls = []
    node.create_guard_condition(lambda: calls.append(1)).trigger()
    executor.spin_once_until_future_complete(Future(), timeout_sec=20)
    spin_until(executor, lambda: calls)


@KINDS
def test_what_a_callback_raises_leaves_spin(make_executor, node, kind):
    executor = make_executor(kind)
    node.create_timer(0.001, lambda: 1 / 0)
    executor.add_node(node)
    with pytest.raises(ZeroDivisionError):
        executor.spin()


def test_exit_in_a_callback_leaves_spin(make_executor, node):
    executor = make_executor(SingleThreadedExecutor)
    node.create_timer(0.001, sys.exit)
    executor.add_node(node)
    with pytest.raises(SystemExit):
        executor.spin()


@KINDS
def test_spin_ends_with_the_context(make_executor, node, context, kind):
    executor = make_executor(kind)
    calls = []

    def tick():
        calls.append(1)
        context.shutdown()

    timer = node.create_timer(0.001, lambda: timer.cancel() or tick())
    executor.add_node(node)
    with contextlib.suppress(ExternalShutdownException):
        executor.spin()
    assert calls == [1]


@KINDS
def test_shutdown_of_the_context_wakes_an_idle_executor(make_executor, node, context, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    with spinning(executor):
        context.shutdown()


@KINDS
def test_shutdown_of_the_executor_ends_its_spin(make_executor, node, kind):
    executor = make_executor(kind)
    executor.add_node(node)
    ticked = threading.Event()
    node.create_timer(0.001, ticked.set)
    with spinning(executor):
        assert ticked.wait(timeout=20)
        assert executor.shutdown()
    assert executor.get_nodes() == []


def test_an_executor_as_context_manager(node, context):
    with SingleThreadedExecutor(context=context) as executor:
        executor.add_node(node)
        assert executor.context is context
    assert executor.get_nodes() == []


def test_a_node_that_is_added_while_spinning_is_run(make_executor, node, context):
    executor = make_executor(SingleThreadedExecutor)
    called = threading.Event()
    node.create_timer(0.001, called.set)
    with spinning(executor):
        executor.add_node(node)
        assert called.wait(timeout=20)
        context.shutdown()


def test_entities_come_and_go_while_spinning(make_executor, node, context):
    executor = make_executor(MultiThreadedExecutor, 2)
    received = threading.Event()
    node.create_subscription(String, 's', lambda _: received.set(), 10)
    publisher = node.create_publisher(String, 's', 10)
    executor.add_node(node)
    with spinning(executor):
        for _ in range(20):
            subscription = node.create_subscription(String, 's', lambda _: None, 10)
            timer = node.create_timer(0.001, lambda: None)
            publisher.publish(String())
            node.destroy_subscription(subscription)
            node.destroy_timer(timer)
        assert received.wait(timeout=20)
        context.shutdown()


def test_a_node_may_destroy_what_it_runs(make_executor, node):
    executor = make_executor(SingleThreadedExecutor)
    calls = []
    timer = node.create_timer(0.001, lambda: (calls.append(1), node.destroy_timer(timer)))
    other = []
    node.create_timer(0.001, lambda: other.append(1))
    executor.add_node(node)
    spin_until(executor, lambda: len(other) >= 5)
    assert calls == [1]


def test_guard_conditions_are_called_once_for_a_trigger(make_executor, node):
    executor = make_executor(SingleThreadedExecutor)
    calls, others = [], []
    guard = node.create_guard_condition(lambda: calls.append(1))
    other = node.create_guard_condition(lambda: others.append(1))
    executor.add_node(node)
    guard.trigger()
    guard.trigger()
    spin_until(executor, lambda: calls)
    for count in range(1, 4):
        other.trigger()
        spin_until(executor, lambda: len(others) == count)  # noqa: B023 called at once
    assert calls == [1]


def test_another_thread_triggers(make_executor, node, context):
    executor = make_executor(SingleThreadedExecutor)
    called = threading.Event()
    guard = node.create_guard_condition(called.set)
    executor.add_node(node)
    with spinning(executor):
        guard.trigger()
        assert called.wait(timeout=20)
        context.shutdown()


def test_an_exclusive_group_runs_one_callback_at_a_time(make_executor, node):
    executor = make_executor(MultiThreadedExecutor, 4)
    running, most, calls = [], [], []

    def work():
        running.append(1)
        most.append(len(running))
        threading.Event().wait(0.002)
        running.pop()
        calls.append(1)

    for _ in range(4):
        node.create_timer(0.001, work)
    executor.add_node(node)
    spin_until(executor, lambda: len(calls) >= 20)
    assert max(most) == 1


@pytest.mark.parametrize('same_group', [True, False])
def test_callbacks_run_in_parallel(make_executor, node, same_group):
    executor = make_executor(MultiThreadedExecutor, 2)
    barrier = threading.Barrier(2)
    met = []

    def meet():
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=20)
            met.append(1)

    shared = ReentrantCallbackGroup()
    groups = [shared if same_group else MutuallyExclusiveCallbackGroup() for _ in range(2)]
    timers = [node.create_timer(0.001, meet, callback_group=group) for group in groups]
    executor.add_node(node)
    spin_until(executor, lambda: len(met) >= 2)
    for timer in timers:
        timer.cancel()
    barrier.abort()


def test_one_entity_of_a_reentrant_group_runs_in_parallel_with_itself(make_executor, node):
    executor = make_executor(MultiThreadedExecutor, 2)
    barrier = threading.Barrier(2)
    met = []

    def meet():
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=20)
            met.append(1)

    timer = node.create_timer(0.001, meet, callback_group=ReentrantCallbackGroup())
    executor.add_node(node)
    spin_until(executor, lambda: len(met) >= 2)
    timer.cancel()
    barrier.abort()


def test_groups_know_their_entities(node):
    for group in (ReentrantCallbackGroup(), MutuallyExclusiveCallbackGroup()):
        assert isinstance(group, CallbackGroup)
        timer = node.create_timer(1000, print, callback_group=group)
        assert group.has_entity(timer)
        assert timer.callback_group is group
        assert not group.has_entity(node.create_timer(1000, print))


def test_the_rules_of_the_groups(node):
    first, second = (node.create_timer(1000, print) for _ in range(2))
    exclusive, reentrant = MutuallyExclusiveCallbackGroup(), ReentrantCallbackGroup()
    for group in (exclusive, reentrant):
        group.add_entity(first)
        group.add_entity(second)
        assert group.can_execute(first)
        assert group.beginning_execution(first)
    assert not exclusive.can_execute(second)
    assert not exclusive.beginning_execution(second)
    assert reentrant.beginning_execution(second)
    exclusive.ending_execution(first)
    assert exclusive.can_execute(second)


def test_tasks(make_executor):
    executor = make_executor(SingleThreadedExecutor)

    async def later(value, *, factor):
        return value * factor

    tasks = [
        executor.create_task(lambda value: value + 1, 1),
        executor.create_task(later, 2, factor=3),
        executor.create_task(later(5, factor=7)),
        executor.create_task(lambda: None),
    ]
    spin_until(executor, lambda: all(task.done() for task in tasks))
    assert [task.result() for task in tasks] == [2, 6, 35, None]


def test_a_task_is_not_run_before_the_executor_spins(make_executor):
    executor = make_executor(SingleThreadedExecutor)
    called = []
    task = executor.create_task(called.append, 1)
    assert not task.done()
    assert not called
    executor.spin_until_future_complete(task, timeout_sec=20)
    assert called == [1]


def test_another_thread_creates_a_task(make_executor, context):
    executor = make_executor(SingleThreadedExecutor)
    called = threading.Event()
    with spinning(executor):
        executor.create_task(called.set)
        assert called.wait(timeout=20)
        context.shutdown()


def test_what_a_task_raises_leaves_spin_and_is_its_exception(make_executor):
    executor = make_executor(SingleThreadedExecutor)
    task = executor.create_task(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        executor.spin_once(timeout_sec=20)
    assert isinstance(task.exception(), ZeroDivisionError)


def test_a_coroutine_awaits_a_future_and_a_task(make_executor, node):
    executor = make_executor(SingleThreadedExecutor)
    gate = Future(executor=executor)
    inner = executor.create_task(lambda: 2)

    async def wait():
        return (await gate) * (await inner)

    task = executor.create_task(wait)
    node.create_timer(0.01, lambda: gate.set_result(21))
    executor.add_node(node)
    executor.spin_until_future_complete(task, timeout_sec=20)
    assert task.result() == 42
