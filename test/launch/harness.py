# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Real processes on a real network, and a node that watches them."""

from contextlib import ExitStack, contextmanager
import importlib.util
import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
import time

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
import numpy as np
import pytest
import rclpy
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray, String
from trajectory_msgs.msg import JointTrajectory

from pi0_ros.robots.spec import load_robot

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / 'checkpoints' / 'untrained'
ROBOT_FILE = ROOT / 'config' / 'robots' / 'aloha_sim.yaml'
ROBOT = load_robot(ROBOT_FILE)
NAMES = list(ROBOT.joint_names)
HOME = [0.0, -0.96, 1.16, 0.0, -0.3, 0.0, 0.03] * 2  # a pose well within its limits

# Only to notice that nothing will ever come; never to measure.
PATIENCE_S = 90.0

# What is compared with the one before must not be missing, however long this process is busy.
EVERY = QoSProfile(history=HistoryPolicy.KEEP_ALL)

needs_simulator = pytest.mark.skipif(
    importlib.util.find_spec('mujoco') is None or importlib.util.find_spec('gym_aloha') is None,
    reason='the simulated robot needs mujoco and gym-aloha',
)


def node_command(node, **parameters):
    """Return the command line of one of the package's nodes."""
    values = {'robot': ROBOT_FILE, **parameters}
    arguments = [w for key, value in values.items() for w in ('-p', f'{key}:={value}')]
    code = f'from pi0_ros.nodes.{node} import main; main()'
    return [sys.executable, '-c', code, '--ros-args', *arguments]


@contextmanager
def process(command, log=None):
    """Run a command until the block ends; what it printed is shown if the test fails."""
    with ExitStack() as stack:
        if log is None:
            log = stack.enter_context(tempfile.TemporaryFile('w+'))
        environment = dict(os.environ, PYTHONUNBUFFERED='1', LP_NUM_THREADS='0')
        child = subprocess.Popen(
            [str(word) for word in command],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        child.log = log
        try:
            yield child
        finally:
            end(child)
            log.seek(0)
            print(f'--- {command}\n{log.read()}')


def end(child, sig=signal.SIGINT):
    """Ask a process to end and wait for it; kill it if it won't."""
    if child.poll() is None:
        child.send_signal(sig)
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


class Watcher(Node):
    """Keeps what passes by."""

    def __init__(self):
        super().__init__('watcher')
        self.chunks = []
        self.states = []
        self.statuses = []
        self.diagnostics = {}
        # One series for each controller: messages of different topics arrive in any order.
        self.commands = {output.joints: [] for output in ROBOT.outputs}
        self.command_out = self.create_publisher(String, 'command', 10)
        self.chunk_out = self.create_publisher(JointTrajectory, 'action_chunk', 1)
        self.create_subscription(
            JointTrajectory, 'action_chunk', self.chunks.append, QoSProfile(depth=1)
        )
        self.create_subscription(
            JointState, 'joint_states', self.states.append, qos_profile_sensor_data
        )
        self.create_subscription(
            DiagnosticStatus, 'chunk_executor/state', self.statuses.append, 10
        )
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        for output in ROBOT.outputs:
            series = self.commands[output.joints]
            self.create_subscription(Float64MultiArray, output.topic, series.append, EVERY)

    def _on_diagnostics(self, message):
        for status in message.status:
            self.diagnostics[status.name] = status

    def diagnosis(self, name):
        """What a node has said about itself last."""
        return self.diagnostics[name].message if name in self.diagnostics else ''

    @property
    def ticks(self):
        """How many commands every controller has got."""
        return min(len(series) for series in self.commands.values())

    def last_commands(self, count):
        """The newest commands of each controller, (count, J)."""
        return np.hstack([[m.data for m in series[-count:]] for series in self.commands.values()])

    @property
    def executor_state(self):
        values = {v.key: v.value for v in self.statuses[-1].values} if self.statuses else {}
        return values.get('state')

    def until(self, condition, what, children=(), meanwhile=None):
        """
        Spin until the condition holds; fail if it never does or a process dies.

        :param meanwhile: what to do again and again until then.
        """
        deadline = time.monotonic() + PATIENCE_S
        again = 0.0
        while not condition():
            if meanwhile is not None and time.monotonic() >= again:
                meanwhile()
                again = time.monotonic() + 0.1
            rclpy.spin_once(self, timeout_sec=0.1)
            for child in children:
                assert child.poll() is None, f'a process has died before: {what}'
            assert time.monotonic() < deadline, f'never happened: {what}'

    def say(self, sentence):
        """
        Say it once; whoever isn't there yet misses it, so let `until` do it again and again.

        The network also takes a dead process for a listener for a while.
        """
        self.command_out.publish(String(data=sentence))


class Sensors:
    """What a robot's drivers send, until something is spoilt."""

    def __init__(self, node):
        self.node = node
        self.images = {
            camera: node.create_publisher(Image, spec.topic, qos_profile_sensor_data)
            for camera, spec in ROBOT.cameras.items()
        }
        self.states = node.create_publisher(JointState, 'joint_states', qos_profile_sensor_data)
        self.spoil_image = self.spoil_state = lambda message: message

    def send(self):
        stamp = self.node.get_clock().now().to_msg()
        state = JointState(name=NAMES, position=HOME)
        state.header.stamp = stamp
        self.states.publish(self.spoil_state(state))
        for camera, publisher in self.images.items():
            image = Image(encoding='rgb8', width=64, height=48, step=192)
            image.data = bytes(64 * 48 * 3)
            image.header.stamp = stamp
            if camera == 'cam_high':
                image = self.spoil_image(image)
            if image is not None:
                publisher.publish(image)


def changed(message, **fields):
    for field, value in fields.items():
        setattr(message, field, value)
    return message


def assert_within_limits(commands, period_s):
    """Check position, velocity and acceleration of commands that were sent one tick apart."""
    for joints, series in commands.items():
        index = [NAMES.index(joint) for joint in joints]
        lower, upper = ROBOT.position_limits[:, index]
        values = np.array([message.data for message in series])
        speed = np.diff(values, axis=0) / period_s
        change = np.diff(speed, axis=0) / period_s
        for what, over in (
            ('position', np.maximum(lower - values, values - upper) - 1e-9),
            ('velocity', np.abs(speed) - ROBOT.velocity_limits[index] * (1 + 1e-6)),
            ('acceleration', np.abs(change) - ROBOT.acceleration_limits[index] * (1 + 1e-6)),
        ):
            if not (over <= 0).all():
                tick, joint = np.unravel_index(over.argmax(), over.shape)
                around = values[max(0, tick - 4) : tick + 8, joint].tolist()
                pytest.fail(f'{what} of {joints[joint]} at {tick} of {len(values)}: {around}')
