# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A folder to a model and back: ``config.json`` and ``model.safetensors``, as openpi writes them.

A checkpoint loads completely or not at all: every parameter is filled, and every tensor of the
file is used, or ignored for a reason that :mod:`pi0_ros.model.names` states. LeRobot's folders are
told by the ``type`` in their configuration (:mod:`pi0_ros.model.lerobot`). Nothing is unpickled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
import torch
from torch import Tensor

from pi0_ros.model.config import Pi0Config
from pi0_ros.model.config_file import config_from_json, config_to_json
from pi0_ros.model.lerobot import is_lerobot, read_config
from pi0_ros.model.names import (
    EMBEDDING,
    IGNORED,
    TIED_TO_EMBEDDING,
    openpi_name,
    openpi_name_of_lerobot,
)
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import parameter_dtypes
from pi0_ros.model.tensors import INDEX_SUFFIX, Tensors, open_tensors
from pi0_ros.types import InputError

CONFIG = 'config.json'
WEIGHTS = 'model.safetensors'

_PI05_MARK = 'time_mlp_in.weight'  # π0's is called action_time_mlp_in
_FLOATS = ('F64', 'F32', 'F16', 'BF16')

Rename = Callable[[str], str | None]  # the file's name to openpi's, or None if it is dropped


def load_checkpoint(
    folder: str | Path,
    *,
    dtype: torch.dtype = torch.float32,
    device: str | torch.device = 'cpu',
    weights: str = WEIGHTS,
) -> tuple[Pi0, Pi0Config]:
    """
    Load a checkpoint folder.

    The model is built without memory and given the file's tensors one by one, so that the weights
    exist once.

    :param dtype: torch.float32, or torch.bfloat16 or torch.float16 for openpi's mixture
        (:mod:`pi0_ros.model.precision`), whatever the file holds.
    :param weights: name of the file with the tensors.
    :raises InputError: if a file is absent or unreadable, names and shapes are not exactly those
        the configuration asks for, or a weight is not finite.
    """
    folder = Path(folder)
    values, rename = _read_config(folder / CONFIG)
    with open_tensors(folder, weights, device) as file:
        keys = by_openpi_name(file, rename)
        config = config_from_json(values, **_told_by_tensors(file, keys))
        with torch.device('meta'):
            model = Pi0(config)
        sources = match(model, file, keys)
        tensors = _read_finite(file, sources, parameter_dtypes(model, dtype))
    model.load_state_dict(tensors, assign=True)
    return model.eval(), config


def load_config(folder: str | Path, weights: str = WEIGHTS) -> Pi0Config:
    """
    Return the sizes of a checkpoint; of the file with the tensors only the header is read.

    :param weights: name of that file.
    :raises InputError: if a file is absent or unreadable, or says nothing that could be built.
    """
    folder = Path(folder)
    values, rename = _read_config(folder / CONFIG)
    with open_tensors(folder, weights, 'cpu') as file:
        return config_from_json(values, **_told_by_tensors(file, by_openpi_name(file, rename)))


def has_weights(folder: Path) -> bool:
    """Tell whether a folder has weights, in one file or in shards."""
    return (folder / WEIGHTS).is_file() or (folder / (WEIGHTS + INDEX_SUFFIX)).is_file()


def is_lerobot_folder(folder: Path) -> bool:
    """
    Tell whether LeRobot wrote a checkpoint.

    :raises InputError: if its `config.json` can't be read.
    """
    return is_lerobot(_read_json(folder / CONFIG))


def save_checkpoint(model: Pi0, folder: str | Path) -> None:
    """Write the model so that :func:`load_checkpoint` reads it back, under openpi's names."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(config_to_json(model.config), indent=2)
    (folder / CONFIG).write_text(text + '\n', encoding='utf-8')
    tensors = {_file_name(name): value.contiguous() for name, value in model.state_dict().items()}
    save_file(tensors, folder / WEIGHTS, metadata={'format': 'pt'})
    (folder / WEIGHTS).chmod(0o644)  # safetensors lets only the owner read it


def by_openpi_name(file: Tensors, rename: Rename) -> dict[str, str]:
    """
    Return openpi's name of each tensor to its name in the file; one that is tied has both names.

    :param rename: the file's names to openpi's.
    :raises InputError: if two tensors have one name.
    """
    keys: dict[str, str] = {}
    for key in file.keys:
        name = rename(key)
        if name is not None and keys.setdefault(name, key) != key:
            raise InputError(f'{file.where}: {keys[name]} and {key} are both {name}')
    if TIED_TO_EMBEDDING in keys:
        keys.setdefault(openpi_name(EMBEDDING), keys[TIED_TO_EMBEDDING])
    return keys


def match(model: Pi0, file: Tensors, keys: dict[str, str]) -> dict[str, str]:
    """
    Find the tensor of each parameter.

    :param file: the open tensors.
    :param keys: openpi's name to the name in the file.
    :return: our name to the name in the file.
    :raises InputError: listing what is missing, unexpected and misshapen, if anything is; or if
        tensors that must be the same differ.
    """
    own, tied = keys.get(openpi_name(EMBEDDING)), keys.get(TIED_TO_EMBEDDING)
    keys = {name: key for name, key in keys.items() if name not in {*IGNORED, TIED_TO_EMBEDDING}}
    expected = {openpi_name(name): name for name, _ in model.named_parameters()}
    missing = sorted(set(expected) - set(keys))
    unexpected = sorted(set(keys) - set(expected))
    sources = {expected[name]: key for name, key in keys.items() if name in expected}
    misshapen = [
        problem
        for name, parameter in model.named_parameters()
        if name in sources and (problem := _misfit(file, sources[name], parameter))
    ]
    if missing or unexpected or misshapen:
        lists = {'missing': missing, 'unexpected': unexpected, 'misshapen': misshapen}
        raise InputError(
            f'{file.where}: checkpoint does not fit its configuration\n{_report(lists)}'
        )
    if own and tied and own != tied and not torch.equal(file.read(own), file.read(tied)):
        raise InputError(f'{file.where}: {own} and {tied} must be the same, but differ')
    return sources


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise InputError(f'{path}: {error}') from error


def _read_config(path: Path) -> tuple[Any, Rename]:
    """Return the configuration in openpi's words, and what renames the file's tensors."""
    values = _read_json(path)
    if not is_lerobot(values):
        return values, str
    values = read_config(path, values)
    return values, partial(openpi_name_of_lerobot, pi05=values['pi05'])


def _read_finite(
    file: Tensors, sources: dict[str, str], dtypes: dict[str, torch.dtype]
) -> dict[str, Tensor]:
    """Read every parameter in its dtype; see that none holds NaN or Inf."""
    tensors, bad = {}, []
    for name, key in sources.items():
        tensors[name] = tensor = file.read(key).to(dtypes[name])
        # The extremes of a tensor with a NaN are NaN; unlike isfinite(), this takes no memory.
        if not torch.stack(tensor.aminmax()).isfinite().all():
            bad.append(f'{key} as {dtypes[name]}')
    if bad:
        raise InputError('\n    '.join((f'{file.where}: weights that are NaN or infinite:', *bad)))
    return tensors


def _file_name(name: str) -> str:
    """Return the name openpi's files have for our parameter."""
    return TIED_TO_EMBEDDING if name == EMBEDDING else openpi_name(name)


def _told_by_tensors(file: Tensors, keys: dict[str, str]) -> dict[str, Any]:
    """Return what the tensors say about the configuration."""
    embedding = openpi_name(EMBEDDING)
    if embedding not in keys:
        raise InputError(f'{file.where}: has neither {embedding} nor {TIED_TO_EMBEDDING}')
    rows = file.shape(keys[embedding])[0]
    return {'pi05': _PI05_MARK in keys, 'vocab_size': rows}


def _misfit(file: Tensors, key: str, parameter: Tensor) -> str | None:
    """Say how the tensor differs in shape or kind from the parameter, if it does."""
    shape, dtype = file.shape(key), file.dtype(key)
    if shape == list(parameter.shape) and dtype in _FLOATS:
        return None
    return f'{key}: found {shape} {dtype}, expected {list(parameter.shape)} of {_FLOATS}'


def _report(lists: dict[str, list[str]]) -> str:
    return '\n'.join(
        '\n    '.join((f'  {title} ({len(names)}):', *names)) for title, names in lists.items()
    )
