# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
openpi's side, run by a Python of its own: one timed chunk for each line that it gets.

Knows openpi's checkout at 15a9616 and transformers 4.53.2 with openpi's modules in it, and nothing
of ours. What openpi imports for JAX alone, and does not use here, is put in its place: its sizes
(openpi/models/gemma.py) and the resizing of pictures that already have their size. Weights, sizes
and observations are read from a folder (:mod:`benchmarks.inference.against` writes them); answers
are lines of JSON.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
import json
import os
from pathlib import Path
import sys
import time
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

from safetensors.torch import load_file, save_file
import torch

IMAGE_KEYS = ('base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb')
EMBEDDING = 'paligemma_with_expert.paligemma.model.language_model.embed_tokens.weight'
TIED = 'paligemma_with_expert.paligemma.lm_head.weight'
UNUSED = 'paligemma_with_expert.gemma_expert.lm_head.weight'


def main() -> None:
    """Load, and then answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('source', type=Path, help="openpi's checkout")
    parser.add_argument('folder', type=Path, help='what it is to compute')
    arguments = parser.parse_args()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), 'w', buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # others print, too
    job = json.loads((arguments.folder / 'job.json').read_text(encoding='utf-8'))
    torch.set_num_threads(job['threads'])
    sys.path.insert(0, str(arguments.source / 'src'))
    model = load(arguments.folder, job)
    inputs = load_file(arguments.folder / 'inputs.safetensors')
    answers.write(json.dumps({'torch': torch.__version__}) + '\n')
    for _ in sys.stdin:
        start = time.perf_counter()
        actions = sample(model, inputs, job)
        milliseconds = (time.perf_counter() - start) * 1e3
        save_file({'actions': actions.float()}, arguments.folder / 'actions.safetensors')
        answers.write(json.dumps({'milliseconds': milliseconds}) + '\n')


def sample(model: Any, inputs: dict[str, torch.Tensor], job: dict[str, Any]) -> torch.Tensor:
    """Return actions for the observations, from and to the CPU."""
    device = torch.device(job['device'])
    given = {name: tensor.to(device) for name, tensor in inputs.items()}
    images = given['pixels'].to(torch.float32) / 255.0 * 2.0 - 1.0  # (B, C, 3, S, S)
    observation = SimpleNamespace(
        images={key: images[:, i] for i, key in enumerate(IMAGE_KEYS)},
        image_masks={key: given['seen'][:, i] for i, key in enumerate(IMAGE_KEYS)},
        state=given['state'],
        tokenized_prompt=given['tokens'],
        tokenized_prompt_mask=given['token_mask'],
        token_ar_mask=None,
        token_loss_mask=None,
    )
    actions: torch.Tensor = model.sample_actions(
        device, observation, noise=given['noise'], num_steps=job['steps']
    )
    return actions.cpu()


def load(folder: Path, job: dict[str, Any]) -> Any:
    """Return openpi's model with the weights of the folder."""
    stand_in('openpi.models.gemma', get_config=lambda name: SimpleNamespace(**job[name]))
    stand_in('openpi.shared.image_tools')
    with ExitStack() as stack:
        for name in dir(torch.nn.init):  # the weights come from the file
            if name.endswith('_') and not name.startswith('_'):
                stack.enter_context(mock.patch.object(torch.nn.init, name))
        from openpi.models_pytorch.pi0_pytorch import PI0Pytorch  # noqa: PLC0415
        from transformers import modeling_utils  # noqa: PLC0415

        stack.enter_context(modeling_utils.no_init_weights())  # type: ignore[attr-defined]
        model = PI0Pytorch(configuration(job))
    tower = model.paligemma_with_expert.paligemma.model.vision_tower.vision_model
    tower.encoder.layers = tower.encoder.layers[: job['vision_layers']]
    tensors = load_file(folder / 'model.safetensors')
    tensors[EMBEDDING] = tensors[TIED]
    missing, unexpected = model.load_state_dict(tensors, strict=False, assign=True)
    if unexpected or set(missing) - {UNUSED}:
        sys.exit(f'openpi: weights missing {missing}, unexpected {unexpected}')
    model.paligemma_with_expert.gemma_expert.lm_head = None
    model.paligemma_with_expert.to_bfloat16_for_selected_params(job['dtype'])
    return model.to(job['device']).eval()


def configuration(job: dict[str, Any]) -> SimpleNamespace:
    """Return what its model reads of its configuration."""
    return SimpleNamespace(
        pi05=job['pi05'],
        paligemma_variant='text',
        action_expert_variant='expert',
        action_dim=job['action_dim'],
        action_horizon=job['horizon'],
        dtype=job['dtype'],
        pytorch_compile_mode=job['compile'],
    )


def stand_in(name: str, **contents: Any) -> None:
    """Let a module be found that has nothing but these contents."""
    module = ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module
    parent, _, child = name.rpartition('.')
    setattr(__import__(parent, fromlist=['*']), child, module)


if __name__ == '__main__':
    main()
