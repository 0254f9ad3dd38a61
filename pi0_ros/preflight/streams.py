# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Topics as they came: there at all, often enough, and stamped by the same clock."""

from __future__ import annotations

from pi0_ros.policy.observation_buffer import BufferSettings
from pi0_ros.policy.replanning import REPLAN_RATE_HZ
from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.preflight.observed import Observed, Stream
from pi0_ros.robots.spec import Robot


def check_joint_stream(observed: Observed, limits: BufferSettings) -> Finding:
    """Look at the joint states' rate and stamps."""
    return _check(
        'joint states',
        observed.joints.stream,
        observed.seconds,
        limits.max_state_age_s,
        # The state nearest to a picture belongs to it.
        1 / limits.max_spread_s,
    )


def check_pose_stream(observed: Observed, limits: BufferSettings) -> list[Finding]:
    """Look at the rate and stamps of the end effector's pose, if the state has one."""
    if observed.pose is None:
        return []
    most_s, least_hz = limits.max_state_age_s, 1 / limits.max_spread_s
    return [_check('pose', observed.pose, observed.seconds, most_s, least_hz)]


def check_camera_stream(
    robot: Robot, observed: Observed, name: str, limits: BufferSettings
) -> Finding:
    """Look at a camera's rate and stamps; one that may be missing only gives a warning."""
    stream = observed.cameras[name].stream
    finding = _check(
        f'camera {name}', stream, observed.seconds, limits.max_image_age_s, REPLAN_RATE_HZ
    )
    if not stream.stamps_ns and robot.cameras[name].missing == 'mask':
        return warning(finding.check, f'{finding.reason}; its slot is masked', finding.remedy)
    return finding


def _check(
    check: str, stream: Stream, seconds: float, max_age_s: float, least_rate_hz: float
) -> Finding:
    topic = stream.topic
    if not stream.stamps_ns:
        return _nothing(check, stream, seconds)
    if min(stream.stamps_ns) <= 0:
        return failure(check, f'{topic}: its stamp is not set', 'let the driver stamp it')
    if abs(stream.age_s) > max_age_s:
        where = 'old' if stream.age_s > 0 else 'in the future'
        return failure(
            check,
            f'{topic}: messages are {abs(stream.age_s):.3g} s {where} when they come '
            f'(limit {max_age_s:g} s)',
            'synchronise the clocks, or follow /clock: --ros-args -p use_sim_time:=true',
        )
    if not stream.rate_hz or 1 / stream.rate_hz > max_age_s:
        return failure(
            check,
            f'{topic}: {len(stream.stamps_ns)} messages in {seconds:g} s are too few: after '
            f'{max_age_s:g} s one is stale',
            'raise its rate, or the limit of the age in the policy node',
        )
    text = f'{topic}: {stream.rate_hz:.1f} Hz, {stream.age_s * 1e3:.0f} ms old on arrival'
    if stream.rate_hz < least_rate_hz:
        return warning(check, f'{text}, below {least_rate_hz:g} Hz', 'raise its rate')
    return passed(check, text)


def _nothing(check: str, stream: Stream, seconds: float) -> Finding:
    if stream.found_type:
        return failure(
            check,
            f'{stream.topic} carries {stream.found_type}',
            'set the transport (raw or compressed) or the topic of this camera accordingly',
        )
    others = ', '.join(stream.others) or 'none'
    return failure(
        check,
        f'nothing came on {stream.topic} in {seconds:g} s; topics of its kind: {others}',
        "start the driver, correct the topic in the robot's file, or remap it",
    )
