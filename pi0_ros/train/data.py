# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Examples as the model's tensors: what the robot at work prepares, and the actions to learn."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.utils.data import Dataset

from pi0_ros.policy.preprocess import Encoded, Preprocessor
from pi0_ros.robots.spec import Robot
from pi0_ros.train.example import Examples
from pi0_ros.train.grounding import patch_marks
from pi0_ros.types import InputError


class Item(NamedTuple):
    """
    An example in tensors; stacked along a new first axis, a batch.

    :param encoded: of the observation.
    :param actions: normalised, padded with zeros, (H, A) float32.
    :param marks: which patches show what the sentence speaks of, (C * N, M) float32, or an empty
        tensor if they are not asked for.
    """

    encoded: Encoded
    actions: Tensor
    marks: Tensor


class Items(Dataset[Item]):
    """
    Examples, prepared one by one.

    :param patches: patches along a side of a picture, for the marks; 0 leaves them out.
    """

    def __init__(
        self, examples: Examples, preprocessor: Preprocessor, robot: Robot, patches: int
    ) -> None:
        self._examples = examples
        self._preprocessor = preprocessor
        cameras = robot.cameras
        self._rotations_deg = {name: cameras[name].rotate_deg for name in preprocessor.cameras}
        self._patches = patches

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self._examples)

    def __getitem__(self, index: int) -> Item:
        """
        Prepare an example.

        :raises InputError: naming the example, if something in it can't be used.
        """
        try:
            example = self._examples[index]
            encoded = self._preprocessor.encode(example.observation)
            state = example.observation.state
            actions = self._preprocessor.encode_actions(example.targets, state)
            size = encoded.pixels.shape[-1]
            marks = patch_marks(example, self._rotations_deg, self._patches, size)
        except InputError as error:
            raise InputError(f'example {index}: {error}') from error
        return Item(encoded, actions, marks)
