# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Service servers and clients, and executors that run them."""

import contextlib
import sys
import threading

import pytest
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future
from ros_fixtures import spin_until
from ros_process import Process
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger

SERVER = """
    import rclpy
    from rclpy.node import Node
    from std_srvs.srv import SetBool
    rclpy.init()
    node = Node('server')
    def answer(request, response):
        response.success, response.message = request.data, str(request.data)
        return response
    node.create_service(SetBool, '~/set', answer)
    print('ready')
    rclpy.spin(node)
"""


def test_call_to_another_process(executor, context):
    node = Node('caller', context=context)
    client = node.create_client(SetBool, '/server/set')
    assert not client.wait_for_service(timeout_sec=0.0)
    executor.add_node(node)
    with Process(SERVER) as server:
        assert server.line() == 'ready'
        assert client.wait_for_service(timeout_sec=10)
        for value in (True, False):
            future = client.call_async(SetBool.Request(data=value))
            executor.spin_until_future_complete(future, timeout_sec=10)
            assert future.result() == SetBool.Response(success=value, message=str(value))


def test_replies_go_to_their_own_client(executor, context):
    node = Node('both', context=context)
    node.create_service(
        SetBool, 's', lambda request, _: SetBool.Response(message=str(request.data))
    )
    clients = [node.create_client(SetBool, 's') for _ in range(2)]
    executor.add_node(node)
    futures = [c.call_async(SetBool.Request(data=i == 0)) for i, c in enumerate(clients)]
    spin_until(executor, lambda: all(f.done() for f in futures))
    assert [f.result().message for f in futures] == ['True', 'False']


def test_sync_call_from_a_timer_in_another_group(context):
    node = Node('sync', context=context)
    server_group, client_group = MutuallyExclusiveCallbackGroup(), MutuallyExclusiveCallbackGroup()

    def answer(_, response):
        response.success = True
        return response

    node.create_service(Trigger, 's', answer, callback_group=server_group)
    client = node.create_client(Trigger, 's', callback_group=client_group)
    results = []

    def call():
        results.append(client.call(Trigger.Request(), timeout_sec=10))
        if len(results) == 50:
            timer.cancel()

    timer = node.create_timer(0.001, call)
    with MultiThreadedExecutor(3, context=context) as executor:
        executor.add_node(node)
        spin_until(executor, lambda: len(results) >= 50)
    assert all(result.success for result in results)


def test_exclusive_group_runs_one_at_a_time(context):
    node = Node('exclusive', context=context)
    running, most, calls = [], [], []

    def work():
        running.append(1)
        most.append(len(running))
        threading.Event().wait(0.002)
        running.pop()
        calls.append(1)

    for _ in range(4):
        node.create_timer(0.001, work)
    with MultiThreadedExecutor(4, context=context) as executor:
        executor.add_node(node)
        spin_until(executor, lambda: len(calls) >= 20)
    assert max(most) == 1


def test_reentrant_group_runs_in_parallel(context):
    node = Node('parallel', context=context)
    barrier = threading.Barrier(2)
    met = []

    def meet():
        barrier.wait(timeout=10)
        met.append(1)

    group = ReentrantCallbackGroup()
    timers = [node.create_timer(0.001, meet, callback_group=group) for _ in range(2)]
    with MultiThreadedExecutor(2, context=context) as executor:
        executor.add_node(node)
        spin_until(executor, lambda: len(met) >= 2)
        for timer in timers:
            timer.cancel()
        barrier.abort()


@pytest.mark.parametrize('kind', ['single', 'multi'])
def test_what_a_callback_raises_leaves_spin(context, executor, kind):
    node = Node('raiser', context=context)
    node.create_timer(0.001, lambda: 1 / 0)
    chosen = executor if kind == 'single' else MultiThreadedExecutor(2, context=context)
    chosen.add_node(node)
    with pytest.raises(ZeroDivisionError):
        chosen.spin()
    chosen.shutdown()


def test_exit_in_a_callback_leaves_spin(context):
    node = Node('leaver', context=context)
    node.create_timer(0.001, sys.exit)
    with MultiThreadedExecutor(2, context=context) as executor:
        executor.add_node(node)
        with pytest.raises(SystemExit):
            executor.spin()


def test_entities_come_and_go_while_spinning(context):
    node = Node('busy', context=context)
    received = []
    node.create_subscription(String, 's', received.append, 10)
    publisher = node.create_publisher(String, 's', 10)
    executor = MultiThreadedExecutor(2, context=context)
    executor.add_node(node)

    def spin():
        with contextlib.suppress(ExternalShutdownException):
            executor.spin()

    thread = threading.Thread(target=spin)
    thread.start()
    for _ in range(30):
        subscription = node.create_subscription(String, 's', lambda _: None, 10)
        timer = node.create_timer(0.001, lambda: None)
        publisher.publish(String())
        node.destroy_subscription(subscription)
        node.destroy_timer(timer)
    context.shutdown()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert received
    executor.shutdown()


def test_coroutines_wait_for_futures(executor, context):
    node = Node('awaiter', context=context)
    gate = Future(executor=executor)

    async def answer(_, response):
        response.message = await gate
        return response

    node.create_service(Trigger, 's', answer)
    client = node.create_client(Trigger, 's', callback_group=MutuallyExclusiveCallbackGroup())
    node.create_timer(
        0.05, lambda: gate.set_result('open'), callback_group=MutuallyExclusiveCallbackGroup()
    )
    executor.add_node(node)
    future = client.call_async(Trigger.Request())
    executor.spin_until_future_complete(future, timeout_sec=10)
    assert future.result().message == 'open'


def test_a_call_can_time_out(context):
    client = Node('hasty', context=context).create_client(Trigger, 'nobody')
    with pytest.raises(TimeoutError, match='nobody'):
        client.call(Trigger.Request(), timeout_sec=0.01)


def test_guard_condition_and_tasks(executor, context):
    node = Node('guard', context=context)
    called = []
    guard = node.create_guard_condition(lambda: called.append('guard'))
    executor.add_node(node)
    guard.trigger()
    task = executor.create_task(called.append, 'task')
    spin_until(executor, lambda: len(called) == 2)
    assert task.done()
    assert sorted(called) == ['guard', 'task']
