# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What Cyclone DDS notes about an endpoint: matches, and peers with incompatible QoS."""

from __future__ import annotations

import ctypes

from ros_wire.dds import Endpoint, Writer
from ros_wire.library import LIBRARY, check

# DDS_*_STATUS of the DDS specification: (writer, reader).
_INCOMPATIBLE = {True: 1 << 3, False: 1 << 4}
_MATCHED = {True: 1 << 11, False: 1 << 12}


class IncompatibleQos(ctypes.Structure):
    """Peers that can't match: how many, how many more, and DDS's number of the last's policy."""

    _fields_ = (
        ('total_count', ctypes.c_uint32),
        ('total_count_change', ctypes.c_int32),
        ('policy_id', ctypes.c_uint32),
    )


class Matched(ctypes.Structure):
    """Peers that matched: `total_count`, `current_count`, and the change of each."""

    _fields_ = (
        ('total_count', ctypes.c_uint32),
        ('total_count_change', ctypes.c_int32),
        ('current_count', ctypes.c_uint32),
        ('current_count_change', ctypes.c_int32),
        ('last_peer', ctypes.c_int64),
    )


class Statuses:
    """The statuses of one endpoint; `condition_ref` is what a wait set attaches."""

    def __init__(self, endpoint: Endpoint, *, matched: bool) -> None:
        self.condition_ref = endpoint.ref
        is_writer = isinstance(endpoint, Writer)
        mask = _INCOMPATIBLE[is_writer] | (_MATCHED[is_writer] if matched else 0)
        check(LIBRARY['dds_set_status_mask'](endpoint.ref, ctypes.c_uint32(mask)), 'status mask')
        side = ('offered', 'publication') if is_writer else ('requested', 'subscription')
        # By index a function is new, without the argument types that the wrapper sets on its own.
        self._read_incompatible = LIBRARY[f'dds_get_{side[0]}_incompatible_qos_status']
        self._read_matched = LIBRARY[f'dds_get_{side[1]}_matched_status']

    def take_incompatible_qos(self) -> IncompatibleQos | None:
        """What came since the last time, if anything."""
        status = IncompatibleQos()
        failed = self._read_incompatible(self.condition_ref, ctypes.byref(status))
        return None if failed or not status.total_count_change else status

    def take_matched(self) -> Matched | None:
        """What changed since the last time, if anything."""
        status = Matched()
        failed = self._read_matched(self.condition_ref, ctypes.byref(status))
        changed = status.total_count_change or status.current_count_change
        return None if failed or not changed else status
