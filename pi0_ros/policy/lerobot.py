# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The statistics of a LeRobot folder, if the robot's description agrees with what it was trained on.

LeRobot keeps them beside its processors, in the data's own joint convention. The robot's YAML says
how its joints become those numbers; kind of normalisation and relative joints are said by both,
and two that differ are refused.
"""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.numpy import load_file

from pi0_ros.model.lerobot import (
    NORMALIZE,
    POSTPROCESSOR,
    PREPROCESSOR,
    TO_ABSOLUTE,
    TO_RELATIVE,
    UNNORMALIZE,
    Step,
    need,
    read_steps,
)
from pi0_ros.robots.norm_stats import (
    STATISTICS,
    Array,
    LeRobotQuantile,
    LeRobotZScore,
    NormStats,
    Scaling,
    check_statistics,
)
from pi0_ros.robots.parts import NormalizationKind
from pi0_ros.robots.spec import Robot
from pi0_ros.types import InputError, finite_array

_MODES: dict[NormalizationKind, str] = {'z_score': 'MEAN_STD', 'quantile': 'QUANTILES'}
_STATE = 'observation.state'
_EPSILON = 1e-8  # NormalizerProcessorStep's own, for a file that does not say


def load_lerobot_stats(folder: Path, robot: Robot) -> NormStats:
    """
    Read the statistics of a LeRobot folder.

    :raises InputError: naming file and key of what is missing or broken, or both sides of what
        the robot's description and the checkpoint say differently.
    """
    before, after = read_steps(folder, PREPROCESSOR), read_steps(folder, POSTPROCESSOR)
    normalize = need(before, NORMALIZE, folder / PREPROCESSOR)
    for key, kind in (('features', dict), ('normalize_observation_keys', list)):
        listed = normalize.option(key, kind)
        if listed is not None and _STATE not in listed:
            raise InputError(f'{normalize.where}: {key}: expected {_STATE}, found {list(listed)}')
    unnormalize = need(after, UNNORMALIZE, folder / POSTPROCESSOR)
    relative = next((before[name] for name in TO_RELATIVE if name in before), None)
    _check_relative(relative, after.get(TO_ABSOLUTE), folder, robot)
    joints = len(robot.joint_names)
    return NormStats(
        state=_scaling(normalize, 'STATE', _STATE, joints, robot),
        actions=_scaling(unnormalize, 'ACTION', 'action', joints, robot),
    )


def _check_relative(
    relative: Step | None, absolute: Step | None, folder: Path, robot: Robot
) -> None:
    """See that the same joints are relative to the state here and there."""
    enabled = relative is not None and bool(relative.config.get('enabled'))
    if enabled != (absolute is not None and bool(absolute.config.get('enabled'))):
        raise InputError(
            f'{folder}: {PREPROCESSOR} and {POSTPROCESSOR} must agree whether actions are relative'
        )
    here = robot.action_space.delta
    there = _relative_joints(relative, robot) if relative and enabled else ()
    if set(here) != set(there):
        where = relative.where if relative else f'{folder / PREPROCESSOR}'
        raise InputError(
            f'robot {robot.name}: action_space.delta is [{", ".join(here)}], but by '
            f'{where} the joints relative to the state are [{", ".join(there)}]'
        )


def _relative_joints(step: Step, robot: Robot) -> tuple[str, ...]:
    """
    Return the robot's joints whose actions the step makes relative.

    Source: huggingface/lerobot, src/lerobot/processor/relative_action_processor.py, `_build_mask`:
    a joint stays absolute if its name in the data has one of the excluded words in it.
    """
    excluded = [str(word).lower() for word in step.option('exclude_joints', list) or () if word]
    names = step.option('action_names', list)
    if not excluded or names is None:
        return robot.joint_names
    if len(names) != len(robot.joint_names):
        raise InputError(
            f'{step.where}: action_names: expected {len(robot.joint_names)}, one for each joint '
            f'of robot {robot.name}, found {names}'
        )
    return tuple(
        joint
        for joint, name in zip(robot.joint_names, names, strict=True)
        if not any(word in str(name).lower() for word in excluded)
    )


def _scaling(step: Step, kind_of_feature: str, feature: str, size: int, robot: Robot) -> Scaling:
    """Return how one feature, a vector of this size, is scaled."""
    kind = robot.normalization.kind
    mode = (step.option('norm_map', dict) or {}).get(kind_of_feature)
    if mode != _MODES[kind]:
        raise InputError(
            f'robot {robot.name}: normalization.kind is {kind}, which is {_MODES[kind]}, but '
            f'{step.where}: norm_map.{kind_of_feature} is {mode}'
        )
    epsilon = step.option('eps', float)
    epsilon = _EPSILON if epsilon is None else epsilon
    first, second = _numbers(step, feature, kind, size)
    if kind == 'z_score':
        return LeRobotZScore(first, second, epsilon)
    return LeRobotQuantile(first, second, epsilon)


def _numbers(step: Step, feature: str, kind: NormalizationKind, size: int) -> list[Array]:
    """Return the feature's two statistics from the step's file."""
    file = step.state_file
    if file is None:
        raise InputError(
            f'{step.where}: has no state_file, so the checkpoint has no statistics: '
            'a base model must be fine-tuned before it can drive a robot'
        )
    try:
        arrays = load_file(file)
    except (OSError, SafetensorError) as error:
        raise InputError(f'{file}: {error}') from error
    keys = [f'{feature}.{name}' for name in STATISTICS[kind]]
    if missing := [key for key in keys if key not in arrays]:
        raise InputError(f'{file}: {missing[0]} is missing, found {sorted(arrays)}')
    pair = [finite_array(arrays[key], (size,), f'{file}: {key}') for key in keys]
    check_statistics(kind, pair[0], pair[1], f'{file}: {feature}')
    return pair
