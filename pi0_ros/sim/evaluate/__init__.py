# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How often the robot does what it is told: policy, executor and simulated robot in lock-step.

Everything between the pictures and the joints is the code that drives a real robot; time is the
simulation's, so a result depends on seeds alone, not on the machine. A *trial* is one sentence in
one scene; a *condition* is a way to make trials easier or harder. Seeds from FIRST_SEED on are the
evaluation's own: demonstrations are made with smaller ones.
"""

FIRST_SEED = 1_000_000
