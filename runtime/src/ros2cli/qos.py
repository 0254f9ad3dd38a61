# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0

"""
Quality of service on the command line.

Takes the --qos-* options; gives rclpy profiles, and one that fits what publishers offer.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
import copy
from typing import Any

from rclpy.qos import DurabilityPolicy, QoSPresetProfiles, QoSProfile, ReliabilityPolicy

_POLICIES = ('history', 'reliability', 'durability', 'liveliness')


def arguments(preset: str) -> str:
    """The options, with the preset that is the default."""
    profile = QoSPresetProfiles.get_from_short_key(preset)
    presets = dict.fromkeys((preset, *QoSPresetProfiles.short_keys()))
    keys = {name: '|'.join(getattr(profile, name).short_keys()) for name in _POLICIES}
    policies = ' '.join(f'--qos-{name}=|{choices}' for name, choices in keys.items())
    return f'--qos-profile={"|".join(presets)} --qos-depth=int {policies}'


def profile_of(args: argparse.Namespace) -> QoSProfile:
    """The preset with the policies that are given."""
    profile = copy.copy(QoSPresetProfiles.get_from_short_key(args.qos_profile))
    for name in _POLICIES:
        if key := getattr(args, f'qos_{name}'):
            setattr(profile, name, getattr(profile, name).get_from_short_key(key))
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
    asked = any(getattr(args, f'qos_{name}') is not None for name in (*_POLICIES, 'depth'))
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
