# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Our trajectories, and what we never send, before a model of joint_trajectory_controller."""

from jtc import Controller, RejectedError
import numpy as np
import pytest

from pi0_ros.convert import chunk_to_message, command_to_trajectory
from pi0_ros.execution.limits import JointLimits, Limiter, Motion
from pi0_ros.execution.stopping import StoppingPath
from pi0_ros.types import NS_PER_S, Chunk, Command

MS = 1_000_000
PERIOD_NS = 10 * MS  # between messages
PERIOD_S = PERIOD_NS / NS_PER_S
JOINTS = ('a', 'b')
SPEED, ACCELERATION = 1.0, np.array([12.5, 6.0])
LIMITS = JointLimits(JOINTS, [-1.0, -1.0], [1.0, 1.0], [SPEED, SPEED], ACCELERATION)
START, GOAL = np.array([-0.8, -0.8]), np.array([0.8, 0.5])
PATH = StoppingPath(LIMITS, JOINTS, PERIOD_NS)
# Updates of the controller once per message and ten times as often. Humble needs the latter.
AS_OFTEN, OFTENER = PERIOD_S, PERIOD_S / 10
EVERY = [
    ('humble', OFTENER),
    ('legacy', OFTENER),
    ('legacy', AS_OFTEN),
    ('spliced', OFTENER),
    ('spliced', AS_OFTEN),
]
every = pytest.mark.parametrize(('version', 'period_s'), EVERY)


def messages(count):
    """Return what the executor sends on the way from start to goal, and when [s]."""
    limiter, motion = Limiter(LIMITS, PERIOD_NS), Motion.at_rest(START)
    sent = []
    for k in range(1, count + 1):
        motion = limiter.step(motion, Motion.at_rest(GOAL))
        command = Command(k * PERIOD_NS, JOINTS, motion.position, motion.velocity)
        sent.append((k * PERIOD_S, command_to_trajectory(PATH.of(command), JOINTS, PERIOD_NS)))
    return sent


def unreliable(sent, seed):
    """Delay each by up to a tenth of a period; lose every seventh."""
    rng = np.random.default_rng(seed)
    return [
        (time_s + rng.uniform(0, 0.1) * PERIOD_S, message)
        for k, (time_s, message) in enumerate(sent)
        if k % 7 != seed
    ]


def controller(version, period_s, **settings):
    return Controller(version, JOINTS, period_s, START, **settings)


def play(controller, arriving, until_s, lag=0):
    """Return the positions and velocities written at each update, (N, 2) each."""
    arriving, positions, velocities = list(arriving), [START] * (lag + 1), []
    for k in range(round(until_s / controller.period_s)):
        now_s = (k + 0.5) * controller.period_s
        while arriving and arriving[0][0] <= now_s:
            controller.receive(arriving.pop(0)[1], now_s)
        position, velocity = controller.update(now_s, positions[-1 - lag])
        positions.append(position)
        velocities.append(velocity)
    return np.array(positions[lag + 1 :]), np.array(velocities)


@every
@pytest.mark.parametrize('seed', range(5))
def test_motion_is_smooth_though_messages_are_late_or_lost(version, period_s, seed):
    arriving = unreliable(messages(300), seed)
    positions, velocities = play(controller(version, period_s), arriving, 3.5)
    assert positions[-1] == pytest.approx(GOAL, abs=1e-6)
    steps = np.diff(positions, axis=0)
    assert steps.min() > -5e-5  # no step back
    assert steps.max() < 2.2 * SPEED * period_s
    assert np.abs(np.diff(velocities, axis=0)).max() < 0.51 * SPEED  # see the lone point below


@every
def test_robot_brakes_to_rest_when_messages_cease(version, period_s):
    sent = messages(60)
    positions, velocities = play(controller(version, period_s), sent, 1.2)
    assert velocities[round(0.55 / period_s)] == pytest.approx([SPEED] * 2, rel=0.2)
    assert positions[-1].tolist() == list(sent[-1][1].points[-1].positions)
    assert not velocities[-1].any()
    braking = np.diff(velocities[round(0.62 / period_s) :], axis=0) / period_s
    assert (braking < 1e-6).all()
    assert (braking > -4 * ACCELERATION).all()
    # The faster joint to stop, and the slower one.
    rests = [round((0.63 + SPEED / a) / period_s) for a in ACCELERATION]
    assert positions[rests[0], 0] == pytest.approx(positions[-1, 0], abs=2e-3)
    assert positions[rests[1], 1] == pytest.approx(positions[-1, 1], abs=2e-3)


@pytest.mark.parametrize(('version', 'updates'), [('humble', 0), ('legacy', 2), ('spliced', 0)])
def test_of_ten_updates_one_stands_or_goes_twice_as_far(version, updates):
    positions, _ = play(controller(version, OFTENER), messages(100), 1.0)
    steps = np.diff(positions[400:800, 0]) / (SPEED * OFTENER)
    odd = np.abs(steps - 1).argmax() % 10
    assert steps[odd::10] == pytest.approx(updates, abs=0.25)
    assert steps.mean() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize('version', ['legacy', 'spliced'])
def test_updated_once_per_message_it_follows_exactly(version):
    sent = messages(100)
    positions, _ = play(controller(version, AS_OFTEN), sent, 1.0)
    told = [message.points[0].positions for _, message in sent]
    assert positions[1:] == pytest.approx(np.array(told)[:-1], abs=1e-9)


def test_humble_never_moves_if_updated_once_per_message():
    positions, _ = play(controller('humble', AS_OFTEN), messages(100), 1.0)
    assert (positions == START).all()


def test_from_the_measured_state_it_steps_back_at_every_message():
    lagging = controller('legacy', OFTENER, open_loop=False)
    positions, _ = play(lagging, messages(100), 1.0, lag=30)
    assert (np.diff(positions[:, 0]) < -5e-3).sum() > 50


@pytest.mark.parametrize('version', ['humble', 'legacy', 'spliced'])
def test_a_lone_point_stops_dead_or_is_rejected(version):
    sent = messages(100)
    for _, message in sent:
        del message.points[1:]
    with pytest.raises(RejectedError, match='last point is not zero'):
        play(controller(version, OFTENER), sent, 1.0)
    for _, message in sent:
        message.points[0].velocities = []
    _, velocities = play(controller(version, OFTENER), sent[:60], 1.0)
    assert np.abs(np.diff(velocities, axis=0)).max() > 0.9 * SPEED


def chunks(speed=0.5, delay_s=0.2):
    """Return two chunks of the same even motion, stamped with their pictures' times."""
    for stamp_s in (1.0, 1.4):
        times_ns = np.arange(1, 51) * 20 * MS
        path = START + speed * (stamp_s - 1.0 + times_ns[:, None] / NS_PER_S)
        chunk = Chunk(int(stamp_s * NS_PER_S), JOINTS, times_ns, path)
        yield stamp_s + delay_s, chunk_to_message(chunk)


@pytest.mark.parametrize(
    ('version', 'first', 'second'),
    [('humble', 0.1, 0.0), ('legacy', 0.1, 0.0), ('spliced', 0.1, -0.1)],
)
def test_a_chunk_sent_straight_to_it_goes_wrong(version, first, second):
    """The first one is jumped into; a newer controller replays the second from its beginning."""
    positions, _ = play(controller(version, OFTENER), chunks(), 2.4)

    def moved(begin_s, end_s):
        ends = positions[[round(begin_s / OFTENER), round(end_s / OFTENER)], 0]
        return ends[1] - ends[0]

    assert moved(1.199, 1.201) == pytest.approx(first, abs=0.003)  # at once
    assert moved(1.598, 1.622) == pytest.approx(second, abs=0.015)
