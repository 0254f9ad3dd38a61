# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The pictures themselves: can they be read, do they show something, do they change.

Whether a camera looks where its slot's camera looked in training, and whether red is red, only a
person can tell: from the contact sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from pi0_ros.preflight.findings import Finding, failure, passed, warning
from pi0_ros.preflight.observed import CameraSeen, Picture

# Of 255. A dark room gives more than a covered lens.
BLACK = 8.0


def check_pictures(name: str, seen: CameraSeen, side: int) -> Finding:
    """
    Look at the pictures of a camera that has sent some.

    :param side: of the model's own square [px].
    """
    check = f'picture {name}'
    if seen.problem:
        return failure(check, seen.problem, 'use an encoding that is supported')
    first, last = seen.pictures[0], seen.pictures[-1]
    height, width = last.shape[:2]
    text = f'{width}x{height} {seen.encoding}, mean brightness {last.mean():.0f} of 255'
    if last.mean() < BLACK:
        return warning(check, f'{text}: black', 'take the cap off, switch on the light')
    if len(seen.stream.stamps_ns) > 1 and np.array_equal(first, last):
        return warning(
            check,
            f'{text}: frozen, the first and the last one are the same in every pixel',
            'restart the driver; a simulated camera before which nothing moves does this too',
        )
    if 'mono' in seen.encoding:
        return warning(check, f'{text}: without colour', 'use a camera with colour')
    if max(height, width) < side:
        return warning(
            check, f'{text}: enlarged to {side} pixels', 'let the camera send larger pictures'
        )
    return passed(check, text)


def check_black(pictures: Mapping[str, Picture]) -> list[Finding]:
    """Look at one picture of each camera, by its name, for blackness alone."""
    return [
        warning(f'picture {name}', 'it is black', 'take the cap off, switch on the light')
        for name, picture in pictures.items()
        if picture.mean() < BLACK
    ]


def check_routing(cameras: Mapping[str, CameraSeen]) -> list[Finding]:
    """Look for two cameras that show the same, pixel by pixel."""
    shown = {name: seen.pictures[-1] for name, seen in cameras.items() if seen.pictures}
    return [
        warning(
            'camera routing',
            f'{one} and {other} show the same picture',
            'give each its own topic; look at the contact sheet',
        )
        for one, other in combinations(shown, 2)
        if np.array_equal(shown[one], shown[other]) and shown[one].mean() >= BLACK
    ]
