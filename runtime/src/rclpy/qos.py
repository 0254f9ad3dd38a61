# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service: the policies, profiles and presets of rclpy, and what DDS makes of them."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag
from typing import Any
import warnings

from ros_wire.dds import Quality
from ros_wire.limits import unsupported, unsupported_names

from rclpy.duration import Duration, Infinite

__getattr__ = unsupported_names(
    __name__,
    *('qos_profile_unknown', 'qos_profile_best_available'),
    *('DeadlineBestAvailable', 'LivelinessLeaseDurationeBestAvailable'),
)
#: No time given: DDS's default stands.
_UNSET = Duration()


class InvalidQoSProfileException(Exception):  # noqa: N818 rclpy's name
    """A profile lacks what it needs."""

    def __init__(self, *args: object) -> None:
        super().__init__('Invalid QoSProfile', *args)


class QoSPolicyKind(IntFlag):
    """The policies, as incompatibility events name them."""

    INVALID, DURABILITY, DEADLINE, LIVELINESS = 1, 2, 4, 8
    RELIABILITY, HISTORY, LIFESPAN, DEPTH = 16, 32, 64, 128
    LIVELINESS_LEASE_DURATION, AVOID_ROS_NAMESPACE_CONVENTIONS = 256, 512


def qos_policy_name_from_kind(policy_kind: int) -> str:
    """The name of a policy."""
    return str(QoSPolicyKind(policy_kind).name)


class QoSPolicyEnum(IntEnum):
    """Base of the policies' values."""

    @classmethod
    def short_keys(cls) -> list[str]:
        """The values' names in lower case."""
        return [key.lower() for key in cls.__members__]

    @classmethod
    def get_from_short_key(cls, name: str) -> int:
        """The value of a name in any case."""
        return cls[name.upper()].value

    @property
    def short_key(self) -> str:
        """This value's name in lower case."""
        return self.name.lower()


class HistoryPolicy(QoSPolicyEnum):
    """How many samples are kept."""

    SYSTEM_DEFAULT, KEEP_LAST, KEEP_ALL, UNKNOWN = 0, 1, 2, 3


class ReliabilityPolicy(QoSPolicyEnum):
    """Whether lost samples are sent again."""

    SYSTEM_DEFAULT, RELIABLE, BEST_EFFORT, UNKNOWN, BEST_AVAILABLE = 0, 1, 2, 3, 4


class DurabilityPolicy(QoSPolicyEnum):
    """Whether late subscriptions get earlier samples."""

    SYSTEM_DEFAULT, TRANSIENT_LOCAL, VOLATILE, UNKNOWN, BEST_AVAILABLE = 0, 1, 2, 3, 4


class LivelinessPolicy(QoSPolicyEnum):
    """Who asserts that a publisher lives."""

    SYSTEM_DEFAULT, AUTOMATIC, MANUAL_BY_TOPIC, UNKNOWN, BEST_AVAILABLE = 0, 1, 3, 4, 5


QoSHistoryPolicy, QoSReliabilityPolicy = HistoryPolicy, ReliabilityPolicy
QoSDurabilityPolicy, QoSLivelinessPolicy = DurabilityPolicy, LivelinessPolicy


class QoSProfile:
    """Policies of a publisher, subscription, client or service."""

    history: HistoryPolicy = HistoryPolicy.KEEP_LAST
    depth: int = 10
    reliability: ReliabilityPolicy = ReliabilityPolicy.RELIABLE
    durability: DurabilityPolicy = DurabilityPolicy.VOLATILE
    lifespan: Duration = _UNSET
    deadline: Duration = _UNSET
    liveliness: LivelinessPolicy = LivelinessPolicy.SYSTEM_DEFAULT
    liveliness_lease_duration: Duration = _UNSET
    avoid_ros_namespace_conventions: bool = False

    def __init__(self, **policies: Any) -> None:
        names = type(self).__annotations__
        assert policies.keys() <= names.keys(), f'Invalid arguments: {policies.keys()}'
        if 'depth' not in policies and 'history' not in policies:
            raise InvalidQoSProfileException('History and/or depth settings are required.')
        if policies.get('history') == HistoryPolicy.KEEP_LAST and 'depth' not in policies:
            raise InvalidQoSProfileException('History set to KEEP_LAST without a depth setting.')
        for name in names:
            setattr(self, name, policies.get(name, getattr(type(self), name)))

    def __setattr__(self, name: str, value: Any) -> None:
        """Check the type of a policy."""
        kind = type(getattr(QoSProfile, name))
        if issubclass(kind, QoSPolicyEnum) and isinstance(value, int):
            value = kind(value)
        assert isinstance(value, kind), f'{name} must be {kind.__name__}, not {value!r}'
        if name == 'depth' and value == 0 and self.history == HistoryPolicy.KEEP_LAST:
            warnings.warn(
                "A zero depth with KEEP_LAST doesn't make sense; no data could be stored. "
                'This will be interpreted as SYSTEM_DEFAULT',
                stacklevel=2,
            )
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same."""
        return isinstance(other, QoSProfile) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # profiles are mutable

    def __str__(self) -> str:
        """The object as text."""
        return f'QoSProfile({", ".join(f"{k}={v}" for k, v in vars(self).items())})'

    __repr__ = __str__

    def to_dds(self) -> Quality:
        """
        The policies as DDS endpoints take them.

        :raises NotImplementedError: a policy that this runtime doesn't support.
        """
        if self.avoid_ros_namespace_conventions:
            raise unsupported('rclpy QoSProfile.avoid_ros_namespace_conventions')
        for policy in (self.reliability, self.durability, self.liveliness):
            if policy.name == 'BEST_AVAILABLE':
                raise unsupported('rclpy QoS policy BEST_AVAILABLE')
        return Quality(
            depth=max(self.depth, 1),
            keep_all=self.history == HistoryPolicy.KEEP_ALL,
            reliable=self.reliability != ReliabilityPolicy.BEST_EFFORT,
            transient_local=self.durability == DurabilityPolicy.TRANSIENT_LOCAL,
            lifespan_ns=_finite_ns(self.lifespan),
            deadline_ns=_finite_ns(self.deadline),
            manual_liveliness=self.liveliness == LivelinessPolicy.MANUAL_BY_TOPIC,
            lease_ns=_finite_ns(self.liveliness_lease_duration),
        )


def _finite_ns(span: Duration) -> int | None:
    return span.nanoseconds if _UNSET < span < Infinite else None


def as_profile(qos: QoSProfile | int) -> QoSProfile:
    """
    A profile, from one or from a depth.

    :raises TypeError: neither.
    :raises ValueError: a negative depth.
    """
    if isinstance(qos, QoSProfile):
        return qos
    if not isinstance(qos, int):
        raise TypeError(f'Expected QoSProfile or int, but received {type(qos)!r}')
    if qos < 0:
        raise ValueError('history depth must be greater than or equal to zero')
    return QoSProfile(depth=qos)


_BEST_EFFORT, _LATCHED = ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.TRANSIENT_LOCAL
qos_profile_default = qos_profile_services_default = QoSProfile(depth=10)
qos_profile_system_default = QoSProfile(
    history=HistoryPolicy.SYSTEM_DEFAULT,
    depth=0,
    reliability=ReliabilityPolicy.SYSTEM_DEFAULT,
    durability=DurabilityPolicy.SYSTEM_DEFAULT,
)
qos_profile_sensor_data = QoSProfile(depth=5, reliability=_BEST_EFFORT)
qos_profile_parameters = qos_profile_parameter_events = QoSProfile(depth=1000)
qos_profile_action_status_default = QoSProfile(depth=1, durability=_LATCHED)
qos_profile_rosout_default = QoSProfile(
    depth=1000, durability=_LATCHED, lifespan=Duration(seconds=10)
)


class QoSPresetProfiles(Enum):
    """The ready-made profiles."""

    DEFAULT = qos_profile_default
    SYSTEM_DEFAULT = qos_profile_system_default
    SENSOR_DATA = qos_profile_sensor_data
    SERVICES_DEFAULT = qos_profile_services_default
    PARAMETERS = qos_profile_parameters
    PARAMETER_EVENTS = qos_profile_parameter_events
    ACTION_STATUS_DEFAULT = qos_profile_action_status_default

    @classmethod
    def short_keys(cls) -> list[str]:
        """The profiles' names in lower case."""
        return [key.lower() for key in cls.__members__]

    @classmethod
    def get_from_short_key(cls, name: str) -> QoSProfile:
        """The profile of a name in any case."""
        return cls[name.upper()].value


class QoSCompatibility(IntEnum):
    """Whether a publisher and a subscription can match."""

    OK, WARNING, ERROR = 0, 1, 2


# What doesn't fit: policy, offered, requested.
_MISFITS = (
    ('reliability', ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE),
    ('durability', DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL),
    ('liveliness', LivelinessPolicy.AUTOMATIC, LivelinessPolicy.MANUAL_BY_TOPIC),
)


def qos_check_compatible(
    publisher_qos: QoSProfile, subscription_qos: QoSProfile
) -> tuple[QoSCompatibility, str]:
    """Whether a publisher and a subscription can match, and why not."""
    errors, doubts = [], []
    for policy, less, more in _MISFITS:
        offered, requested = getattr(publisher_qos, policy), getattr(subscription_qos, policy)
        offers_any, requests_any = (
            choice.name in {'SYSTEM_DEFAULT', 'UNKNOWN'} for choice in (offered, requested)
        )
        text = f'{policy}: publisher {offered.name}, subscription {requested.name};'
        if (offered, requested) == (less, more):
            errors.append(f'ERROR: {text}')
        elif (offers_any and (requests_any or requested == more)) or (
            offered == less and requests_any
        ):
            doubts.append(f'WARNING: {text}')
    for policy in ('deadline', 'liveliness_lease_duration'):
        offered, requested = getattr(publisher_qos, policy), getattr(subscription_qos, policy)
        if requested != _UNSET and (offered == _UNSET or requested < offered):
            errors.append(f'ERROR: {policy}: publisher {offered}, subscription {requested};')
    if errors:
        return QoSCompatibility.ERROR, ''.join(errors)
    return QoSCompatibility.WARNING if doubts else QoSCompatibility.OK, ''.join(doubts)
