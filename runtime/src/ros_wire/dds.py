# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Writers, readers and wait sets: whole CDR buffers over Cyclone DDS, named as rmw_cyclonedds does.

Takes topic names as they stand on the wire (`rt/...`), ROS type names and QoS; gives bytes. This
is the narrow place where another transport could stand. Knows no message class but the graph's.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
import os
import struct
import threading
from typing import Any, NamedTuple

from cyclonedds import core
from cyclonedds._clayer import ddspy_take
from cyclonedds.core import Policy, Qos
from cyclonedds.domain import Domain, DomainParticipant
from cyclonedds.idl import make_idl_struct
from cyclonedds.pub import DataWriter
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic

from ros_wire import library
from ros_wire.dds_config import domain_configuration
from ros_wire.definitions import type_label
from ros_wire.library import LIBRARY

_ANY = core.SampleState.Any | core.ViewState.Any | core.InstanceState.Any
_BLOCKING_NS = 10**9  # that a write waits for room in the history
_domains: dict[int, Domain] = {}
# What a GUID begins with (DDSI-RTPS 2.5, 9.3.1.5: the vendor's number).
_VENDORS = {b'\x01\x10': 'Cyclone DDS', b'\x01\x0f': 'Fast DDS', b'\x01\x01': 'Connext DDS'}


@dataclass(frozen=True)
class Quality:
    """The QoS policies that ROS sets on an endpoint; None leaves DDS's default."""

    depth: int = 10
    keep_all: bool = False
    reliable: bool = True
    transient_local: bool = False
    lifespan_ns: int | None = None
    deadline_ns: int | None = None
    manual_liveliness: bool = False
    lease_ns: int | None = None
    ignore_local: bool = False


class Sample(NamedTuple):
    """One sample as taken: CDR with its header."""

    data: bytes
    source_stamp_ns: int
    writer_handle: int


def dds_qos(quality: Quality, user_data: str) -> Qos:
    """The endpoint QoS that rmw_cyclonedds's create_readwrite_qos sets."""
    history = (
        Policy.History.KeepAll if quality.keep_all else Policy.History.KeepLast(quality.depth)
    )
    reliable = Policy.Reliability.Reliable(_BLOCKING_NS)
    lives = Policy.Liveliness
    liveliness = lives.ManualByTopic if quality.manual_liveliness else lives.Automatic
    policies = [
        Policy.WriterDataLifecycle(autodispose=False),
        Policy.DataRepresentation(use_cdrv0_representation=True),
        reliable if quality.reliable else Policy.Reliability.BestEffort,
        Policy.Userdata(user_data.encode()),
        history,
        liveliness(quality.lease_ns or library.FOREVER_NS),
    ]
    if quality.transient_local:
        policies.append(Policy.Durability.TransientLocal)
        policies.append(Policy.DurabilityService(0, history, -1, -1, -1))
    spans = {Policy.Lifespan: quality.lifespan_ns, Policy.Deadline: quality.deadline_ns}
    policies += [policy(span_ns) for policy, span_ns in spans.items() if span_ns]
    if quality.ignore_local:
        policies.append(Policy.IgnoreLocal.Participant)
    return Qos(*policies)


def _type_of(ros_type: str) -> type[Any]:
    """
    An empty type of the right name: the C layer then takes any content.

    A fresh class for each topic, because the C layer shares its type description by class.
    """
    package, kind, name = ros_type.split('/')
    made: type[Any] = make_idl_struct(name + '_', f'{package}.{kind}.dds_.{name}_', {})
    return made


class Endpoint:
    """A writer or reader: its DDS entity, GUID and handle."""

    peers = ''

    def __init__(self, entity: Any) -> None:
        self.entity = entity
        self.ref: int = entity._ref  # noqa: SLF001 what the C library takes
        self.guid: bytes = entity.guid.bytes
        self.handle: int = entity.get_instance_handle() & (2**64 - 1)

    def peer(self, handle: int) -> Any:
        """The description of a matched peer; None if it has gone."""
        return getattr(self.entity, f'get_matched_{self.peers}_data')(handle)

    def matched(self) -> dict[int, Any]:
        """The matched peers' descriptions by their handles."""
        handles = getattr(self.entity, f'get_matched_{self.peers}s')()
        found = {handle: self.peer(handle) for handle in handles}
        return {handle: data for handle, data in found.items() if data is not None}

    def close(self) -> None:
        """Delete it; peers see it go."""
        self.entity.__del__()  # the wrapper has no other way; calling it twice is harmless


class Writer(Endpoint):
    """Writes CDR."""

    peers = 'subscription'

    def write(self, data: bytearray) -> None:
        """Write one sample; blocks for a second at most where a reliable history is full."""
        library.write(self.ref, data)


class Reader(Endpoint):
    """Takes CDR; `condition_ref` is what a wait set attaches."""

    peers = 'publication'

    def __init__(self, entity: Any) -> None:
        super().__init__(entity)
        self._condition = core.ReadCondition(entity, _ANY)
        self.condition_ref: int = self._condition._ref  # noqa: SLF001 as above

    def take(self) -> Sample | None:
        """The oldest sample, or None."""
        while True:
            taken = ddspy_take(self.ref, _ANY, 1)
            if not isinstance(taken, list) or not taken:
                return None
            data, info = taken[0]
            if info.valid_data:
                return Sample(data, info.source_timestamp, info.publication_handle)

    def writer_of(self, sample: Sample) -> Any:
        """The description of a sample's writer; None if it has gone."""
        return self.peer(sample.writer_handle)

    def close(self) -> None:
        """Delete it and its condition."""
        self._condition.__del__()
        super().close()


def peer(description: Any) -> str:
    """Who a peer's endpoint is: the maker of its DDS and its GUID, as `ros2 topic info -v` has."""
    if description is None:
        return 'one that has gone'
    guid = description.key.bytes
    return f'{_VENDORS.get(guid[:2], "another DDS")} {guid.hex(".")}'


def foreign(description: Any) -> str:
    """What to say of a service's peer without Cyclone's request ids: requests would be misread."""
    return (
        f"{peer(description)} doesn't speak the service protocol of rmw_cyclonedds_cpp: start it "
        'with RMW_IMPLEMENTATION=rmw_cyclonedds_cpp'
    )


def user_data(description: Any) -> str:
    """The text a peer's endpoint announces, e.g. `typehash=RIHS01_...;`."""
    if description is None or Policy.Userdata not in description.qos:
        return ''
    text: str = description.qos[Policy.Userdata].data.decode(errors='replace')
    return text


def _configured(domain_id: int) -> Domain:
    configuration = domain_configuration(os.environ)
    try:
        return Domain(domain_id, configuration)
    except core.DDSException as error:
        raise RuntimeError(
            f'domain {domain_id}: Cyclone DDS refuses its configuration; the last part of it is '
            f'yours, from CYCLONEDDS_URI: {configuration}'
        ) from error


class Participant:
    """
    A process' (or context's) place in a domain.

    :raises RuntimeError: Cyclone DDS can't be configured as CYCLONEDDS_URI says.
    :raises ValueError: ROS_AUTOMATIC_DISCOVERY_RANGE isn't one of ROS 2's.
    """

    def __init__(self, domain_id: int) -> None:
        library.keep_large_buffers()
        if domain_id not in _domains:
            _domains[domain_id] = _configured(domain_id)
        self.entity = DomainParticipant(domain_id, qos=Qos(Policy.Userdata(b'enclave=/;')))
        self.domain_id = domain_id
        self.guid: bytes = self.entity.guid.bytes
        self._topics: dict[tuple[str, str], Topic[Any]] = {}
        self._lock = threading.Lock()
        self._service_ids = 0

    def _place(self, name: str, ros_type: str, quality: Quality, label: str) -> tuple[Any, ...]:
        with self._lock:
            topic = self._topics.get((name, ros_type))
            if topic is None:
                topic = Topic(self.entity, name, _type_of(ros_type))
                library.strip_type_information(topic)
                self._topics[name, ros_type] = topic
        return self.entity, topic, dds_qos(quality, label + type_label(ros_type))

    def writer(self, name: str, ros_type: str, quality: Quality, label: str = '') -> Writer:
        """
        A writer.

        :param label: what stands before the type hash in the user data, e.g. `clientid=...;`.
        """
        return Writer(DataWriter(*self._place(name, ros_type, quality, label)))

    def reader(self, name: str, ros_type: str, quality: Quality, label: str = '') -> Reader:
        """A reader, see :meth:`writer`."""
        return Reader(DataReader(*self._place(name, ros_type, quality, label)))

    def new_service_id(self) -> str:
        """An identity for a client or service, in the form rmw_cyclonedds writes it."""
        with self._lock:
            self._service_ids += 1
            number = self.guid[:12] + struct.pack('>I', self._service_ids)
        return f'{number[0]:2x}' + ''.join(f'.{byte:x}' for byte in number[1:])

    def close(self) -> None:
        """Leave the domain: every endpoint goes too."""
        self.entity.__del__()


class Waiter:
    """A wait set whose members are numbered, with one condition of its own to wake it."""

    def __init__(self, participant: Participant) -> None:
        self._set = core.WaitSet(participant.entity)
        self._guard = core.GuardCondition(participant.entity)
        self._ref: int = self._set._ref  # noqa: SLF001 what the C library takes
        self._members: dict[int, int] = {}  # token -> DDS entity
        guard: int = self._guard._ref  # noqa: SLF001 as above
        library.check(LIBRARY.dds_waitset_attach(self._ref, guard, 0), 'attach')

    def wake(self) -> None:
        """End the wait that runs now, or the next one."""
        self._guard.set(True)

    def keep(self, wanted: dict[int, int]) -> None:
        """
        Make these the members.

        :param wanted: token (positive) -> DDS entity.
        """
        if wanted == self._members:
            return
        for token in self._members.keys() - wanted.keys():
            LIBRARY.dds_waitset_detach(self._ref, self._members.pop(token))
        for token in wanted.keys() - self._members.keys():
            # An entity that another thread has just deleted can't be attached any more.
            if LIBRARY.dds_waitset_attach(self._ref, wanted[token], token) >= 0:
                self._members[token] = wanted[token]

    def wait(self, timeout_ns: int | None) -> list[int]:
        """Tokens of the members that are ready, after at most `timeout_ns` (None: no limit)."""
        limit = library.FOREVER_NS if timeout_ns is None else timeout_ns
        tokens = (ctypes.c_ssize_t * (len(self._members) + 1))()
        count = LIBRARY.dds_waitset_wait(self._ref, tokens, len(tokens), limit)
        ready = list(tokens[: max(0, min(count, len(tokens)))])
        if 0 in ready:
            self._guard.set(False)
        return sorted(token for token in ready if token)
