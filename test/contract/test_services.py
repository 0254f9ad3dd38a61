# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Service servers and clients, within a process and between two (rclpy/client.py, service.py)."""

import contextlib
import signal

import pytest
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.client import Client
from rclpy.executors import MultiThreadedExecutor
from rclpy.task import Future
from ros_fixtures import spin_until
from ros_process import Process
from std_srvs.srv import SetBool, Trigger

SERVER = """
    import sys, threading
    import rclpy
    from std_srvs.srv import SetBool
    rclpy.init()
    node = rclpy.create_node('server')
    def answer(request, response):
        if sys.argv[1:] == ['silent']:
            print('asked')
            threading.Event().wait()
        response.success, response.message = request.data, str(request.data)
        return response
    node.create_service(SetBool, '~/set', answer)
    print('ready')
    rclpy.spin(node)
"""


def echo(request, response):
    response.success, response.message = True, str(request.data)
    return response


def agree(_, response):
    response.success = True
    return response


def test_call_to_another_process(make_node):
    node = make_node()
    client = node.create_client(SetBool, '/server/set')
    assert not client.service_is_ready()
    with Process(SERVER) as server:
        assert server.line() == 'ready'
        assert client.wait_for_service(timeout_sec=10)
        assert client.service_is_ready()
        for value in (True, False):
            future = client.call_async(SetBool.Request(data=value))
            node.executor.spin_until_future_complete(future, timeout_sec=10)
            assert future.result() == SetBool.Response(success=value, message=str(value))
        assert server.signal(signal.SIGTERM) is not None
    spin_until(node.executor, lambda: not client.service_is_ready())


def test_names_of_services(make_node):
    node = make_node(namespace='ns')
    client = node.create_client(Trigger, '~/s')
    assert isinstance(client, Client)
    assert client.service_name == '/ns/tester/s'
    assert node.create_service(Trigger, 's', agree).service_name == '/ns/s'


def test_replies_go_to_their_own_client(make_node):
    node = make_node()
    node.create_service(SetBool, 's', echo)
    clients = [node.create_client(SetBool, 's') for _ in range(2)]
    for client in clients:
        assert client.wait_for_service(timeout_sec=10)
    futures = [c.call_async(SetBool.Request(data=i == 0)) for i, c in enumerate(clients)]
    spin_until(node.executor, lambda: all(f.done() for f in futures))
    assert [f.result().message for f in futures] == ['True', 'False']


def test_one_client_has_several_requests_on_their_way(make_node):
    node = make_node()
    node.create_service(SetBool, 's', echo)
    client = node.create_client(SetBool, 's')
    assert client.wait_for_service(timeout_sec=10)
    futures = [client.call_async(SetBool.Request(data=i % 2 == 0)) for i in range(6)]
    spin_until(node.executor, lambda: all(f.done() for f in futures))
    assert [f.result().message for f in futures] == ['True', 'False'] * 3


def test_done_callbacks_of_a_call(make_node):
    node = make_node()
    node.create_service(Trigger, 's', agree)
    client = node.create_client(Trigger, 's')
    assert client.wait_for_service(timeout_sec=10)
    outcomes = []
    client.call_async(Trigger.Request()).add_done_callback(outcomes.append)
    spin_until(node.executor, lambda: outcomes)
    assert outcomes[0].result().success


def test_sync_call_from_a_callback_of_another_group(make_node, context, executor):
    node = make_node()
    executor.remove_node(node)
    groups = [MutuallyExclusiveCallbackGroup() for _ in range(2)]
    node.create_service(Trigger, 's', agree)
    client = node.create_client(Trigger, 's', callback_group=groups[0])
    assert client.wait_for_service(timeout_sec=10)
    results = []

    def call():
        results.append(client.call(Trigger.Request()))
        if len(results) == 20:
            timer.cancel()

    timer = node.create_timer(0.001, call, callback_group=groups[1])
    threads = MultiThreadedExecutor(3, context=context)
    threads.add_node(node)
    spin_until(threads, lambda: len(results) >= 20)
    threads.remove_node(node)
    threads.shutdown()
    assert all(result.success for result in results)


def test_there_is_no_service(make_node):
    client = make_node().create_client(Trigger, 'nobody')
    assert not client.service_is_ready()
    assert not client.wait_for_service(timeout_sec=0.05)


def test_a_call_that_gets_no_answer_ends(make_node):
    # jazzy's client.py returns None, rolling's raises TimeoutError.
    client = make_node().create_client(Trigger, 'nobody')
    with contextlib.suppress(TimeoutError):
        assert client.call(Trigger.Request(), timeout_sec=0.01) is None


def test_only_the_services_own_requests_are_sent(make_node):
    client = make_node().create_client(Trigger, 's')
    for wrong in (SetBool.Request(), Trigger.Response(), None):
        with pytest.raises(TypeError):
            client.call_async(wrong)
        with pytest.raises(TypeError):
            client.call(wrong)


def test_a_removed_request_gets_no_answer(make_node):
    node = make_node()
    node.create_service(SetBool, 's', echo)
    client = node.create_client(SetBool, 's')
    assert client.wait_for_service(timeout_sec=10)
    removed = client.call_async(SetBool.Request(data=False))
    client.remove_pending_request(removed)
    later = client.call_async(SetBool.Request(data=True))
    spin_until(node.executor, later.done)
    assert not removed.done()


def test_what_a_service_raises_leaves_spin_and_the_next_call_is_answered(make_node):
    node = make_node()

    def answer(request, response):
        if not request.data:
            raise ZeroDivisionError
        return echo(request, response)

    node.create_service(SetBool, 's', answer)
    client = node.create_client(SetBool, 's')
    assert client.wait_for_service(timeout_sec=10)
    failed = client.call_async(SetBool.Request(data=False))
    with pytest.raises(ZeroDivisionError):
        spin_until(node.executor, failed.done)
    later = client.call_async(SetBool.Request(data=True))
    spin_until(node.executor, later.done)
    assert not failed.done()


def test_a_service_must_return_its_response(make_node):
    node = make_node()
    node.create_service(Trigger, 's', lambda _request, _response: None)
    client = node.create_client(Trigger, 's')
    assert client.wait_for_service(timeout_sec=10)
    future = client.call_async(Trigger.Request())
    with pytest.raises(TypeError):
        spin_until(node.executor, future.done)


def test_a_coroutine_answers_later(make_node):
    node = make_node()
    gate = Future(executor=node.executor)

    async def answer(_, response):
        response.message = await gate
        return response

    node.create_service(Trigger, 's', answer)
    client = node.create_client(Trigger, 's', callback_group=MutuallyExclusiveCallbackGroup())
    assert client.wait_for_service(timeout_sec=10)
    node.create_timer(
        0.02, lambda: gate.set_result('open'), callback_group=MutuallyExclusiveCallbackGroup()
    )
    future = client.call_async(Trigger.Request())
    spin_until(node.executor, future.done)
    assert future.result().message == 'open'


def test_a_coroutine_awaits_another_service(make_node):
    node = make_node()
    group = MutuallyExclusiveCallbackGroup()
    node.create_service(SetBool, 'inner', echo, callback_group=group)
    inner = node.create_client(SetBool, 'inner', callback_group=group)

    async def answer(_, response):
        response.message = (await inner.call_async(SetBool.Request(data=True))).message
        return response

    node.create_service(Trigger, 'outer', answer)
    outer = node.create_client(Trigger, 'outer', callback_group=group)
    assert inner.wait_for_service(timeout_sec=10)
    assert outer.wait_for_service(timeout_sec=10)
    future = outer.call_async(Trigger.Request())
    spin_until(node.executor, future.done)
    assert future.result().message == 'True'


def test_a_destroyed_service_is_gone(make_node):
    node = make_node()
    service = node.create_service(Trigger, 's', agree)
    client = node.create_client(Trigger, 's')
    assert client.wait_for_service(timeout_sec=10)
    node.destroy_service(service)
    spin_until(node.executor, lambda: not client.service_is_ready())


def test_a_server_that_is_killed_leaves_the_call_open_and_its_successor_answers(make_node):
    node = make_node()
    client = node.create_client(SetBool, '/server/set')
    with Process(SERVER, 'silent') as server:
        assert server.line() == 'ready'
        assert client.wait_for_service(timeout_sec=10)
        unanswered = client.call_async(SetBool.Request(data=True))
        assert server.line() == 'asked'
        assert server.signal(signal.SIGKILL) == -signal.SIGKILL
    with Process(SERVER) as successor:
        assert successor.line() == 'ready'
        servers = node.create_client(SetBool, '/server/set')
        assert servers.wait_for_service(timeout_sec=10)
        future = servers.call_async(SetBool.Request(data=True))
        # The successor may not have been discovered yet: it is asked again.
        for _ in range(30):
            node.executor.spin_until_future_complete(future, timeout_sec=1)
            if future.done():
                break
            future = servers.call_async(SetBool.Request(data=True))
        assert future.result().success
    assert not unanswered.done()
    client.remove_pending_request(unanswered)
