# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
All checks together, in the order of the table.

:func:`examine_statistics` needs the files alone, :func:`examine_observation` one observation and
its chunk (what a policy has before it publishes the first), :func:`examine` some seconds of all
topics.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pi0_ros.policy.observation_buffer import BufferSettings
from pi0_ros.policy.policy import Inference
from pi0_ros.preflight.chunks import check_chunk
from pi0_ros.preflight.findings import Finding, Level, failure
from pi0_ros.preflight.joints import (
    check_limits,
    check_names,
    check_positions,
    gripper_openings,
)
from pi0_ros.preflight.observed import CameraSeen, Observed, Picture
from pi0_ros.preflight.pictures import check_black, check_pictures, check_routing
from pi0_ros.preflight.sheet import draw_sheet, panels
from pi0_ros.preflight.statistics import check_statistics
from pi0_ros.preflight.streams import (
    check_camera_stream,
    check_joint_stream,
    check_pose_stream,
)
from pi0_ros.preflight.subject import Subject
from pi0_ros.preflight.timing import examine_timing
from pi0_ros.preflight.yardstick import state_limits
from pi0_ros.robots.norm_stats import NormStats
from pi0_ros.robots.spec import Robot
from pi0_ros.types import InputError, Observation

Array = NDArray[np.float64]


FAR = 1e6  # beyond any limit


class Report(NamedTuple):
    """
    The result of an examination.

    :param findings: in the order of the table.
    :param sheet: the contact sheet, (h, w, 3) RGB.
    """

    findings: list[Finding]
    sheet: Picture


def examine_statistics(subject: Subject) -> list[Finding]:
    """Check what is known before anything has been observed."""
    return check_statistics(subject.robot, subject.config, subject.stats)


def examine_observation(
    robot: Robot, stats: NormStats | None, observation: Observation, inference: Inference
) -> list[Finding]:
    """
    Check one observation and the chunk that the policy would answer with.

    :param stats: None if only the policy knows them.
    """
    positions = observation.state
    return [
        *(
            check_positions(robot, stats.state, positions)
            if stats
            else [check_limits(robot, positions)]
        ),
        *check_black(observation.images),
        check_chunk(robot, inference.chunk, positions),
    ]


def examine(subject: Subject, observed: Observed, prompt: str, limits: BufferSettings) -> Report:
    """
    Check everything.

    :param prompt: the sentence of the inference that is timed.
    :param limits: how old the policy lets its inputs be.
    """
    robot = subject.robot
    findings = examine_statistics(subject)
    joints = observed.joints
    states = observed.states
    findings.append(check_joint_stream(observed, limits))
    findings += check_pose_stream(observed, limits)
    if joints.names:
        findings.append(check_names(robot, joints))
    if observed.complaints and findings[-1].level < Level.FAIL:
        reason = '\n'.join(observed.complaints)
        findings.append(failure('joint values', reason, 'mend what sends them'))
    if len(states):
        findings += check_positions(
            robot, subject.stats.state, states, joints.whole(robot.state_joints)
        )
    for name in robot.cameras:
        findings.append(check_camera_stream(robot, observed, name, limits))
        if observed.cameras[name].stream.stamps_ns:
            side = subject.config.vision.image_size
            findings.append(check_pictures(name, observed.cameras[name], side))
    findings += check_routing(observed.cameras)
    observation, genuine = _observation(subject, observed, states, prompt)
    findings += _infer(subject, observation, genuine=genuine)
    openings = gripper_openings(robot, states[-1]) if len(states) else {}
    return Report(findings, _sheet(subject, observed, observation, openings))


def _observation(
    subject: Subject, observed: Observed, states: Array, prompt: str
) -> tuple[Observation, bool]:
    """
    Return what was seen last, and whether a policy could have acted on it.

    What a policy would wait for is black, or in the middle of its range.
    """
    robot, side = subject.robot, subject.config.vision.image_size
    images = {name: seen.pictures[-1] for name, seen in observed.cameras.items() if seen.pictures}
    awaited = {
        name: np.zeros((side, side, 3), np.uint8)
        for name, camera in robot.cameras.items()
        if name not in images and (camera.missing == 'refuse' or not images)
    }
    # A pose has no limits: its middle is the origin.
    middle = np.clip(state_limits(robot), -FAR, FAR).mean(axis=0)
    state = states[-1] if len(states) else middle
    return Observation(0, images | awaited, state, prompt, {}), bool(len(states) and not awaited)


def _infer(subject: Subject, observation: Observation, *, genuine: bool) -> list[Finding]:
    try:
        findings = [examine_timing(subject.robot, subject.policy, observation)]
        inference = subject.policy.infer(observation)
    except InputError as error:
        return [failure('inference', str(error), 'mend what it names')]
    if genuine:
        findings.append(check_chunk(subject.robot, inference.chunk, observation.state))
    return findings


def _sheet(
    subject: Subject, observed: Observed, observation: Observation, openings: dict[str, float]
) -> Picture:
    robot = subject.robot
    cameras: dict[str, str] = {
        robot.cameras[name].slot: name for name in subject.preprocessor.cameras
    }
    encoded = subject.preprocessor.encode(observation)
    notes = {name: _notes(seen) for name, seen in observed.cameras.items() if seen.pictures}
    return draw_sheet(
        f'What the model sees of {robot.name}', panels(cameras, encoded, notes), openings
    )


def _notes(seen: CameraSeen) -> tuple[str, str]:
    last = seen.pictures[-1]
    size = f'{last.shape[1]}x{last.shape[0]} {seen.encoding}'
    return (
        seen.stream.topic,
        f'{size}, {seen.stream.rate_hz:.0f} Hz, brightness {last.mean():.0f}',
    )
