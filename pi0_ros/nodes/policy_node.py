# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The policy as a managed node: pictures, joint states and a sentence in, chunks out.

Configure loads the model, activate begins inference, deactivate publishes nothing, cleanup frees
the memory. Callbacks only put what arrives into a buffer; inference runs on a thread of its own
(`Worker`), always on the newest observation, and never on one that is incomplete or stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
import sys

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
import rclpy
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from std_msgs.msg import String
from std_srvs.srv import Trigger

from pi0_ros.convert import (
    IMAGE_READERS,
    diagnostics_message,
    status_message,
    time_to_ns,
)
from pi0_ros.delays import Delay, DelayMeter
from pi0_ros.nodes.backend import BACKEND, make_policy
from pi0_ros.nodes.chunk_info import chunk_info
from pi0_ros.nodes.parameters import ROBOT, Parameter, declare, robot_file
from pi0_ros.nodes.run import run
from pi0_ros.nodes.topics import ChunkOutput, StateInput
from pi0_ros.policy.observation_buffer import BufferSettings, ObservationBuffer
from pi0_ros.policy.policy import NUM_STEPS, Inference
from pi0_ros.policy.replanning import MODES as REPLAN_MODES
from pi0_ros.policy.replanning import Replanning
from pi0_ros.policy.worker import Worker
from pi0_ros.preflight.findings import Finding, Level
from pi0_ros.preflight.guard import MODES, Guard, guard
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import InputError, Observation

PARAMETERS = (
    ROBOT,
    Parameter('checkpoint', '', 'folder with config.json, model.safetensors, tokenizer, assets'),
    Parameter('device', 'cpu', "where the model runs, in PyTorch's words: cpu, cuda, cuda:1 ..."),
    Parameter('num_steps', NUM_STEPS, 'Euler steps from noise to actions', 1, 100),
    Parameter('seed', -1, 'seed of the noise; -1: a new one each time', -1, 2**31 - 1),
    *BACKEND,
    Parameter('replan', Replanning.mode,
              'when to infer anew: at a set rate, as fast as it goes, or so that the next chunk '
              'arrives when a set part of the present one is left', choices=REPLAN_MODES),
    Parameter('replan_rate_hz', Replanning.rate_hz,
              'chunks per second at most, if replan is rate [Hz]', 0.1, 100.0),
    Parameter('replan_threshold', Replanning.threshold,
              'that part, if replan is on_threshold', 0.0, 1.0),
    Parameter('max_image_age_s', BufferSettings.max_image_age_s,
              'a picture older than this is stale [s]', 0.01, 10.0),
    Parameter('max_state_age_s', BufferSettings.max_state_age_s,
              'a joint state older than this is stale [s]', 0.01, 10.0),
    Parameter('max_spread_s', BufferSettings.max_spread_s,
              'pictures and joint state lie at most this far apart [s]', 0.001, 10.0),
    Parameter('preflight', MODES[0],
              'if robot and checkpoint do not fit: refuse to act, only warn, or skip the look',
              choices=MODES),
    Parameter('autostart', False, 'configure and activate at once, without a manager'),
)  # fmt: skip

NAME = 'pi0_policy'
RELIABLE = QoSProfile(depth=1)


class PolicyNode(LifecycleNode):
    """Load, listen, infer, publish."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.parameters = declare(self, PARAMETERS)
        self._opened = ExitStack()
        self._start_up: Mapping[str, str | float] = {}
        self._worker: Worker | None = None
        self._guard: Guard | None = None
        self._buffer: ObservationBuffer | None = None
        self._chunk_count = 0
        self._delays = DelayMeter()
        self._prompt = ''
        self._bad_input = ''
        self._inputs: list = []

    def on_configure(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Load the robot and the model, then open the topics."""
        p = self.parameters
        try:
            robot = load_robot(robot_file(p.robot))
            backend = make_policy(p, robot, self._opened)
            self._guard = guard(robot, backend.policy, p.preflight, self._say)
        except InputError as error:
            self._opened.close()
            self.get_logger().error(f'cannot configure: {error}')
            return TransitionCallbackReturn.FAILURE
        settings = BufferSettings(p.max_image_age_s, p.max_state_age_s, p.max_spread_s)
        self._buffer = ObservationBuffer(robot, settings)
        self._worker = Worker(
            self._guard,
            self._buffer,
            robot.cameras,
            self._now_ns,
            self._publish,
            Replanning(p.replan, p.replan_rate_hz, p.replan_threshold),
            self._report,
        )
        self._open_topics(robot)
        self._start_up = backend.start_up
        for doubt in backend.doubts:
            self.get_logger().warning(doubt)
        for note in backend.notes:
            self.get_logger().info(note)
        self.get_logger().info(f'{backend.name} drives {robot.name}')
        return TransitionCallbackReturn.SUCCESS

    def _open_topics(self, robot) -> None:
        self._chunk_out = ChunkOutput(self, robot)
        self._info_out = self.create_lifecycle_publisher(
            DiagnosticStatus, '~/chunk_info', RELIABLE
        )
        self._diagnostics_out = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        for camera, spec in robot.cameras.items():
            message_class, read = IMAGE_READERS[spec.transport]
            take = partial(self._on_image, camera, read)
            self._inputs.append(
                self.create_subscription(message_class, spec.topic, take, qos_profile_sensor_data)
            )
        self._inputs += [
            *StateInput(
                self,
                robot,
                self.parameters.max_spread_s,
                self._buffer.update_state,
                self._complain,
            ).subscriptions,
            self.create_subscription(String, 'command', self._on_command, 10),
        ]
        self._reset = self.create_service(Trigger, '~/reset', self._on_reset)
        self._timer = self.create_timer(1.0, self._publish_diagnostics)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin inference; the first observation decides whether anything is published."""
        result = super().on_activate(state)
        self._guard.arm()
        self._worker.start()
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End inference; nothing is published from here on."""
        self._worker.stop()
        return super().on_deactivate(state)

    def on_cleanup(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """Close the topics and let go of the model."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, _state: LifecycleState) -> TransitionCallbackReturn:
        """As cleanup, from any state."""
        self._close()
        return TransitionCallbackReturn.SUCCESS

    def _close(self) -> None:
        if self._worker is None:
            return
        self._worker.stop()
        self._opened.close()
        self._worker = self._buffer = self._guard = None
        while self._inputs:
            self.destroy_subscription(self._inputs.pop())
        self._chunk_out.close()
        for publisher in (self._info_out, self._diagnostics_out):
            self.destroy_publisher(publisher)
        self.destroy_service(self._reset)
        self.destroy_timer(self._timer)

    def destroy_node(self) -> None:
        """End the thread before the node it publishes through."""
        if self._worker is not None:
            self._worker.stop()
        self._opened.close()
        super().destroy_node()

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    # Inputs: only stored here; pictures are decoded on the worker's thread, once per inference.

    def _on_image(self, camera: str, read, message) -> None:
        try:
            self._buffer.update_image(
                camera, time_to_ns(message.header.stamp), partial(_decode, camera, read, message)
            )
        except InputError as error:
            self._complain(str(error))
        self._worker.notice(camera)

    def _on_command(self, message: String) -> None:
        try:
            self._buffer.update_command(message.data)
        except InputError as error:
            self._complain(f'{error}; the robot holds until the next sentence')

    def _on_reset(self, _request: Trigger.Request, response: Trigger.Response):
        self._buffer.clear()
        response.success, response.message = True, 'forgot all observations and the sentence'
        return response

    # Outputs.

    def _publish(self, inference: Inference) -> None:
        """Publish a chunk; called on the worker's thread."""
        if self.context.ok():  # not told to end while inferring
            self._chunk_out.publish(inference.chunk)

    def _report(self, inference: Inference, observation: Observation, delay: Delay) -> None:
        """Publish what is known about a chunk; called on the worker's thread."""
        if not self.context.ok():
            return
        self._delays.note(delay)
        prompt = observation.prompt
        if prompt != self._prompt:
            self._prompt = prompt
            self.get_logger().info(f'chunk {self._chunk_count} follows "{prompt}"')
        info = chunk_info(NAME, self._chunk_count, inference, observation, delay)
        self._info_out.publish(info)
        self._chunk_count += 1

    def _say(self, finding: Finding) -> None:
        """Log what the preflight doubts."""
        if finding.level == Level.FAIL:
            self.get_logger().error(f'preflight: {finding}')
        else:
            self.get_logger().warning(f'preflight: {finding}')

    def _complain(self, text: str) -> None:
        """Say what is wrong with an input, here and in the next diagnostics."""
        self._bad_input = text
        self.get_logger().error(text, throttle_duration_sec=1.0)

    def _publish_diagnostics(self) -> None:
        """Report once a second: a bad input first, then what inference waits for."""
        if self._worker.has_died:
            raise RuntimeError('the inference thread has died; its traceback is above')
        waiting_for, refusal = self._worker.waiting_for, self._guard.refusal
        if refusal and waiting_for == refusal:
            self.trigger_deactivate()  # activate again to be examined again
        level, text = DiagnosticStatus.OK, f'following "{self._prompt}"'
        if self._bad_input or refusal:
            level, text = DiagnosticStatus.ERROR, refusal or self._bad_input
        elif waiting_for:
            level, text = DiagnosticStatus.WARN, waiting_for
            self.get_logger().warning(f'no inference: {text}', throttle_duration_sec=5.0)
        self._bad_input = ''
        values = {'chunks': self._chunk_count, **self._delays.values(), **self._start_up}
        status = status_message(NAME, level, text, values)
        self._diagnostics_out.publish(diagnostics_message(self._now_ns(), status))


def _decode(camera: str, read, message):
    """Read a picture; an error names the camera."""
    try:
        return read(message)
    except InputError as error:
        raise InputError(f'camera {camera}: {error}') from error


def make_node() -> PolicyNode:
    """
    Return the node, started if it is to start itself.

    :raises SystemExit: if it is, and can't.
    """
    node = PolicyNode()
    if node.parameters.autostart:
        for transition in (node.trigger_configure, node.trigger_activate):
            if transition() != TransitionCallbackReturn.SUCCESS:
                node.destroy_node()
                rclpy.try_shutdown()
                sys.exit(1)
    return node


def main() -> None:
    """Run the node."""
    run(make_node)
