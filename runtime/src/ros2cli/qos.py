# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
Quality of service on the command line.

Takes the --qos-* options; gives rclpy profiles, and for ``echo`` one that fits the publishers.
"""

from __future__ import annotations

import argparse
from typing import Any

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


def add_arguments(parser: argparse.ArgumentParser, default: str) -> None:
    """Describe the options."""
    presets = QoSPresetProfiles.short_keys()
    parser.add_argument('--qos-profile', choices=presets, default=default)
    parser.add_argument('--qos-depth', metavar='N', type=int)
    for name, policy in _POLICIES.items():
        parser.add_argument(f'--qos-{name}', choices=policy.short_keys())


def profile_of(args: argparse.Namespace) -> QoSProfile:
    """Return the preset with the policies that are given."""
    preset = QoSPresetProfiles.get_from_short_key(args.qos_profile)
    policies = {name: getattr(preset, name) for name in (*_POLICIES, 'depth')}
    for name, policy in _POLICIES.items():
        if key := getattr(args, f'qos_{name}'):
            policies[name] = policy.get_from_short_key(key)
    if args.qos_depth is not None:
        policies['depth'] = args.qos_depth
    return QoSProfile(**policies)


def profile_for(args: argparse.Namespace, publishers: list[Any]) -> QoSProfile:
    """
    Return what is asked for, or what all of the publishers can serve.

    :param publishers: what rclpy knows of them, get_publishers_info_by_topic().
    """
    profile = profile_of(args)
    names = (*_POLICIES, 'depth')
    if not publishers or any(getattr(args, f'qos_{name}') is not None for name in names):
        return profile
    offered = [info.qos_profile for info in publishers]
    reliable = [qos.reliability == ReliabilityPolicy.RELIABLE for qos in offered]
    latched = [qos.durability == DurabilityPolicy.TRANSIENT_LOCAL for qos in offered]
    for name, offers in (('RELIABLE', reliable), ('TRANSIENT_LOCAL', latched)):
        if any(offers) and not all(offers):
            print(f'Some, but not all, publishers are offering {name}. Falling back to less.')
    profile.reliability = (
        ReliabilityPolicy.RELIABLE if all(reliable) else ReliabilityPolicy.BEST_EFFORT
    )
    profile.durability = (
        DurabilityPolicy.TRANSIENT_LOCAL if all(latched) else DurabilityPolicy.VOLATILE
    )
    return profile
