# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bad pictures and joint states for the policy: named, no inference on them, life goes on."""

from contextlib import contextmanager

from harness import CHECKPOINT, HOME, NAMES, Sensors, changed, node_command, process
import pytest
from sensor_msgs.msg import JointState

pytestmark = pytest.mark.ros


@pytest.fixture(scope='module')
def policy():
    """The policy alone; the tests are its robot, on the wall clock."""
    command = node_command('policy_node', checkpoint=CHECKPOINT, autostart='true')
    with process(command) as child:
        yield child


@contextmanager
def chunks_flowing(watcher, policy):
    """A robot whose policy infers; checks that it does so again afterwards."""
    sensors = Sensors(watcher)
    watcher.create_timer(0.05, sensors.send)

    def flow(what):
        count = len(watcher.chunks)
        watcher.until(
            lambda: len(watcher.chunks) > count + 2,
            what,
            [policy],
            meanwhile=lambda: watcher.say('pick up the red cube'),
        )

    flow('chunks flow')
    yield sensors
    sensors.spoil_image = sensors.spoil_state = lambda message: message
    flow('chunks flow again')


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({'encoding': 'yuv422'}, 'yuv422'),
        ({'step': 100}, 'step 100'),
        ({'height': 47}, '9216 bytes'),
        ({'data': b''}, '0 bytes'),
        ({'header': JointState().header}, 'stamp'),
        (None, 's old'),  # the camera stops
    ],
)
def test_bad_image(watcher, policy, fields, words):
    def named():
        said = watcher.diagnosis('pi0_policy')
        return 'cam_high' in said and words in said

    with chunks_flowing(watcher, policy) as sensors:
        sensors.spoil_image = lambda image: None if fields is None else changed(image, **fields)
        watcher.until(named, 'the policy names it', [policy])
        count = len(watcher.chunks)
        for _ in range(2):
            watcher.until(lambda: watcher.diagnostics.pop('pi0_policy', None), 'time passes')
        assert len(watcher.chunks) == count


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({'position': [float('nan'), *HOME[1:]]}, 'left_waist'),
        ({'name': NAMES[:-1], 'position': HOME[:-1]}, 'right_gripper'),
        ({'name': [*NAMES[:-1], NAMES[0]]}, 'left_waist'),
    ],
)
def test_bad_state_for_the_policy(watcher, policy, fields, words):
    with chunks_flowing(watcher, policy) as sensors:
        sensors.spoil_state = lambda state: changed(state, **fields)
        watcher.until(
            lambda: words in watcher.diagnosis('pi0_policy'), 'the policy names it', [policy]
        )


def test_joint_order_does_not_matter(watcher, policy):
    def reversed_(state):
        return changed(state, name=NAMES[::-1], position=HOME[::-1])

    with chunks_flowing(watcher, policy) as sensors:
        sensors.spoil_state = reversed_
        count = len(watcher.chunks)
        watcher.until(lambda: len(watcher.chunks) > count + 5, 'chunks still flow', [policy])
