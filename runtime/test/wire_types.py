# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every type that goes over the wire."""

from pathlib import Path

from ros_wire.definitions import names

SOURCE = Path(__file__).parents[1] / 'src'
MESSAGES = [
    f'{folder.parent.name}/msg/{name}'
    for folder in sorted(SOURCE.glob('*/msg'))
    for name in names(f'{folder.parent.name}/msg')
]
HALVES = [
    f'{folder.parent.name}/srv/{name}_{half}'
    for folder in sorted(SOURCE.glob('*/srv'))
    for name in names(f'{folder.parent.name}/srv')
    for half in ('Request', 'Response')
]
TYPES = MESSAGES + HALVES
