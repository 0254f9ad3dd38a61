# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The executor as a node: chunks and joint states in, commands at the control rate out.

It runs in a process of its own, so that nothing the policy does can delay it. All decisions are
`pi0_ros.execution`'s; this shell converts messages, ticks, and reports.
"""

from __future__ import annotations

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TwistStamped
import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import Empty, Float64MultiArray
from std_srvs.srv import SetBool, Trigger
from trajectory_msgs.msg import JointTrajectory

from pi0_ros.convert import (
    command_to_array,
    command_to_joint_state,
    command_to_trajectory,
    command_to_twist,
    diagnostics_message,
    joint_state_to_positions,
    status_message,
    time_to_ns,
)
from pi0_ros.execution.executor import ChunkExecutor
from pi0_ros.execution.limits import JointLimits
from pi0_ros.execution.seams import STRATEGIES
from pi0_ros.execution.settings import RATE_HZ, ExecutorSettings
from pi0_ros.execution.status import State
from pi0_ros.execution.stopping import StoppingPath
from pi0_ros.execution.timeline import INTERPOLATIONS
from pi0_ros.nodes.parameters import ROBOT, Parameter, declare, robot_file
from pi0_ros.nodes.run import run
from pi0_ros.nodes.topics import ChunkInput
from pi0_ros.robots.parts import Output
from pi0_ros.robots.spec import load_robot
from pi0_ros.types import NS_PER_S, Chunk, InputError

PARAMETERS = (
    ROBOT,
    Parameter('enabled', True, 'follow chunks from the start, without a call of ~/enable'),
    Parameter('rate_hz', RATE_HZ, 'commands per second [Hz]', 1.0, 1000.0),
    Parameter('strategy', ExecutorSettings.strategy,
              'how a chunk is joined to the last one', choices=tuple(STRATEGIES)),
    Parameter('interpolation', ExecutorSettings.interpolation,
              'how targets between two points are found', choices=tuple(INTERPOLATIONS)),
    Parameter('smoothing_s', ExecutorSettings.smoothing_s,
              'spline: how far around itself an instant of a chunk is smoothed [s]', 0.0, 1.0),
    Parameter('crossfade_s', ExecutorSettings.crossfade_s,
              'how long the offset to the last chunk takes to fade, but for replace [s]',
              0.01, 10.0),
    Parameter('ensemble_decay_per_s', ExecutorSettings.ensemble_decay_per_s,
              'ensemble: how much less a chunk counts than one a second older, as an exponent',
              0.0, 100.0),
    Parameter('chunk_timeout_s', ExecutorSettings.chunk_timeout_s,
              'a chunk computed from pictures older than this is stale [s]', 0.01, 60.0),
    Parameter('state_timeout_s', ExecutorSettings.state_timeout_s,
              'a joint state older than this is stale [s]', 0.01, 60.0),
    Parameter('future_tolerance_s', ExecutorSettings.future_tolerance_s,
              'a stamp further in the future than this is refused [s]', 0.0, 10.0),
    Parameter('clock_jump_s', ExecutorSettings.clock_jump_s,
              'a longer time between two ticks is a jump of the clock [s]', 0.1, 60.0),
    Parameter('tracking_tolerance', ExecutorSettings.tracking_tolerance,
              'a joint further from its command than this is a fault [rad or m]', 0.001, 10.0),
    Parameter('heartbeat_timeout_s', ExecutorSettings.heartbeat_timeout_s,
              'hold once ~/heartbeat has been silent for so long; 0: move without any [s]',
              0.0, 60.0),
)  # fmt: skip

NAME = 'chunk_executor'
LEAVE_S = 2.0  # braking takes less; without ticks, as in a simulation that stands, it never ends
LEVELS = {
    State.IDLE: DiagnosticStatus.OK,
    State.RUNNING: DiagnosticStatus.OK,
    State.HOLDING: DiagnosticStatus.WARN,
    State.FAULT: DiagnosticStatus.ERROR,
}


class ExecutorNode(Node):
    """Feed the executor, tick it, send what it says."""

    def __init__(self) -> None:
        super().__init__(NAME)
        p = declare(self, PARAMETERS)
        robot = load_robot(robot_file(p.robot))
        self._measured = robot.measured_joints
        self._axes = np.zeros(len(robot.axes))
        self._period_ns = int(NS_PER_S / p.rate_hz)
        self._limits = JointLimits.of(robot)
        self._core = ChunkExecutor(
            self._limits,
            ExecutorSettings(
                period_ns=self._period_ns,
                strategy=p.strategy,
                interpolation=p.interpolation,
                smoothing_s=p.smoothing_s,
                crossfade_s=p.crossfade_s,
                ensemble_decay_per_s=p.ensemble_decay_per_s,
                chunk_timeout_s=p.chunk_timeout_s,
                state_timeout_s=p.state_timeout_s,
                future_tolerance_s=p.future_tolerance_s,
                clock_jump_s=p.clock_jump_s,
                tracking_tolerance=p.tracking_tolerance,
                heartbeat_timeout_s=p.heartbeat_timeout_s,
                gripper_joints=tuple(robot.grippers),
                velocity_joints=robot.velocity_joints,
                forwarded_joints=robot.forwarded_joints,
            ),
        )
        self._core.set_enabled(enabled=p.enabled)
        self._last_state: State | None = None
        self._refused = ''
        self._last_tick_ns = 0
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._leaving_since_ns: int | None = None
        self._worst_gap_ns = 0
        self._outputs = [self._make_output(output) for output in robot.outputs]
        self._state_out = self.create_publisher(DiagnosticStatus, '~/state', 10)
        self._diagnostics_out = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self.create_subscription(
            JointState, 'joint_states', self._on_state, qos_profile_sensor_data
        )
        self._chunk_in = ChunkInput(self, robot, self._on_chunk, self._on_bad_chunk)
        self.create_subscription(Empty, '~/heartbeat', self._on_heartbeat, 10)
        self.create_service(SetBool, '~/enable', self._on_enable)
        self.create_service(Trigger, '~/stop', self._on_stop)
        self.create_timer(1.0 / p.rate_hz, self._tick)
        self.create_timer(1.0, self._publish_diagnostics)
        # A signal's handler waits for the next callback, and other timers may stand still.
        self.create_timer(0.1, self._leave_in_time, clock=self._steady)

    def _make_output(self, output: Output):
        """Return the function that sends a command's part to one controller."""
        stopping = StoppingPath(self._limits, output.joints, self._period_ns)
        message_class, convert = {
            'float64_multi_array': (
                Float64MultiArray,
                lambda command, joints: command_to_array(command, joints, output.field),
            ),
            'joint_state': (JointState, command_to_joint_state),
            'joint_trajectory': (
                JointTrajectory,
                lambda command, joints: command_to_trajectory(
                    stopping.of(command), joints, self._period_ns
                ),
            ),
            'twist_stamped': (
                TwistStamped,
                lambda command, joints: command_to_twist(command, joints, output.frame),
            ),
        }[output.message]
        publisher = self.create_publisher(message_class, output.topic, 10)
        return lambda command: publisher.publish(convert(command, output.joints))

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _on_state(self, message: JointState) -> None:
        try:
            positions = joint_state_to_positions(message, self._measured)
            # An end effector is always at the origin of its own axes, which come first.
            self._core.update_state(
                time_to_ns(message.header.stamp), np.concatenate([self._axes, positions])
            )
        except InputError as error:
            self._core.report_bad_state(str(error))
            self._complain(str(error))

    def _on_chunk(self, chunk: Chunk) -> None:
        self._core.add_chunk(chunk, self._now_ns())

    def _on_bad_chunk(self, reason: str) -> None:
        self._core.reject_chunk(reason)
        self._complain(reason)

    def _on_heartbeat(self, _message: Empty) -> None:
        self._core.beat(self._now_ns())

    def _complain(self, text: str) -> None:
        """Say what was refused, here and in the next diagnostics."""
        self._refused = text
        self.get_logger().error(f'refused: {text}', throttle_duration_sec=1.0)

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response):
        self._core.set_enabled(enabled=request.data)
        response.success, response.message = True, 'enabled' if request.data else 'disabled'
        return response

    def _on_stop(self, _request: Trigger.Request, response: Trigger.Response):
        self._core.stop('told to by ~/stop')
        response.success, response.message = True, 'stopping; ~/enable true goes on'
        return response

    def _tick(self) -> None:
        """Send the command of this instant, and the state when it has changed."""
        now_ns = self._now_ns()
        if self._last_tick_ns:
            self._worst_gap_ns = max(self._worst_gap_ns, now_ns - self._last_tick_ns)
        self._last_tick_ns = now_ns
        command = self._core.tick(now_ns)
        if command is not None:
            for send in self._outputs:
                send(command)
        elif self._leaving_since_ns is not None:
            self.context.try_shutdown()
            return
        status = self._core.status
        if status.state is not self._last_state:
            self._last_state = status.state
            self.get_logger().info(str(status))
            self._state_out.publish(self._status_message(now_ns))

    def leave(self) -> None:
        """Brake, and shut down as soon as the robot has been told to stand still."""
        self._core.set_enabled(enabled=False)
        self._leaving_since_ns = self._steady.now().nanoseconds

    def _leave_in_time(self) -> None:
        since_ns, now_ns = self._leaving_since_ns, self._steady.now().nanoseconds
        if since_ns is not None and now_ns - since_ns > LEAVE_S * NS_PER_S:
            self.context.try_shutdown()

    def _status_message(self, now_ns: int) -> DiagnosticStatus:
        status = self._core.status
        age_ns = self._core.chunk_age_ns(now_ns)
        values = {
            'state': status.state.name,
            'chunk_age_s': 'none' if age_ns is None else age_ns / NS_PER_S,
            'worst_tick_gap_ms': self._worst_gap_ns * 1e-6,
            **self._core.figures(),
        }
        return status_message(NAME, LEVELS[status.state], str(status), values)

    def _publish_diagnostics(self) -> None:
        """Report once a second, whether anything changed or not."""
        now_ns = self._now_ns()
        status = self._status_message(now_ns)
        self._worst_gap_ns = 0
        self._state_out.publish(status)
        if self._refused:
            # A sound input that followed at once may have hidden it from the state.
            status.level = max(status.level, DiagnosticStatus.WARN)
            status.message += f'; refused: {self._refused}'
            self._refused = ''
        self._diagnostics_out.publish(diagnostics_message(now_ns, status))


def main() -> None:
    """Run the node."""
    run(ExecutorNode, end=ExecutorNode.leave)
