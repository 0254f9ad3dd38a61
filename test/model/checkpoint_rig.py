# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes LeRobot folders, old and new, as its 0.4.4 and its main branch do."""

from __future__ import annotations

import json

import numpy as np
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file

from pi0_ros.model.checkpoint import CONFIG, WEIGHTS, save_checkpoint
from pi0_ros.model.config_file import config_to_json

CAMERAS = ('base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb')
MODES = {'z_score': 'MEAN_STD', 'quantile': 'QUANTILES'}


def rewrite(folder, change, name=WEIGHTS):
    """Change the tensors of a file by a function of their dictionary."""
    tensors = load_file(folder / name)
    change(tensors)
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, folder / name)


def edit(folder, change, name=CONFIG):
    """Change a JSON file by a function of its content."""
    values = json.loads((folder / name).read_text())
    change(values)
    (folder / name).write_text(json.dumps(values))


def feature(kind, *shape):
    return {'type': kind, 'shape': list(shape)}


def lerobot_config(config, cameras, joints, *, old, kind):
    """Return LeRobot's config.json; the sections of sizes are ours, for tiny models."""
    sizes = config_to_json(config)
    size = config.vision.image_size
    values = {
        'type': 'pi05' if config.pi05 else 'pi0',
        'n_obs_steps': 1,
        'input_features': {
            'observation.state': feature('STATE', joints),
            **{f'observation.images.{name}': feature('VISUAL', 3, 480, 640) for name in cameras},
            'observation.images.empty_camera_0': feature('VISUAL', 3, size, size),
        },
        'output_features': {'action': feature('ACTION', joints)},
        'normalization_mapping': {'VISUAL': 'IDENTITY', 'STATE': MODES[kind]},
        'chunk_size': config.horizon,
        'n_action_steps': config.horizon,
        'max_state_dim': config.action_dim,
        'max_action_dim': config.action_dim,
        'num_inference_steps': 10,
        'image_resolution': [size, size],
        'tokenizer_max_length': config.max_token_len,
        'min_period': 0.004,
        'max_period': 4.0,
        'dtype': 'bfloat16',
        'vision': sizes['vision'],
        'text': sizes['text'],
        'expert': sizes['expert'],
    }
    return values if old else values | {'use_relative_actions': False}


def step(name, **config):
    return {'registry_name': name, 'config': config}


def write_processors(folder, config, *, old, kind, stats, relative=None, renames=None):
    """
    Write both processor files and the statistics they name.

    :param stats: feature to statistic to numbers.
    :param relative: options of the step that makes actions relative; None for a disabled one.
    """
    normalize = {
        'eps': 1e-8,
        'features': {key: feature('STATE', 1) for key in stats},
        'norm_map': {'VISUAL': 'IDENTITY', 'STATE': MODES[kind], 'ACTION': MODES[kind]},
    }
    tokens = {
        'max_length': config.max_token_len,
        'task_key': 'task',
        'padding_side': 'right',
        'padding': 'max_length',
        'truncation': True,
        'tokenizer_name': 'google/paligemma-3b-pt-224',
    }
    relative = {'enabled': False, 'exclude_joints': [], 'action_names': None, **(relative or {})}
    relatives = [] if old else [step('relative_actions_processor', **relative)]
    head = [
        step('rename_observations_processor', rename_map=renames or {}),
        step('to_batch_processor'),
    ]
    normalizer = step('normalizer_processor', **normalize)
    tokenizer, device = step('tokenizer_processor', **tokens), step('device_processor')
    if config.pi05:
        prompt = step('pi05_prepare_state_tokenizer_processor_step')
        before = [*head, *relatives, normalizer, prompt, tokenizer, device]
    else:
        prompt = step('pi0_new_line_processor')
        before = [*head, prompt, tokenizer, device, *relatives, normalizer]
    absolutes = [] if old else [step('absolute_actions_processor', enabled=relative['enabled'])]
    after = [step('unnormalizer_processor', **normalize), *absolutes, step('device_processor')]
    arrays = {
        f'{key}.{stat}': np.asarray(numbers, np.float32)
        for key, group in stats.items()
        for stat, numbers in group.items()
    }
    for name, steps in (('policy_preprocessor', before), ('policy_postprocessor', after)):
        for i, one in enumerate(steps):
            if 'normalizer' in one['registry_name']:
                one['state_file'] = f'{name}_step_{i}_{one["registry_name"]}.safetensors'
                save_arrays(arrays, folder / one['state_file'])
        content = json.dumps({'name': name, 'steps': steps})
        (folder / f'{name}.json').write_text(content)


def write_lerobot(
    model,
    folder,
    *,
    old=False,
    cameras=CAMERAS,
    joints=6,
    kind='z_score',
    stats=None,
    **processors,
):
    """Write a whole LeRobot folder but its tokenizer."""
    save_checkpoint(model, folder)
    rewrite(folder, add_prefix)
    values = lerobot_config(model.config, cameras, joints, old=old, kind=kind)
    (folder / CONFIG).write_text(json.dumps(values))
    if stats is None:
        group = {'mean': [0.0] * joints, 'std': [1.0] * joints}
        stats = {'observation.state': group, 'action': group}
    write_processors(folder, model.config, old=old, kind=kind, stats=stats, **processors)
    return folder


def add_prefix(tensors):
    renamed = {f'model.{name}': tensor for name, tensor in tensors.items()}
    tensors.clear()
    tensors.update(renamed)


def shard(folder):
    """Cut the weights into two files and an index."""
    tensors = load_file(folder / WEIGHTS)
    names = sorted(tensors)
    parts = {'1.safetensors': names[::2], '2.safetensors': names[1::2]}
    for file, part in parts.items():
        save_file({name: tensors[name].clone() for name in part}, folder / file)
    (folder / WEIGHTS).unlink()
    weight_map = {name: file for file, part in parts.items() for name in part}
    (folder / f'{WEIGHTS}.index.json').write_text(json.dumps({'weight_map': weight_map}))
