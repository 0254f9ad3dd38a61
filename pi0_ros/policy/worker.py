# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The thread that infers: takes the newest complete observation, hands the chunk on.

It knows the policy and the buffer. It does not know ROS: time comes from a function, and chunks
go to one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
import threading
from typing import Protocol

from pi0_ros.delays import Delay
from pi0_ros.policy.continuation import Continuation, Rest
from pi0_ros.policy.observation_buffer import NotReady, ObservationBuffer
from pi0_ros.policy.policy import Inference
from pi0_ros.policy.replanning import Replanning
from pi0_ros.types import InputError, Observation

PATIENCE_S = 0.2


class Infers(Protocol):
    """What the worker needs of a policy."""

    def infer(self, observation: Observation, *, rest: Rest | None = None) -> Inference:
        """Compute the chunk that follows an observation, and goes on from a rest if it can."""


class Worker:
    """
    Infer on a thread of its own from start to stop.

    :param cameras: names of the cameras; inference begins when each has brought a picture, so that
        pictures of one instant are not parted.
    :param now_ns: returns the time [ns].
    :param publish: takes each inference as soon as it is done; called on the thread.
    :param replanning: says when the next one is due.
    :param report: takes each inference once it is published, what it was made from and how long
        that took, from the capture until then; called on the thread.
    """

    def __init__(
        self,
        policy: Infers,
        buffer: ObservationBuffer,
        cameras: Collection[str],
        now_ns: Callable[[], int],
        publish: Callable[[Inference], None],
        replanning: Replanning,
        report: Callable[[Inference, Observation, Delay], None],
    ) -> None:
        self._policy = policy
        self._buffer = buffer
        self._cameras = frozenset(cameras)
        self._awaited = set(self._cameras)
        self._now_ns = now_ns
        self._publish = publish
        self._replanning = replanning
        self._report = report
        self._continuation = Continuation()
        self._news = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.waiting_for = 'not active'
        """Why there is no inference; empty while there is."""

    def start(self) -> None:
        """Begin; does nothing if it has begun."""
        if self._thread is None:
            self._ending.clear()
            self._continuation = Continuation()  # the robot may have been moved meanwhile
            self.waiting_for = 'nothing has arrived yet'
            self._thread = threading.Thread(target=self._run, name='inference', daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, once the inference under way is done; nothing is published after it returns."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ending.set()
            self._news.set()
            thread.join()
            self.waiting_for = 'not active'

    @property
    def has_died(self) -> bool:
        """Whether the thread has ended by itself, which only a defect or a lost device does."""
        return self._thread is not None and not self._thread.is_alive()

    def notice(self, camera: str) -> None:
        """Hear that a picture has arrived; always called by the same thread."""
        self._awaited.discard(camera)
        if not self._awaited:
            self._awaited = set(self._cameras)
            self._news.set()

    def _run(self) -> None:
        while True:
            # Also without news: one camera may have stopped while the others go on.
            self._news.wait(timeout=PATIENCE_S)
            self._news.clear()
            if self._ending.is_set():
                return
            self.infer_once()

    def infer_once(self) -> None:
        """Infer on the newest observation if there is a new one, complete and due."""
        try:
            observation = self._buffer.observation(self._now_ns())
            if not self.is_due(observation.stamp_ns):
                return
            rest = self._continuation.rest(observation.stamp_ns)
            inference = self._policy.infer(observation, rest=rest)
        except (NotReady, InputError) as error:
            self.waiting_for = str(error)
            return
        self.waiting_for = ''
        if not self._ending.is_set():
            self._publish(inference)
            delay = self._continuation.note(inference.chunk, self._now_ns())
            self._report(inference, observation, delay)

    def is_due(self, stamp_ns: int) -> bool:
        """
        Return whether an observation of that time would be inferred on.

        What has kept inference waiting may have stopped the robot too. Then nothing is expected of
        its chunk, and no delay of the next one.
        """
        delay_ns = None if self.waiting_for else self._continuation.delay_ns
        return self._replanning.is_due(stamp_ns, self._continuation.newest, delay_ns)
