# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The line from pictures to joints in simulated time: sensors, policy, executor, one tick at a time.

What the nodes do on threads and clocks happens here in a fixed order, with their own parts and
their defaults: the worker pairs inputs and decides when to infer, the executor owns the motion.
Inference takes as long as it is told to; meanwhile the robot moves on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pi0_ros.delays import Delay
from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.settings import RATE_HZ, ExecutorSettings
from pi0_ros.policy.observation_buffer import BufferSettings, ObservationBuffer
from pi0_ros.policy.policy import Inference
from pi0_ros.policy.replanning import Replanning
from pi0_ros.policy.worker import Infers, Worker
from pi0_ros.robots.spec import Robot
from pi0_ros.sim.rates import CAMERA_RATE_HZ, STATE_RATE_HZ, STEP_NS
from pi0_ros.sim.robot import SimRobot
from pi0_ros.types import NS_PER_S, Chunk, InputError, Observation

Look = Callable[[str], NDArray[np.uint8]]  # from a camera's name to what it sees now


class Line:
    """
    Drives a simulated robot that was just reset.

    :param robot: its description: cameras, joints, limits.
    :param policy: makes the chunks.
    :param look: gives the pictures.
    :param latency_s: from the capture of the pictures to the chunk's arrival [s].
    :param replanning: when to infer anew.
    :param strategy: how the executor takes over a chunk.
    :raises InputError: if the description has a joint that the simulated robot lacks.
    """

    def __init__(
        self,
        robot: Robot,
        sim: SimRobot,
        policy: Infers,
        look: Look,
        latency_s: float,
        replanning: Replanning,
        strategy: str,
    ) -> None:
        self._sim = sim
        self._look = look
        self._cameras = tuple(robot.cameras)
        self._joints = _indices(robot.joint_names, sim.joint_names)
        self._busy_until_ns = 0
        self._buffer = ObservationBuffer(robot, BufferSettings())
        self._worker = Worker(
            policy, self._buffer, robot.cameras, self._worker_ns, self._send, replanning, _ignore
        )
        period_ns = int(NS_PER_S / RATE_HZ)
        settings = ExecutorSettings(
            period_ns=period_ns,
            strategy=strategy,
            gripper_joints=tuple(robot.grippers),
            velocity_joints=robot.velocity_joints,
        )
        self.executor = ChunkExecutor(JointLimits.of(robot), settings)
        self.executor.set_enabled(enabled=True)
        self._latency_ns = round(latency_s * NS_PER_S)
        self._has_news = False
        self._on_their_way: deque[tuple[int, Chunk]] = deque()  # when they arrive [ns]
        self._state_is_due = _Every(int(NS_PER_S / STATE_RATE_HZ))
        self._pictures_are_due = _Every(int(NS_PER_S / CAMERA_RATE_HZ))
        self._command_is_due = _Every(period_ns)
        self.chunks = 0
        """How many have been made."""

    @property
    def waiting_for(self) -> str:
        """Why there is no inference; empty while there is."""
        return self._worker.waiting_for

    def say(self, sentence: str) -> None:
        """
        Tell the policy what to do from its next inference on.

        :raises InputError: if the sentence can't be followed.
        """
        self._buffer.update_command(sentence)

    def tick(self) -> bool:
        """Let a step of time pass; return whether the joints were measured at its end."""
        self._sim.step(STEP_NS)
        now_ns = self._sim.time_ns
        measured = self._state_is_due(now_ns)
        if measured:
            positions = self._sim.positions()[self._joints]
            self._buffer.update_state(now_ns, positions)
            self.executor.update_state(now_ns, positions)
        # Only pictures that an inference might use are drawn.
        if self._pictures_are_due(now_ns) and self._worker.is_due(now_ns):
            for camera in self._cameras:
                self._buffer.update_image(camera, now_ns, self._look(camera))
            self._has_news = True
        if self._has_news and now_ns >= self._busy_until_ns:
            self._has_news = False
            self._worker.infer_once()
        self._deliver(now_ns)
        if self._command_is_due(now_ns):
            self._move(now_ns)
        return measured

    def _worker_ns(self) -> int:
        """Return the worker's time: for it, an inference is over when the chunk arrives."""
        return max(self._sim.time_ns, self._busy_until_ns)

    def _send(self, inference: Inference) -> None:
        self.chunks += 1
        self._busy_until_ns = self._sim.time_ns + self._latency_ns
        self._on_their_way.append((self._busy_until_ns, inference.chunk))

    def _deliver(self, now_ns: int) -> None:
        while self._on_their_way and self._on_their_way[0][0] <= now_ns:
            _, chunk = self._on_their_way.popleft()
            try:
                self.executor.add_chunk(chunk, now_ns)
            except InputError as error:
                self.executor.reject_chunk(str(error))

    def _move(self, now_ns: int) -> None:
        command = self.executor.tick(now_ns)
        if command is not None:
            self._sim.set_targets(command.names, command.positions)


class _Every:
    """Says whether a period has passed since it last said so."""

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._next_ns = 0

    def __call__(self, now_ns: int) -> bool:
        if now_ns < self._next_ns:
            return False
        self._next_ns = now_ns + self._period_ns
        return True


def _ignore(_inference: Inference, _observation: Observation, _delay: Delay) -> None:
    """Tell nobody."""


def _indices(wanted: Sequence[str], found: Sequence[str]) -> NDArray[np.int64]:
    """Return where each wanted joint stands among those found."""
    missing = [name for name in wanted if name not in found]
    if missing:
        raise InputError(f'joint {missing[0]!r}: the simulated robot has only {", ".join(found)}')
    return np.array([found.index(name) for name in wanted])
