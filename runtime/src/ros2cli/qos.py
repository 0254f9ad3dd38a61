# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0

"""
Quality of service on the command line.

Takes the --qos-* options; gives rclpy profiles, and one that fits what publishers offer.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from rclpy.duration import Duration
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSPresetProfiles,
    QoSProfile,
    ReliabilityPolicy,
)

_POLICIES: dict[str, Any] = {
    'history': HistoryPolicy,
    'reliability': ReliabilityPolicy,
    'durability': DurabilityPolicy,
    'liveliness': LivelinessPolicy,
}
_NUMBERS = {'depth': 'int', 'liveliness-lease-duration-seconds': 'float'}


def arguments(preset: str) -> str:
    """The options, with the preset that is the default."""
    presets = dict.fromkeys((preset, *QoSPresetProfiles.short_keys()))
    choices = {name: policy.short_keys() for name, policy in _POLICIES.items()}
    return ' '.join(
        (
            f'--qos-profile={"|".join(presets)}',
            *(f'--qos-{name}=|{"|".join(keys)}' for name, keys in choices.items()),
            *(f'--qos-{name}={kind}' for name, kind in _NUMBERS.items()),
        )
    )


def profile_of(args: argparse.Namespace) -> QoSProfile:
    """The preset with the policies that are given."""
    preset = QoSPresetProfiles.get_from_short_key(args.qos_profile)
    profile = QoSProfile(**{name: getattr(preset, name) for name in (*_POLICIES, 'depth')})
    for name, policy in _POLICIES.items():
        if key := getattr(args, f'qos_{name}'):
            setattr(profile, name, policy.get_from_short_key(key))
    if args.qos_liveliness_lease_duration_seconds is not None:
        lease = Duration(seconds=args.qos_liveliness_lease_duration_seconds)
        profile.liveliness_lease_duration = lease
    if args.qos_depth is not None:
        profile.depth = args.qos_depth
    elif profile.durability == DurabilityPolicy.TRANSIENT_LOCAL:
        profile.depth = max(1, profile.depth)
    return profile


def profile_for(args: argparse.Namespace, publishers: list[Any]) -> QoSProfile:
    """
    What is asked for, or what all of the publishers can serve.

    :param publishers: what rclpy knows of them, get_publishers_info_by_topic().
    """
    profile = profile_of(args)
    given = {name for name, value in vars(args).items() if value is not None}
    asked = any(name.startswith('qos_') for name in given - {'qos_profile'})
    if publishers and not asked:
        adapt(profile, publishers, print)
    return profile


def adapt(profile: QoSProfile, publishers: list[Any], warn: Callable[[str], object]) -> None:
    """Make a subscription's profile one that all of the publishers can serve."""
    for name, best, fallback in (
        ('reliability', ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT),
        ('durability', DurabilityPolicy.TRANSIENT_LOCAL, DurabilityPolicy.VOLATILE),
    ):
        offers = [getattr(info.qos_profile, name) == best for info in publishers]
        setattr(profile, name, best if all(offers) else fallback)
        if any(offers) and not all(offers):
            kind = f'QoS{type(best).__name__}'
            warn(
                f'Some, but not all, publishers are offering {kind}.{best.name}. Falling back to '
                f'{kind}.{fallback.name} as it will connect to all publishers'
            )
