# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The inference thread: when it infers, when it does not, and how it ends."""

import threading

import numpy as np
import pytest

from pi0_ros.policy.observation_buffer import BufferSettings, ObservationBuffer
from pi0_ros.policy.policy import Policy
from pi0_ros.policy.replanning import Replanning
from pi0_ros.policy.worker import Worker

MS = 1_000_000


class Line:
    """A worker with the real policy, and a clock that is set by hand."""

    def __init__(self, robot, checkpoint):
        self.now_ns = 1_000 * MS
        self.buffer = ObservationBuffer(robot, BufferSettings())
        self.publishing_ns = 0
        self.published = []
        self.delays = []
        self.arrived = threading.Event()
        self.worker = Worker(
            Policy.load(checkpoint, robot, num_steps=2),
            self.buffer,
            robot.cameras,
            lambda: self.now_ns,
            self._publish,
            Replanning('rate', rate_hz=10.0),
            self._report,
        )
        self.robot = robot

    def _publish(self, inference):
        self.now_ns += self.publishing_ns

    def _report(self, inference, observation, delay):
        self.published.append((inference.chunk.stamp_ns, observation.prompt))
        self.delays.append(delay)
        self.arrived.set()

    def see(self, stamp_ns):
        """Everything arrives, captured at one instant; it is that instant."""
        self.now_ns = stamp_ns
        for camera in self.robot.cameras:
            self.buffer.update_image(camera, stamp_ns, np.zeros((8, 8, 3), np.uint8))
        self.buffer.update_state(stamp_ns, np.zeros(len(self.robot.joints)))

    def notice_all(self):
        for camera in self.robot.cameras:
            self.worker.notice(camera)


@pytest.fixture
def line(robot, checkpoint):
    return Line(robot, checkpoint)


def test_nothing_is_inferred_before_everything_is_there(line):
    line.worker.infer_once()
    assert 'command: none' in line.worker.waiting_for
    line.see(1_000 * MS)
    line.worker.infer_once()
    assert line.worker.waiting_for == 'command: none'
    line.buffer.update_command('go')
    line.worker.infer_once()
    assert line.worker.waiting_for == ''
    assert line.published == [(1_000 * MS, 'go')]


def test_one_inference_per_observation_and_no_more_than_the_rate(line):
    line.buffer.update_command('go')
    for ms in (1_000, 1_000, 1_050, 1_099, 1_100, 1_130, 1_210):
        line.see(ms * MS)
        line.worker.infer_once()
    assert [stamp // MS for stamp, _ in line.published] == [1_000, 1_100, 1_210]


def test_a_clock_that_goes_back_does_not_silence_it(line):
    line.buffer.update_command('go')
    for ms in (9_000, 1_000):
        line.see(ms * MS)
        line.worker.infer_once()
    line.see(1_200 * MS)
    line.worker.infer_once()
    assert line.published[0][0] == 9_000 * MS
    assert line.published[-1][0] == 1_200 * MS


def test_stale_inputs_stop_it_and_are_named(line):
    line.buffer.update_command('go')
    line.see(1_000 * MS)
    line.worker.infer_once()
    line.now_ns += 5_000 * MS
    line.worker.infer_once()
    assert len(line.published) == 1
    assert 'cam_high' in line.worker.waiting_for


def test_the_thread_infers_when_woken_and_ends(line):
    line.buffer.update_command('go')
    line.worker.start()
    line.see(1_000 * MS)
    line.notice_all()
    assert line.arrived.wait(timeout=30)
    assert not line.worker.has_died
    line.worker.stop()
    assert line.worker.waiting_for == 'not active'
    count = len(line.published)
    line.see(2_000 * MS)
    line.notice_all()
    assert len(line.published) == count
    assert not [t for t in threading.enumerate() if t.name == 'inference']


def test_it_can_begin_again(line):
    line.buffer.update_command('go')
    for ms in (1_000, 2_000):
        line.arrived.clear()
        line.worker.start()
        line.see(ms * MS)
        line.notice_all()
        assert line.arrived.wait(timeout=30)
        line.worker.stop()
    assert [stamp // MS for stamp, _ in line.published] == [1_000, 2_000]


@pytest.mark.filterwarnings('ignore::pytest.PytestUnhandledThreadExceptionWarning')
def test_a_defect_is_noticed(line):
    def defect():
        raise RuntimeError('the device is lost')

    line.worker._now_ns = defect
    line.worker.start()
    line.notice_all()
    line.worker._thread.join(timeout=30)
    assert line.worker.has_died


def test_it_wakes_when_every_camera_has_brought_a_picture(line):
    first, second = line.robot.cameras
    for camera, awake in ((first, False), (first, False), (second, True)):
        line.worker.notice(camera)
        assert line.worker._news.is_set() is awake
    line.worker._news.clear()
    line.worker.notice(second)
    assert not line.worker._news.is_set()


class Listening:
    """A policy that keeps the rests that it is given."""

    def __init__(self, policy):
        self._policy = policy
        self.rests = []

    def infer(self, observation, *, rest=None):
        self.rests.append(rest)
        return self._policy.infer(observation)


def infer(line, times):
    """Let a worker infer so many times, every 100 ms; return the policy, which listens."""
    policy = line.worker._policy = Listening(line.worker._policy)
    line.buffer.update_command('go')
    for k in range(times):
        line.see((1_000 + 100 * k) * MS)
        line.worker.infer_once()
    return policy


def test_the_policy_is_told_what_the_robot_does_meanwhile(line):
    policy = infer(line, 3)
    *unknown, rest = policy.rests
    assert unknown == [None, None]  # no chunk yet; no delay but the first one's yet
    assert (rest.delay, rest.overlap) == (0, 45)  # here, inference takes no time


def test_after_a_pause_nothing_goes_on(line):
    policy = infer(line, 2)
    line.worker.start()
    line.worker.stop()
    line.see(1_200 * MS)
    line.worker.infer_once()
    assert policy.rests[-1] is None


def test_each_chunks_delay_is_told_beside_what_was_expected(line):
    line.buffer.update_command('go')
    for k, delay_ms in enumerate((4_000, 60, 90, 30)):
        line.publishing_ns = delay_ms * MS  # the cold start is in the first one
        line.see((1_000 + 5_000 * k) * MS)
        line.worker.infer_once()
    found = [(delay.estimated_ns, delay.measured_ns // MS) for delay in line.delays]
    assert found == [(None, 4_000), (None, 60), (60 * MS, 90), (90 * MS, 30)]


def on_threshold(line):
    line.worker._replanning = Replanning('on_threshold')
    line.buffer.update_command('go')


def play(line, begin_ms, end_ms, step_ms=40):
    """See everything every so often; return the stamps of the chunks that were made [ms]."""
    count = len(line.published)
    for ms in range(begin_ms, end_ms, step_ms):
        line.see(ms * MS)
        line.worker.infer_once()
    return [stamp // MS for stamp, _ in line.published[count:]]


def test_on_threshold_it_infers_when_half_of_the_chunk_will_be_left(line):
    on_threshold(line)
    assert play(line, 1_000, 2_600) == [1_000, 1_040, 1_560, 2_080]


def test_on_threshold_it_infers_at_once_after_inputs_were_missing(line):
    on_threshold(line)
    play(line, 1_000, 1_200)
    line.now_ns = 1_600 * MS
    line.worker.infer_once()
    assert 'joint state: 0.440 s old' in line.worker.waiting_for
    assert play(line, 1_600, 1_700) == [1_600]


def test_on_threshold_it_infers_at_once_when_time_has_gone_back(line):
    on_threshold(line)
    play(line, 9_000, 9_200)
    # The buffer empties itself when it sees that the clock went back.
    assert play(line, 100, 500) == [140]
