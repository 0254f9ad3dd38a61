# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service: policies, profiles, presets and what fits (rclpy/qos.py, rmw's headers)."""

import pytest
from rclpy import qos
from rclpy.duration import Duration
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    InvalidQoSProfileException,
    LivelinessPolicy,
    QoSCompatibility,
    QoSPolicyKind,
    QoSPresetProfiles,
    QoSProfile,
    ReliabilityPolicy,
    qos_check_compatible,
    qos_policy_name_from_kind,
)

BEST_EFFORT = ReliabilityPolicy.BEST_EFFORT
LATCHED = DurabilityPolicy.TRANSIENT_LOCAL


def test_values_of_the_policies():
    # rmw/types.h
    assert [(p.name, p.value) for p in HistoryPolicy] == [
        ('SYSTEM_DEFAULT', 0), ('KEEP_LAST', 1), ('KEEP_ALL', 2), ('UNKNOWN', 3),
    ]  # fmt: skip
    assert [(p.name, p.value) for p in ReliabilityPolicy][:4] == [
        ('SYSTEM_DEFAULT', 0), ('RELIABLE', 1), ('BEST_EFFORT', 2), ('UNKNOWN', 3),
    ]  # fmt: skip
    assert [(p.name, p.value) for p in DurabilityPolicy][:4] == [
        ('SYSTEM_DEFAULT', 0), ('TRANSIENT_LOCAL', 1), ('VOLATILE', 2), ('UNKNOWN', 3),
    ]  # fmt: skip
    assert [(p.name, p.value) for p in LivelinessPolicy][:4] == [
        ('SYSTEM_DEFAULT', 0), ('AUTOMATIC', 1), ('MANUAL_BY_TOPIC', 3), ('UNKNOWN', 4),
    ]  # fmt: skip


def test_older_names_of_the_policies():
    assert qos.QoSHistoryPolicy is HistoryPolicy
    assert qos.QoSReliabilityPolicy is ReliabilityPolicy
    assert qos.QoSDurabilityPolicy is DurabilityPolicy
    assert qos.QoSLivelinessPolicy is LivelinessPolicy


def test_policies_as_text():
    assert HistoryPolicy.short_keys() == ['system_default', 'keep_last', 'keep_all', 'unknown']
    assert HistoryPolicy.get_from_short_key('KEEP_last') == HistoryPolicy.KEEP_LAST.value
    assert DurabilityPolicy.TRANSIENT_LOCAL.short_key == 'transient_local'
    with pytest.raises(KeyError):
        HistoryPolicy.get_from_short_key('keep_some')


def test_kinds_of_policies():
    # rmw/qos_policy_kind.h
    assert QoSPolicyKind.DURABILITY == 2
    assert QoSPolicyKind.RELIABILITY == 16
    assert qos_policy_name_from_kind(QoSPolicyKind.DURABILITY) == 'DURABILITY'
    assert qos_policy_name_from_kind(16) == 'RELIABILITY'


def test_defaults_of_a_profile():
    # rmw_qos_profile_default
    profile = QoSProfile(depth=7)
    assert (profile.history, profile.depth) == (HistoryPolicy.KEEP_LAST, 7)
    assert profile.reliability == ReliabilityPolicy.RELIABLE
    assert profile.durability == DurabilityPolicy.VOLATILE
    assert profile.liveliness == LivelinessPolicy.SYSTEM_DEFAULT
    for span in (profile.deadline, profile.lifespan, profile.liveliness_lease_duration):
        assert span == Duration()
    assert profile.avoid_ros_namespace_conventions is False


def test_a_profile_needs_history_or_depth():
    assert QoSProfile(history=HistoryPolicy.KEEP_ALL).history == HistoryPolicy.KEEP_ALL
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile()
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile(reliability=ReliabilityPolicy.RELIABLE)
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile(history=HistoryPolicy.KEEP_LAST)


def test_an_unknown_policy_or_a_wrong_type_is_refused():
    with pytest.raises(AssertionError):
        QoSProfile(depth=1, priority=2)
    with pytest.raises(AssertionError):
        QoSProfile(depth='1')
    with pytest.raises(AssertionError):
        QoSProfile(depth=1, deadline=0.5)
    profile = QoSProfile(depth=1)
    with pytest.raises(AssertionError):
        profile.reliability = 'reliable'
    with pytest.raises(ValueError, match='77'):
        profile.reliability = 77


def test_numbers_become_policies():
    profile = QoSProfile(depth=1, reliability=2)
    assert profile.reliability is ReliabilityPolicy.BEST_EFFORT
    profile.durability = 1
    assert profile.durability is DurabilityPolicy.TRANSIENT_LOCAL


def test_profiles_are_compared_by_their_policies():
    assert QoSProfile(depth=1) == QoSProfile(depth=1, history=HistoryPolicy.KEEP_LAST)
    assert QoSProfile(depth=1) != QoSProfile(depth=2)
    assert QoSProfile(depth=1) != QoSProfile(depth=1, lifespan=Duration(seconds=1))


def test_a_depth_of_zero_is_warned_of():
    with pytest.warns(UserWarning, match='zero depth'):
        QoSProfile(depth=0)
    profile = QoSProfile(depth=1)
    with pytest.warns(UserWarning, match='zero depth'):
        profile.depth = 0


@pytest.mark.parametrize(
    ('preset', 'depth', 'reliability', 'durability'),
    [
        ('default', 10, 'RELIABLE', 'VOLATILE'),
        ('sensor_data', 5, 'BEST_EFFORT', 'VOLATILE'),
        ('services_default', 10, 'RELIABLE', 'VOLATILE'),
        ('parameters', 1000, 'RELIABLE', 'VOLATILE'),
        ('parameter_events', 1000, 'RELIABLE', 'VOLATILE'),
        ('action_status_default', 1, 'RELIABLE', 'TRANSIENT_LOCAL'),
    ],
)
def test_presets(preset, depth, reliability, durability):
    # rmw/qos_profiles.h, rcl_action/default_qos.h
    profile = QoSPresetProfiles.get_from_short_key(preset)
    assert profile == getattr(qos, f'qos_profile_{preset}')
    assert preset in QoSPresetProfiles.short_keys()
    assert (profile.history, profile.depth) == (HistoryPolicy.KEEP_LAST, depth)
    assert profile.reliability.name == reliability
    assert profile.durability.name == durability


def test_the_system_default():
    profile = QoSPresetProfiles.SYSTEM_DEFAULT.value
    assert profile == qos.qos_profile_system_default
    for policy in (profile.history, profile.reliability, profile.durability):
        assert policy.name == 'SYSTEM_DEFAULT'


@pytest.mark.parametrize(
    ('offered', 'requested', 'expected'),
    [
        ({}, {}, 'OK'),
        ({}, {'reliability': BEST_EFFORT}, 'OK'),
        ({'reliability': BEST_EFFORT}, {}, 'ERROR'),
        ({'durability': LATCHED}, {}, 'OK'),
        ({}, {'durability': LATCHED}, 'ERROR'),
        ({'deadline': Duration(seconds=1)}, {'deadline': Duration(seconds=2)}, 'OK'),
        ({'deadline': Duration(seconds=2)}, {'deadline': Duration(seconds=1)}, 'ERROR'),
        ({}, {'deadline': Duration(seconds=1)}, 'ERROR'),
        ({'reliability': ReliabilityPolicy.SYSTEM_DEFAULT}, {}, 'WARNING'),
        ({}, {'reliability': ReliabilityPolicy.SYSTEM_DEFAULT}, 'OK'),
        ({'durability': DurabilityPolicy.SYSTEM_DEFAULT}, {'durability': LATCHED}, 'WARNING'),
    ],
)
def test_compatibility(offered, requested, expected):
    # rmw_dds_common/src/qos.cpp
    common = {'depth': 1, 'liveliness': LivelinessPolicy.AUTOMATIC}
    publisher, subscription = QoSProfile(**common, **offered), QoSProfile(**common, **requested)
    outcome, reason = qos_check_compatible(publisher, subscription)
    assert outcome == getattr(QoSCompatibility, expected)
    assert bool(reason) == (expected != 'OK')
