# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy of one joint."""

import numpy as np

from pi0_ros.types import NS_PER_S, Chunk

TIMES_NS = np.arange(50) * NS_PER_S // 50


class Clock:
    """Means every joint to stand at the time in seconds, plus a number for every chunk before."""

    duration_s = 4.0

    def __init__(self, growth=0.0):
        self.growth = growth
        self.asked = []

    def reference(self, times_ns):
        return times_ns[:, None] / NS_PER_S

    def plan(self, stamp_ns, measured):
        positions = self.reference(stamp_ns + TIMES_NS) + self.growth * len(self.asked)
        self.asked.append((stamp_ns, float(measured[0])))
        return Chunk(stamp_ns, ('a',), TIMES_NS, positions)
