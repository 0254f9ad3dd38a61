# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The simulated robot as a node: what a real robot's drivers would offer, and /clock.

It publishes cameras and joint states, and takes commands only through the topics that the
robot's description names as its controllers'. Simulated time runs at the pace of the wall clock
while the machine keeps up, and slower when it doesn't: nothing is skipped.
"""

from __future__ import annotations

from functools import partial

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock as ClockMessage
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Bool, String
from std_srvs.srv import Trigger

from pi0_ros.convert import (
    COMMAND_READERS,
    ns_to_time,
    positions_to_joint_state,
    rgb_to_image,
)
from pi0_ros.nodes.parameters import ROBOT, Parameter, declare, robot_file
from pi0_ros.nodes.run import run
from pi0_ros.robots.parts import Output
from pi0_ros.robots.spec import load_robot
from pi0_ros.sim.rates import CAMERA_RATE_HZ, STATE_RATE_HZ, STEP_NS
from pi0_ros.sim.robot import SimRobot
from pi0_ros.sim.task import Success, find_task
from pi0_ros.types import NS_PER_S, InputError

PARAMETERS = (
    ROBOT,
    Parameter('scene', 'cubes', 'what stands on the table', choices=('cubes', 'transfer_cube')),
    Parameter('seed', 0, 'seed of the places of the cubes', 0, 2**31 - 1),
    Parameter('image_width', 0, "width of the pictures [pixels]; 0: the scene's own", 0, 1920),
    Parameter('image_height', 0, "height of the pictures [pixels]; 0: the scene's own", 0, 1080),
    Parameter('camera_rate_hz', CAMERA_RATE_HZ,
              'pictures per second of each camera [Hz]', 1.0, 100.0),
    Parameter('state_rate_hz', STATE_RATE_HZ, 'joint states per second [Hz]', 1.0, 100.0),
)  # fmt: skip

# Simulated time starts here, because a stamp of zero means "not set" in ROS.
START_NS = NS_PER_S


def image_size_of(parameters) -> tuple[int, int] | None:
    """
    Return the size that was asked for, (height, width) [px]; None for the scene's own.

    :raises InputError: if only one side was given.
    """
    size = (parameters.image_height, parameters.image_width)
    if not any(size):
        return None
    if not all(size):
        raise InputError(f'image_height, image_width: expected both or neither, found {size}')
    return size


class SimNode(Node):
    """Advance the simulation, publish what it senses, take what it is told."""

    def __init__(self) -> None:
        super().__init__('sim_robot')
        parameters = declare(self, PARAMETERS)
        self._robot = load_robot(robot_file(parameters.robot))
        self._sim = SimRobot(parameters.scene, parameters.seed, image_size_of(parameters))
        self._seed = parameters.seed
        self._offset_ns = START_NS
        self._state_period_ns = int(NS_PER_S / parameters.state_rate_hz)
        self._camera_period_ns = int(NS_PER_S / parameters.camera_rate_hz)
        self._next_state_ns = self._next_camera_ns = 0
        self._clock_out = self.create_publisher(ClockMessage, '/clock', 10)
        self._state_out = self.create_publisher(
            JointState, 'joint_states', qos_profile_sensor_data
        )
        self._held_out = self.create_publisher(String, '~/held_cube', 10)
        self._success_out = self.create_publisher(Bool, '~/success', 10)
        self._success: Success | None = None  # of the task that was commanded, if it is one
        self.create_subscription(String, 'command', self._on_sentence, 10)
        self._camera_out = {
            camera: self.create_publisher(Image, spec.topic, qos_profile_sensor_data)
            for camera, spec in self._robot.cameras.items()
        }
        for output in self._robot.outputs:
            self._take_commands_from(output)
        self.create_service(Trigger, '~/reset', self._on_reset)
        # The wall paces the simulation, so this timer must not follow the time it makes itself.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(STEP_NS / NS_PER_S, self._advance, clock=steady)
        self.get_logger().info(f'scene {parameters.scene!r} on {", ".join(self._camera_out)}')

    def _now_ns(self) -> int:
        return self._offset_ns + self._sim.time_ns

    def _advance(self) -> None:
        """Take one step and publish what is due."""
        self._sim.step(STEP_NS)
        now_ns = self._now_ns()
        self._clock_out.publish(ClockMessage(clock=ns_to_time(now_ns)))
        if now_ns >= self._next_state_ns:
            self._next_state_ns = now_ns + self._state_period_ns
            self._publish_state(now_ns)
        if now_ns >= self._next_camera_ns:
            self._next_camera_ns = now_ns + self._camera_period_ns
            for camera, publisher in self._camera_out.items():
                publisher.publish(rgb_to_image(self._sim.render(camera), now_ns, camera))

    def _publish_state(self, now_ns: int) -> None:
        sim = self._sim
        self._state_out.publish(
            positions_to_joint_state(now_ns, sim.joint_names, sim.positions(), sim.velocities())
        )
        world = sim.world()
        self._held_out.publish(String(data=world.held_cube() or ''))
        if self._success is not None:
            self._success_out.publish(Bool(data=self._success.update(now_ns, world)))

    def _on_sentence(self, message: String) -> None:
        task = find_task(message.data, self._sim.cubes)
        self._success = None if task is None else Success(task)

    def _take_commands_from(self, output: Output) -> None:
        """Subscribe to the topic a controller would listen on."""
        if output.field == 'velocity':
            raise InputError(f'output {output.topic}: the simulated robot takes only positions')
        message_class, read = COMMAND_READERS[output.message]
        self.create_subscription(
            message_class, output.topic, partial(self._on_command, output, read), 10
        )

    def _on_command(self, output: Output, read, message) -> None:
        try:
            self._sim.set_targets(output.joints, read(message, output.joints))
        except InputError as error:
            self.get_logger().error(
                f'{output.topic}: command ignored: {error}', throttle_duration_sec=1.0
            )

    def _on_reset(self, _request: Trigger.Request, response: Trigger.Response):
        """Set the scene anew with the next seed; time goes on."""
        self._offset_ns = self._now_ns()
        self._seed += 1
        self._sim.reset(self._seed)
        if self._success is not None:
            self._success = Success(self._success.task)
        response.success, response.message = True, f'scene set anew with seed {self._seed}'
        return response

    def destroy_node(self) -> None:
        """Close the renderer before its GL context goes."""
        self._sim.close()
        super().destroy_node()


def main() -> None:
    """Run the node."""
    run(SimNode)
