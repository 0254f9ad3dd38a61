# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Futures, and tasks that an executor runs."""

from __future__ import annotations

from collections.abc import Callable, Generator
import inspect
import threading
from typing import Any
import warnings
from weakref import ref


class Future:
    """The outcome of something that is done later."""

    def __init__(self, *, executor: Any = None) -> None:
        self._done = self._cancelled = False
        self._result: Any = None
        self._exception: BaseException | None = None
        self._callbacks: list[Callable[[Future], Any]] = []
        self._lock = threading.Lock()
        self._set_executor(executor)

    def __await__(self) -> Generator[Future, None, Any]:
        """Wait in a coroutine."""
        while not self._done:
            yield self
        return self.result()

    def _set_executor(self, executor: Any) -> None:
        """Have done-callbacks run in an executor."""
        self._executor: Callable[[], Any] = (lambda: None) if executor is None else ref(executor)

    def cancel(self) -> None:
        """Say that nobody waits any more, unless it is done."""
        self._cancelled = not self._done
        self._call_back()

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._cancelled

    def done(self) -> bool:
        """Whether the result or an exception is there."""
        return self._done

    def result(self) -> Any:
        """The result; raises the exception if there is one; None if it isn't done."""
        if self._exception is not None:
            raise self._exception
        return self._result

    def exception(self) -> BaseException | None:
        """The exception, if there is one."""
        return self._exception

    def set_result(self, result: Any) -> None:
        """Finish with a result."""
        self._finish(result, None)

    def set_exception(self, exception: BaseException) -> None:
        """Finish with an exception."""
        self._finish(None, exception)

    def _finish(self, result: Any, exception: BaseException | None) -> None:
        with self._lock:
            self._result, self._exception = result, exception
            self._done, self._cancelled = True, False
        self._call_back()

    def _call_back(self) -> None:
        with self._lock:
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                self._invoke(callback)
            except Exception as error:  # noqa: BLE001 the other callbacks are still called
                warnings.warn(f'Unhandled exception in done callback: {error}', stacklevel=3)

    def _invoke(self, callback: Callable[[Future], Any]) -> None:
        executor = self._executor()
        if executor is not None:
            executor.create_task(callback, self)
        else:
            callback(self)

    def add_done_callback(self, callback: Callable[[Future], Any]) -> None:
        """Have a callback called with this future when it is done, at once if it is."""
        with self._lock:
            done = self._done
            if not done:
                self._callbacks.append(callback)
        if done:
            self._invoke(callback)


class Task(Future):
    """A function or coroutine that an executor runs; calling it goes on to the next await."""

    def __init__(
        self, handler: Any, args: Any = (), kwargs: Any = None, executor: Any = None
    ) -> None:
        super().__init__(executor=executor)
        self._handler, self._args, self._kwargs = handler, args, kwargs or {}
        self._coroutine: Any = handler if inspect.iscoroutine(handler) else None
        self._executing = threading.Lock()

    def executing(self) -> bool:
        """Whether it runs now."""
        return self._executing.locked()

    def __call__(self) -> None:
        """Run it, or what is left of it."""
        with self._executing:  # it may be resumed before this step has returned
            try:
                self._advance()
            except Exception as error:  # noqa: BLE001 whoever waits for the task gets it
                self.set_exception(error)

    def _advance(self) -> None:
        if self._coroutine is None:
            outcome = self._handler(*self._args, **self._kwargs)
            if not inspect.iscoroutine(outcome):
                self.set_result(outcome)
                return
            self._coroutine = outcome
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as end:
            self.set_result(end.value)
            return
        if not isinstance(awaited, Future):
            raise TypeError(f'an executor can await rclpy futures only, not {awaited!r}')
        awaited.add_done_callback(self._resume)

    def _resume(self, _: Future) -> None:
        executor = self._executor()
        if executor is not None:
            executor.resume(self)
