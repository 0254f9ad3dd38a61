# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
From the stamp of the newest image to the published chunk, and the executor's ticks meanwhile.

Four processes on the wall clock: one publishes three cameras (640x480 rgb8 at 30 Hz) and joint
states (100 Hz), the policy node infers on the untrained checkpoint as fast as it can, the executor
node sends commands at 100 Hz, and this one listens. Prints a table beside the goals, and below it
what the machine was busy with, because on a loaded machine the tails are the load's.

    python benchmarks/pipeline.py [--seconds 30]
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from functools import partial
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray, String
import yaml

from pi0_ros.convert import positions_to_joint_state, rgb_to_image
from pi0_ros.nodes.run import run
from pi0_ros.robots.spec import Robot, load_robot

ROOT = Path(__file__).resolve().parents[1]
CHECKPOINT = ROOT / 'checkpoints' / 'untrained'
CAMERA_HZ, STATE_HZ, EXECUTOR_HZ = 30.0, 100.0, 100.0
IMAGE_SIZE = (480, 640)
# The stages of an inference that are the model's own work; what is left is ours.
MODEL_STAGES = ('vision_ms', 'prefix_ms', 'denoise_ms')
GOALS = {'p50': 15.0, 'p99': 60.0}  # [ms]
PATIENCE_S = 60.0


class Source(Node):
    """A robot without physics: three cameras, and joints that are where they are told to be."""

    def __init__(self, robot: Robot) -> None:
        super().__init__('source')
        self._names = robot.joint_names
        self._positions = robot.position_limits.mean(axis=0)
        for output in robot.outputs:
            index = [robot.joint_names.index(name) for name in output.joints]
            take = partial(self._on_command, index)
            self.create_subscription(Float64MultiArray, output.topic, take, 10)
        noise = np.random.default_rng(0)
        self._cameras = [
            (
                self.create_publisher(Image, camera.topic, qos_profile_sensor_data),
                rgb_to_image(noise.integers(0, 256, (*IMAGE_SIZE, 3), np.uint8), 0, name),
            )
            for name, camera in robot.cameras.items()
        ]
        self._states = self.create_publisher(JointState, 'joint_states', qos_profile_sensor_data)
        self.create_timer(1.0 / CAMERA_HZ, self._publish_images)
        self.create_timer(1.0 / STATE_HZ, self._publish_state)

    def _on_command(self, index: list[int], message: Float64MultiArray) -> None:
        self._positions[index] = message.data

    def _publish_images(self) -> None:
        stamp = self.get_clock().now().to_msg()
        for publisher, message in self._cameras:
            message.header.stamp = stamp
            publisher.publish(message)

    def _publish_state(self) -> None:
        now_ns = self.get_clock().now().nanoseconds
        still = np.zeros_like(self._positions)
        self._states.publish(positions_to_joint_state(now_ns, self._names, self._positions, still))


class Listener(Node):
    """Keeps the figures that the nodes publish about themselves, and counts commands."""

    def __init__(self, robot: Robot) -> None:
        super().__init__('listener')
        self.latency_ms: list[float] = []
        self.model_ms: list[float] = []
        self.tick_gap_ms: list[float] = []
        self.command_times_s: list[float] = []
        self.command = self.create_publisher(String, 'command', 10)
        self.create_subscription(DiagnosticStatus, 'pi0_policy/chunk_info', self._on_chunk, 100)
        self.create_subscription(DiagnosticStatus, 'chunk_executor/state', self._on_state, 100)
        self.create_subscription(
            Float64MultiArray,
            robot.outputs[0].topic,
            lambda _message: self.command_times_s.append(time.monotonic()),
            100,
        )

    def _on_chunk(self, message: DiagnosticStatus) -> None:
        values = {pair.key: pair.value for pair in message.values}
        self.latency_ms.append(float(values['latency_ms']))
        self.model_ms.append(sum(float(values[stage]) for stage in MODEL_STAGES))

    def _on_state(self, message: DiagnosticStatus) -> None:
        values = {pair.key: pair.value for pair in message.values}
        if values['state'] == 'RUNNING':
            self.tick_gap_ms.append(float(values['worst_tick_gap_ms']))

    def spin_for(self, seconds: float) -> None:
        """Listen for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rclpy.spin_once(self, timeout_sec=0.05)


def three_camera_robot(folder: Path) -> Path:
    """Write the simulated robot's description with a camera in each of the three slots."""
    description = yaml.safe_load((ROOT / 'config/robots/aloha_sim.yaml').read_text())
    wrist = dict(description['cameras']['cam_right_wrist'])
    wrist |= {'topic': 'cam_left_wrist/image_raw', 'slot': 'left_wrist_0_rgb'}
    description['cameras']['cam_left_wrist'] = wrist
    file = folder / 'robot.yaml'
    file.write_text(yaml.safe_dump(description, sort_keys=False))
    return file


def start(stack: ExitStack, code: str, *parameters: str, params_file: Path | None = None) -> None:
    """Start a Python process that ends with the stack."""
    arguments = [word for parameter in parameters for word in ('-p', parameter)]
    if params_file:
        arguments += ['--params-file', str(params_file)]
    command = [sys.executable, '-c', code, '--ros-args', '--log-level', 'warn', *arguments]
    process = stack.enter_context(subprocess.Popen(command))
    stack.callback(process.terminate)


def measure(seconds: float, robot_file: Path) -> Listener:
    """Run the line and return what was heard after the first motion."""
    with ExitStack() as stack:
        here = f'import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); '
        start(stack, f'{here}import pipeline; pipeline.run_source({str(robot_file)!r})')
        start(
            stack,
            'from pi0_ros.nodes.policy_node import main; main()',
            f'robot:={robot_file}',
            f'checkpoint:={CHECKPOINT}',
            'dtype:=float32',
            'autostart:=true',
            'replan_rate_hz:=100.0',
            'preflight:=skip',  # this robot's pose is arbitrary
        )
        start(
            stack,
            'from pi0_ros.nodes.executor_node import main; main()',
            f'robot:={robot_file}',
            f'rate_hz:={EXECUTOR_HZ}',
        )
        rclpy.init()
        listener = Listener(load_robot(robot_file))
        deadline = time.monotonic() + PATIENCE_S
        while not listener.tick_gap_ms:
            if not listener.latency_ms:
                listener.command.publish(String(data='pick up the red cube'))
            listener.spin_for(0.5)
            if time.monotonic() > deadline:
                sys.exit('no motion: see what the nodes say above')
        for heard in (
            listener.latency_ms,
            listener.model_ms,
            listener.tick_gap_ms,
            listener.command_times_s,
        ):
            heard.clear()
        listener.spin_for(seconds)
        listener.destroy_node()
        rclpy.try_shutdown()
    return listener


def run_source(robot_file: str) -> None:
    """Publish until the process is ended."""
    run(lambda: Source(load_robot(Path(robot_file))))


def print_table(heard: Listener, seconds: float) -> None:
    """Print what was measured beside what it should be."""
    ours = np.array(heard.latency_ms) - np.array(heard.model_ms)
    print(f'{len(ours)} chunks in {seconds:.0f} s, {os.cpu_count()} cores, load average '
          f'{os.getloadavg()[0]:.1f}')  # fmt: skip
    print(f'{"":46}{"p50":>8}{"p95":>8}{"p99":>8}{"max":>8}')
    for label, values in (
        ('newest image stamp to chunk published [ms]', heard.latency_ms),
        ('of that the model [ms]', heard.model_ms),
        ('the rest [ms]', ours),
    ):
        figures = ''.join(f'{q:8.1f}' for q in (*np.percentile(values, (50, 95, 99)), max(values)))
        print(f'{label:46}{figures}')
    print(f'{"goal for the rest [ms]":46}{GOALS["p50"]:8.1f}{"":8}{GOALS["p99"]:8.1f}')
    if not heard.tick_gap_ms:
        sys.exit('the executor did not run: see what it says above')
    gaps = np.diff(heard.command_times_s) * 1e3
    print(f'executor at {EXECUTOR_HZ:.0f} Hz: longest time between two ticks '
          f'{max(heard.tick_gap_ms):.1f} ms (goal: under {2e3 / EXECUTOR_HZ:.0f}), '
          f'{len(gaps) / seconds:.1f} commands/s arrived, '
          f'longest gap between arrivals {gaps.max():.1f} ms')  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--seconds', type=float, default=30.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        print_table(measure(seconds, three_camera_robot(Path(folder))), seconds)


if __name__ == '__main__':
    main()
