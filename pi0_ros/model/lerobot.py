# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a LeRobot folder says beside its weights: its configuration, and the steps around the model.

Read are the folders of LeRobot 0.4 to 0.6 (huggingface/lerobot, src/lerobot/policies/pi0 and pi05,
src/lerobot/processor). A step or an option that this package would not follow is refused. This
module reads JSON only; the numbers of a step lie in a file of its own that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import json
import logging
from pathlib import Path
from typing import Any, TypeVar

from pi0_ros.model.config import VisionConfig
from pi0_ros.types import InputError

PREPROCESSOR = 'policy_preprocessor.json'
POSTPROCESSOR = 'policy_postprocessor.json'
NORMALIZE, UNNORMALIZE = 'normalizer_processor', 'unnormalizer_processor'
# The first is what 0.5.1 called it.
TO_RELATIVE = ('delta_actions_processor', 'relative_actions_processor')
TO_ABSOLUTE = 'absolute_actions_processor'
IMAGES = 'observation.images.'

_RENAME, _TOKENIZE = 'rename_observations_processor', 'tokenizer_processor'
_PROMPT = {
    'pi0': 'pi0_new_line_processor',
    'pi05': 'pi05_prepare_state_tokenizer_processor_step',
}
_ONLY_MOVE = {'to_batch_processor', 'device_processor'}
_KNOWN = {
    PREPROCESSOR: _ONLY_MOVE | {_RENAME, _TOKENIZE, NORMALIZE, *TO_RELATIVE, *_PROMPT.values()},
    POSTPROCESSOR: _ONLY_MOVE | {UNNORMALIZE, TO_ABSOLUTE},
}
# A picture that no camera ever gives; the model is never to see it.
_EMPTY_CAMERA = 'empty_camera_'
# The first key that 0.5.1 wrote and 0.4 did not.
_NEW_KEY = 'use_relative_actions'
# Options of π0.5 that need parts this model does not have.
_UNSUPPORTED = ('use_visual_memory', 'use_proprioceptive_memory')

# LeRobot's word for openpi's (src/lerobot/policies/pi0/configuration_pi0.py).
_WORDS = {
    'max_action_dim': 'action_dim',
    'chunk_size': 'action_horizon',
    'tokenizer_max_length': 'max_token_len',
    'min_period': 'time_min_period',
    'max_period': 'time_max_period',
}

Option = TypeVar('Option')

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """
    One step before or after the model.

    :param where: file and step, for error texts.
    :param config: its options.
    :param state_file: the safetensors file with its numbers, if it has any.
    """

    where: str
    config: Mapping[str, Any]
    state_file: Path | None

    def option(self, key: str, kind: type[Option]) -> Option | None:
        """
        Return an option, None if it is absent or null.

        :raises InputError: if it is of another type.
        """
        value = self.config.get(key)
        if value is not None and not isinstance(value, kind):
            raise InputError(f'{self.where}: {key}: expected {kind.__name__}, found {value!r:.80}')
        return value


def is_lerobot(values: object) -> bool:
    """Tell from a parsed `config.json` whether LeRobot wrote it."""
    return isinstance(values, dict) and 'type' in values


def read_config(where: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a LeRobot configuration in the words of :mod:`pi0_ros.model.config_file`.

    :param where: its `config.json`, beside which the processors lie.
    :param values: the parsed file.
    :raises InputError: naming file and key of what is not π0 or π0.5, or not supported here.
    """
    family = values['type']
    if family not in tuple(_PROMPT):  # it may be unhashable
        raise InputError(f'{where}: type: expected one of {sorted(_PROMPT)}, found {family!r}')
    if on := [key for key in _UNSUPPORTED if values.get(key)]:
        raise InputError(f'{where}: {on[0]}: expected false, for this model has no such part')
    sizes, dims = values.get('vision'), values.get('max_action_dim')
    size = VisionConfig.image_size
    if isinstance(sizes, dict):
        size = sizes.get('image_size', size)
    for key, expected in (('max_state_dim', dims), ('image_resolution', [size, size])):
        if values.get(key, expected) != expected:
            raise InputError(f'{where}: {key}: expected {expected}, found {values[key]!r}')
    steps = read_steps(where.parent, PREPROCESSOR)
    _check_prompt(where.parent, family, values, steps)
    return {_WORDS.get(key, key): value for key, value in values.items()} | {
        'pi05': family == 'pi05',
        'rules': values.get('rules') or _rules(where, values),
        'cameras': _cameras(where, values, steps),
    }


def read_steps(folder: Path, name: str) -> dict[str, Step]:
    """
    Return the steps of a processor file by their registered names.

    :param name: :data:`PREPROCESSOR` or :data:`POSTPROCESSOR`.
    :raises InputError: naming the file, if it is absent or garbled, or has a step that is not
        known here or stands twice.
    """
    path = folder / name
    steps: dict[str, Step] = {}
    try:
        for entry in json.loads(path.read_text(encoding='utf-8'))['steps']:
            key = entry.get('registry_name') or entry['class']
            if key not in _KNOWN[name] or key in steps:
                raise InputError(
                    f'{path}: step {key!r}: expected each of {sorted(_KNOWN[name])} at most once'
                )
            state = entry.get('state_file')
            file = folder / Path(state).name if state else None
            steps[key] = Step(f'{path}: {key}', {**(entry.get('config') or {})}, file)
    except OSError as error:
        raise InputError(
            f'{path}: {error.strerror}. LeRobot before 0.4 wrote none: its '
            'processor/migrate_policy_normalization.py does'
        ) from error
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise InputError(f'{path}: not a list of steps ({error!r})') from error
    return steps


def need(steps: Mapping[str, Step], name: str, path: Path) -> Step:
    """
    Return a step.

    :raises InputError: if the file has no such step.
    """
    if name not in steps:
        raise InputError(f'{path}: step {name} is missing, found {list(steps)}')
    return steps[name]


def _check_prompt(
    folder: Path, family: str, values: Mapping[str, Any], steps: Mapping[str, Step]
) -> None:
    """See that the prompt is made as this package makes it."""
    path = folder / PREPROCESSOR
    prompt, tokenize = need(steps, _PROMPT[family], path), need(steps, _TOKENIZE, path)
    expected = (
        (prompt, 'include_state_in_prompt', True),
        (prompt, 'max_state_dim', values.get('max_action_dim')),
        (tokenize, 'padding_side', 'right'),
        (tokenize, 'max_length', values.get('tokenizer_max_length')),
    )
    for step, key, wanted in expected:
        if wanted is not None and step.config.get(key, wanted) != wanted:
            raise InputError(f'{step.where}: {key}: expected {wanted}, found {step.config[key]!r}')


def _rules(where: Path, values: Mapping[str, Any]) -> str:
    if _NEW_KEY in values:
        return 'lerobot'
    _log.warning(
        '%s: LeRobot 0.4 and 0.5.0 write the same, but do not prepare pictures and prompts alike; '
        'taken as 0.4. If it was 0.5.0, add "rules": "lerobot"', where
    )  # fmt: skip
    return 'lerobot_0_4'


def _cameras(where: Path, values: Mapping[str, Any], steps: Mapping[str, Step]) -> list[list[str]]:
    """Return for each picture, in order, its own name and those that are renamed to it."""
    renames = (steps[_RENAME].option('rename_map', dict) or {}) if _RENAME in steps else {}
    features = values.get('input_features')
    if not isinstance(features, dict):
        raise InputError(f'{where}: input_features: expected a mapping, found {features!r}')
    cameras = []
    for key, feature in features.items():
        visual = isinstance(feature, dict) and feature.get('type') == 'VISUAL'
        if visual and not key.startswith(IMAGES + _EMPTY_CAMERA):
            names = [key, *(old for old, new in renames.items() if new == key)]
            cameras.append([name.removeprefix(IMAGES) for name in names])
    if not cameras:
        raise InputError(f'{where}: input_features: expected at least one picture, found none')
    return cameras
