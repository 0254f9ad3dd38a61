# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
An aid for small models that learn from nothing: say which patches show what the sentence names.

Public π0 comes with eyes and words that know each other. A network of a million parameters finds
that link late or never from actions alone; a linear head that reads it off the image tokens makes
it find it in minutes (doc/demo-policy.md). The aid is no part of π0, its loss is added only when
it is asked for, and its head is not exported.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
import torch.nn.functional as F

from pi0_ros.model.pi0 import Pi0
from pi0_ros.policy.images import resize_with_pad
from pi0_ros.train.example import Example
from pi0_ros.types import InputError

CHANNELS = 2  # what is to be moved, and where it is to go
# A patch counts as marked if so much of it is.
LEAST_SHARE = 4 / 256
# Few patches are marked; one of them weighs as much as so many others.
POSITIVE_WEIGHT = 4.0


def patch_marks(
    example: Example, rotations_deg: Mapping[str, int], patches: int, size: int
) -> Tensor:
    """
    Return which patches are marked, (C * N, M) float32, N = patches².

    :param rotations_deg: how far each camera's picture is turned, cameras in the order of their
        slots [deg].
    :param patches: along a side of a picture; 0 gives an empty tensor.
    :param size: side of a picture as the model takes it, S [pixel].
    :raises InputError: if a camera has no marks, or they don't fit its picture.
    """
    if not patches:
        return torch.empty(0)
    rows = []
    for camera, rotate_deg in rotations_deg.items():
        marks = (example.marks or {}).get(camera)
        picture = example.observation.images.get(camera)
        if marks is None or picture is None:
            raise InputError(f'camera {camera}: marks: expected for a picture, found none')
        if marks.shape != (CHANNELS, *picture.shape[:2]):
            raise InputError(
                f'camera {camera}: marks: expected {CHANNELS} of the size of the picture '
                f'{picture.shape[:2]}, found shape {marks.shape}'
            )
        # Through the same turning, shrinking and padding as the picture itself.
        white = np.moveaxis(marks, 0, -1).astype(np.uint8) * 255  # (h, w, M)
        fitted = resize_with_pad(white, size, rotate_deg)  # (M, S, S)
        share = F.avg_pool2d(fitted.float() / 255, size // patches)  # (M, patches, patches)
        rows.append((share >= LEAST_SHARE).float().flatten(1).T)
    return torch.cat(rows)


class Grounding(nn.Module):
    """
    A linear head on the image tokens as they enter the prefix's last layer.

    Later than that would be too late: the expert sees the keys and values of that layer, not what
    comes out of it.

    :param model: listened to by a hook; not a part of this module.
    """

    def __init__(self, model: Pi0) -> None:
        super().__init__()
        self.head = nn.Linear(model.config.text.width, CHANNELS)
        self._seen: list[Tensor] = []
        model.text.stack[-1].input_layernorm.register_forward_pre_hook(self._listen)

    def _listen(self, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self._seen = [inputs[0]]

    def loss(self, marks: Tensor) -> Tensor:
        """
        Return the mean binary cross-entropy for the prefix that went through the model last.

        :param marks: (B, C * N, M).
        """
        tokens = self._seen.pop()[:, : marks.shape[1]]
        weight = torch.tensor(POSITIVE_WEIGHT, device=tokens.device)
        logits = self.head(tokens.float())
        return F.binary_cross_entropy_with_logits(logits, marks, pos_weight=weight)
