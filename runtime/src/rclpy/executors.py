# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Executors: they wait for what is due and run the callbacks, in one thread or in several."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
import concurrent.futures
import contextlib
import inspect
import os
import threading
import time
from typing import Any

from ros_wire.dds import Waiter
from ros_wire.limits import unsupported_names

from rclpy._entity import Entity, Work, refusing
from rclpy.context import Context
from rclpy.task import Future, Task
from rclpy.utilities import get_default_context, timeout_sec_to_nsec

__getattr__ = unsupported_names(
    __name__,
    *('ConditionReachedException', 'ShutdownException', 'TimeoutException', 'TimeoutObject'),
)
_THREAD_NAME = 'executor'


class ExternalShutdownException(Exception):  # noqa: N818 rclpy's name
    """The context was shut down while an executor waited."""


async def _run(entity: Entity, work: Work) -> None:
    """Do an entity's work, and free its callback group."""
    try:
        outcome = work()
        if inspect.iscoroutine(outcome):
            await outcome
    finally:
        entity.callback_group.ending_execution(entity)


class Executor:
    """Runs callbacks in the thread that spins; what one raises leaves `spin`."""

    __getattr__ = refusing('can_execute', 'wait_for_ready_callbacks')

    def __init__(self, *, context: Context | None = None) -> None:
        self._context = get_default_context() if context is None else context
        self._nodes: list[Any] = []
        self._tasks: deque[Task] = deque()
        self._ready: deque[Entity] = deque()
        self._errors: deque[BaseException] = deque()
        self._waiter = Waiter(self._context.participant)
        self._is_shutdown = False
        self._context.on_shutdown(self.wake)

    @property
    def context(self) -> Context:
        """The context it belongs to."""
        return self._context

    def add_node(self, node: Any) -> bool:
        """Run a node's callbacks; False if it is added already."""
        if node in self._nodes:
            return False
        self._nodes.append(node)
        node.executor = self
        self.wake()
        return True

    def remove_node(self, node: Any) -> None:
        """Stop running a node's callbacks."""
        with contextlib.suppress(ValueError):
            self._nodes.remove(node)
        for entity in node.entities:
            with contextlib.suppress(ValueError):
                self._ready.remove(entity)
        self.wake()

    def get_nodes(self) -> list[Any]:
        """The nodes it runs."""
        return list(self._nodes)

    def wake(self) -> None:
        """Look again at what there is to wait for."""
        if self._context.joined:
            self._waiter.wake()

    def create_task(self, callback: Any, *args: Any, **kwargs: Any) -> Task:
        """Have a function or coroutine run; its future."""
        task = Task(callback, args, kwargs, executor=self)
        self.resume(task)
        return task

    def resume(self, task: Task) -> None:
        """Have a task go on."""
        self._tasks.append(task)
        self.wake()

    def shutdown(self, timeout_sec: float | None = None) -> bool:  # noqa: ARG002 for the threads
        """End it; whether all callbacks have ended within so long (None: wait for them)."""
        self._is_shutdown = True
        self._nodes = []
        self.wake()
        return True

    def spin(self) -> None:
        """
        Run callbacks until shutdown.

        :raises ExternalShutdownException: the context was shut down while nothing was to do.
        """
        while self._context.ok() and not self._is_shutdown:
            self.spin_once()

    def spin_until_future_complete(self, future: Future, timeout_sec: float | None = None) -> None:
        """Run callbacks until a future is done, or for so long."""
        future.add_done_callback(self._wake_for)
        timeout_ns = timeout_sec_to_nsec(timeout_sec)
        end_ns = None if timeout_ns is None else time.monotonic_ns() + timeout_ns
        while self._context.ok() and not future.done() and not self._is_shutdown:
            left_ns = None if end_ns is None else max(0, end_ns - time.monotonic_ns())
            self._spin_once(left_ns, future.done)
            if end_ns is not None and time.monotonic_ns() >= end_ns:
                return

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Run one callback, waiting for it for so long."""
        self._spin_once(timeout_sec_to_nsec(timeout_sec), lambda: False)

    def spin_once_until_future_complete(
        self, future: Future, timeout_sec: float | None = None
    ) -> None:
        """Run one callback unless the future is done first."""
        future.add_done_callback(self._wake_for)
        self._spin_once(timeout_sec_to_nsec(timeout_sec), future.done)

    def _wake_for(self, _: Future) -> None:
        self.wake()

    def _spin_once(self, timeout_ns: int | None, stop: Callable[[], bool]) -> None:
        job = self._next_job(timeout_ns, lambda: bool(self._errors) or stop())
        if job is not None:
            self._start(job)
        if self._errors:
            raise self._errors.popleft()

    def _start(self, job: Task) -> None:
        """Run a job; what it raises leaves the spin."""
        job()
        error = job.exception()
        if error is not None:
            self._errors.append(error)

    def _next_job(self, timeout_ns: int | None, stop: Callable[[], bool]) -> Task | None:
        """The next job, its callback group claimed."""
        end_ns = None if timeout_ns is None else time.monotonic_ns() + timeout_ns
        waited = False
        while not self._is_shutdown and not stop():
            job = self._claim()
            if job is not None:
                return job
            remaining_ns = None if end_ns is None else max(0, end_ns - time.monotonic_ns())
            if waited and remaining_ns == 0:
                return None
            self._wait(remaining_ns)
            waited = True
        return None

    def _claim(self) -> Task | None:
        if self._tasks:
            return self._tasks.popleft()
        with contextlib.suppress(IndexError):  # nothing is left
            while True:
                entity = self._ready.popleft()
                if not entity.callback_group.beginning_execution(entity):
                    continue
                work = entity.take()
                if work is not None:
                    return Task(_run, (entity, work), executor=self)
                entity.callback_group.ending_execution(entity)
        return None

    def _wait(self, timeout_ns: int | None) -> None:
        """Fill the queue with what is ready, timers first."""
        runnable = {
            entity.token: entity
            for node in self.get_nodes()
            for entity in node.entities
            if entity.callback_group is not None and entity.callback_group.can_execute(entity)
        }
        timed = [entity for entity in runnable.values() if entity.condition is None]
        limits = [timeout_ns, *(entity.due_in_ns() for entity in timed)]
        conditions = {
            token: e.condition for token, e in runnable.items() if e.condition is not None
        }
        if not self._context.ok():
            raise ExternalShutdownException
        self._waiter.keep(conditions)
        tokens = self._waiter.wait(min((n for n in limits if n is not None), default=None))
        if not self._context.ok():
            raise ExternalShutdownException
        self._ready.extend(entity for entity in timed if entity.due_in_ns() == 0)
        self._ready.extend(runnable[token] for token in tokens if token in runnable)

    def __enter__(self) -> Executor:
        """Nothing to prepare."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.shutdown()


class SingleThreadedExecutor(Executor):
    """The executor with one thread."""


class MultiThreadedExecutor(Executor):
    """
    Runs callbacks in a pool of threads.

    :param num_threads: size of the pool; None: as many as CPU cores.
    """

    def __init__(self, num_threads: int | None = None, *, context: Context | None = None) -> None:
        super().__init__(context=context)
        count = num_threads or max(2, len(os.sched_getaffinity(0)))
        self._pool = concurrent.futures.ThreadPoolExecutor(count, thread_name_prefix=_THREAD_NAME)
        self._running: set[concurrent.futures.Future[None]] = set()

    def _spin_once(self, timeout_ns: int | None, stop: Callable[[], bool]) -> None:
        with contextlib.suppress(ExternalShutdownException):
            super()._spin_once(timeout_ns, stop)

    def _start(self, job: Task) -> None:
        running = self._pool.submit(self._run, job)
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def _run(self, job: Task) -> None:
        try:
            super()._start(job)
        except BaseException as error:  # noqa: BLE001 SystemExit is for the thread that spins
            self._errors.append(error)
        self.wake()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """As the base class'; a callback that asks for it itself doesn't wait."""
        super().shutdown()
        self._pool.shutdown(wait=False, cancel_futures=True)
        if threading.current_thread().name.startswith(_THREAD_NAME):
            return False
        return not concurrent.futures.wait(set(self._running), timeout_sec).not_done
