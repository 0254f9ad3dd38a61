# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Futures (rclpy/task.py)."""

import pytest
import rclpy
from rclpy.task import Future
from ros_fixtures import spin_until


def test_rclpy_offers_the_class():
    assert rclpy.Future is Future


def test_a_new_future():
    future = Future()
    assert not future.done()
    assert not future.cancelled()


def test_a_result():
    future = Future()
    future.set_result('sentinel')
    assert future.done()
    assert not future.cancelled()
    assert future.result() == 'sentinel'
    assert future.exception() is None


def test_an_exception():
    future = Future()
    error = ValueError('reason')
    future.set_exception(error)
    assert future.done()
    assert future.exception() is error
    with pytest.raises(ValueError, match='reason'):
        future.result()


def test_cancelling():
    future = Future()
    future.cancel()
    assert future.cancelled()


def test_a_done_future_is_not_cancelled():
    future = Future()
    future.set_result(1)
    future.cancel()
    assert not future.cancelled()
    assert future.result() == 1


def test_done_callbacks_without_executor_are_called_at_once():
    future, called = Future(), []
    future.add_done_callback(called.append)
    assert not called
    future.set_result(1)
    assert called == [future]
    future.add_done_callback(called.append)
    assert called == [future, future]


def test_what_a_done_callback_raises_keeps_no_other_from_being_called():
    future, called = Future(), []
    future.add_done_callback(lambda _: 1 / 0)
    future.add_done_callback(called.append)
    with pytest.warns(UserWarning, match='Unhandled exception in done callback'):
        future.set_result(1)
    assert called == [future]


def test_cancelling_calls_done_callbacks():
    future, called = Future(), []
    future.add_done_callback(called.append)
    future.cancel()
    assert called == [future]


def test_done_callbacks_run_in_the_executor(executor):
    future, called = Future(executor=executor), []
    future.add_done_callback(called.append)
    future.set_result(1)
    assert not called
    spin_until(executor, lambda: called)
    future.add_done_callback(called.append)
    spin_until(executor, lambda: len(called) == 2)


def test_awaiting_without_executor():
    future = Future()

    async def wait():
        return await future

    coroutine = wait()
    coroutine.send(None)
    future.set_result('sentinel')
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    assert end.value.value == 'sentinel'
