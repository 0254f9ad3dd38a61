# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How well chunks are joined under delay: the executor's strategies beside what others do.

- :mod:`.policies` makes chunks for instants, of a known motion or a recorded one,
- :mod:`.server` lets them come late,
- :mod:`.ours` and :mod:`.others` turn them into commands,
- :mod:`.trace` runs one of these in simulated time, :mod:`.measures` says how it was,
- :mod:`.goals`, :mod:`.table` and :mod:`.plot` tell it, and :mod:`.record` made the recording.

Run it with ``python -m benchmarks.seams``; doc/seams.md says how to read the result.
"""
