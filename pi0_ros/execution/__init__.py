# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
From chunks of intended motion to commands that a robot can follow.

- :mod:`.timeline` reads one chunk at one instant,
- :mod:`.seams` joins a new chunk to what the robot was doing,
- :mod:`.velocities` leads joints that are told velocities through both,
- :mod:`.limits` keeps position, velocity and acceleration within bounds, :mod:`.jerk` jerk too,
- :mod:`.following` leads commands from chunk to chunk with all of these,
- :mod:`.stopping` says how a command would come to rest,
- :mod:`.settings` is what a user may choose,
- :mod:`.status` and :mod:`.report`, with the seams of :mod:`.meter`, are what a user is told,
- :mod:`.inputs` keeps what has arrived and says whether it can be relied on,
- :mod:`.operator` keeps what the operator has said,
- :mod:`.executor` decides, tick by tick, whether to follow, to brake or to be silent.

Nothing here knows ROS or the policy, and nothing reads a clock: time is an argument.
"""
