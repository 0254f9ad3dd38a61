# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
``config.json`` to sizes and back. Knows no tensors: what only they tell comes in as arguments.

Two dialects are read; :mod:`pi0_ros.model.lerobot` translates LeRobot's:

- openpi's: ``action_dim, action_horizon, paligemma_variant, action_expert_variant``;
- openpi's with sections of explicit sizes, ``vision``, ``text`` and ``expert``, in place of the
  named variants: what :func:`config_to_json` writes.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from typing import Any, TypeVar, get_args

from pi0_ros.model.config import GEMMA, GemmaConfig, Pi0Config, Rules, VisionConfig
from pi0_ros.types import InputError

Part = TypeVar('Part', VisionConfig, GemmaConfig)

# Constants of a part, and their names where they stand beside its section.
_CONSTANTS = {
    'layer_norm_eps': 'vision_layer_norm_eps',
    'rms_norm_eps': 'rms_norm_eps',
    'rope_theta': 'rope_theta',
}

# openpi, src/openpi/models/pi0_config.py: tokens of the sentence, and with the state in it.
_MAX_TOKEN_LEN = {False: 48, True: 200}


def config_from_json(values: object, *, pi05: bool, vocab_size: int) -> Pi0Config:
    """
    Build the configuration of a checkpoint.

    :param values: the parsed ``config.json``.
    :param pi05: whether the weights are π0.5's.
    :param vocab_size: rows of the token embedding.
    :raises InputError: if the file says otherwise, or lacks or mistypes a size.
    """
    if not isinstance(values, dict):
        raise InputError(f'config.json: expected a mapping, found {values!r:.80}')
    _agree(values, 'pi05', pi05)
    _agree(values, 'vocab_size', vocab_size)
    defaults = Pi0Config()
    return Pi0Config(
        vision=_part(VisionConfig, values, 'vision', None),
        text=_part(GemmaConfig, values, 'text', 'paligemma_variant'),
        expert=_part(GemmaConfig, values, 'expert', 'action_expert_variant'),
        vocab_size=vocab_size,
        action_dim=_number(values, 'action_dim'),
        horizon=_number(values, 'action_horizon'),
        pi05=pi05,
        max_token_len=_number(values, 'max_token_len', _MAX_TOKEN_LEN[pi05]),
        discrete_state=bool(values.get('discrete_state_input', pi05)),
        noise_scale=_number(values, 'noise_scale', defaults.noise_scale),
        known_actions=_number(values, 'known_actions', defaults.known_actions, least=0),
        min_period=_number(values, 'time_min_period', defaults.min_period),
        max_period=_number(values, 'time_max_period', defaults.max_period),
        rules=_rules(values),
        cameras=_cameras(values),
    )


def config_to_json(config: Pi0Config) -> dict[str, Any]:
    """Return what :func:`config_from_json` reads back to the same configuration."""
    values = {
        'pi05': config.pi05,
        'action_dim': config.action_dim,
        'action_horizon': config.horizon,
        'max_token_len': config.max_token_len,
        'discrete_state_input': config.discrete_state,
        'vocab_size': config.vocab_size,
        'noise_scale': config.noise_scale,
        'known_actions': config.known_actions,
        'time_min_period': config.min_period,
        'time_max_period': config.max_period,
        'vision': asdict(config.vision),
        'text': asdict(config.text),
        'expert': asdict(config.expert),
    }
    if config.rules == 'openpi':
        return values
    return values | {'rules': config.rules, 'cameras': [list(names) for names in config.cameras]}


def _agree(values: dict[str, Any], key: str, found: float) -> None:
    if key in values and values[key] != found:
        raise InputError(f'config.json: {key} is {values[key]!r}, but the weights say {found!r}')


def _number(
    values: dict[str, Any], key: str, default: float | None = None, least: int | None = None
) -> Any:
    """
    Return a number of the type of its default: an integer when it has none.

    It has to be positive, or not below the least.
    """
    value = values.get(key, default)
    _check(value, f'config.json: {key}', whole=not isinstance(default, float), least=least)
    return value


def _rules(values: dict[str, Any]) -> Rules:
    rules: Rules = values.get('rules', 'openpi')
    if rules not in get_args(Rules):
        raise InputError(f'config.json: rules: expected one of {get_args(Rules)}, found {rules!r}')
    return rules


def _cameras(values: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    cameras = values.get('cameras', [])
    if not isinstance(cameras, list) or not all(
        isinstance(names, list) and names and all(isinstance(name, str) for name in names)
        for names in cameras
    ):
        raise InputError(f'config.json: cameras: expected lists of names, found {cameras!r}')
    return tuple(map(tuple, cameras))


def _check(value: object, where: str, *, whole: bool, least: int | None = None) -> None:
    wanted = int if whole else int | float
    fits = isinstance(value, wanted) and not isinstance(value, bool)
    if not fits or (value <= 0 if least is None else value < least):  # type: ignore[operator]
        kind = 'whole number' if whole else 'number'
        expected = f'a positive {kind}' if least is None else f'a {kind} of at least {least}'
        raise InputError(f'{where}: expected {expected}, found {value!r}')


def _part(kind: type[Part], values: dict[str, Any], section: str, variant: str | None) -> Part:
    """
    Return a part's sizes: from its section, from its variant's name, or else the defaults.

    Constants (epsilons, the rotary base) may stand in the section or beside it.
    """
    where = f'config.json: {section}'
    sizes = values.get(section)
    if sizes is None:
        sizes = asdict(_named(values.get(variant))) if variant else {}
    if not isinstance(sizes, dict):
        raise InputError(f'{where}: expected a mapping of sizes, found {sizes!r}')
    known = {field.name: field for field in fields(kind)}
    beside = {name: values[key] for name, key in _CONSTANTS.items() if key in values}
    numbers = {name: value for name, value in beside.items() if name in known} | sizes
    if unknown := sorted(set(numbers) - set(known)):
        raise InputError(f'{where}: unknown {unknown}; known are {sorted(known)}')
    for name, field in known.items():
        if name in numbers or field.default is MISSING:
            _check(numbers.get(name), f'{where}.{name}', whole=field.type == 'int')
    return kind(**numbers)


def _named(variant: object) -> GemmaConfig:
    if not isinstance(variant, str) or variant not in GEMMA:
        raise InputError(
            f'config.json: Gemma variant {variant!r} is unknown; known are {sorted(GEMMA)}, '
            'and explicit sizes can be given in sections "text" and "expert"'
        )
    return GEMMA[variant]
