# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
openpi's JAX checkpoints to ours: ``python -m pi0_ros.tools.convert_checkpoint SRC DST``.

SRC holds ``params`` (orbax) and ``assets``, as openpi publishes and trains them; π0 or π0.5, of
any size. DST becomes ``config.json``, ``model.safetensors`` and ``assets``: when it is complete
and loads strictly, and not at all if something goes wrong. Sizes are read from the arrays.
Adapters of openpi's two variants with LoRA are merged into the weights. One array at a time is in
memory. It needs the tensorstore package (extra ``convert``), and no JAX.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from pi0_ros.model.checkpoint import CONFIG, WEIGHTS, load_checkpoint
from pi0_ros.model.config import GEMMA, Pi0Config
from pi0_ros.model.config_file import config_to_json
from pi0_ros.model.names import openpi_name
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import DTYPES, parameter_dtypes
from pi0_ros.model.tokenizer import JSON_FILE, SENTENCEPIECE_FILE
from pi0_ros.tools.jax_arrays import Row, is_pi05, rows_of
from pi0_ros.tools.jax_sizes import config_of, sizes_of
from pi0_ros.tools.mapped_tensors import create_mapped
from pi0_ros.types import InputError

if TYPE_CHECKING:
    from pi0_ros.tools.orbax import OrbaxArrays

PARAMS, ASSETS, STATISTICS = 'params', 'assets', 'norm_stats.json'
WRITTEN = ('float32', 'bfloat16')  # dtypes that a checkpoint is converted to


class Converted(NamedTuple):
    """
    What was done.

    :param config: of the model.
    :param parameters: how many numbers the model has.
    :param arrays: how many JAX arrays they came from.
    :param adapted: how many of those had adapters merged into them.
    :param assets: names of the statistics that were copied.
    """

    config: Pi0Config
    parameters: int
    arrays: int
    adapted: int
    assets: tuple[str, ...]


def convert(
    source: Path,
    destination: Path,
    choices: Mapping[str, Any],
    dtype: torch.dtype = torch.float32,
) -> Converted:
    """
    Convert a checkpoint.

    :param source: folder with ``params``, and ``assets`` if it has statistics.
    :param destination: a folder that doesn't exist yet.
    :param choices: what no array tells; see :func:`pi0_ros.tools.jax_sizes.config_of`.
    :param dtype: torch.float32, or torch.bfloat16 for openpi's mixture
        (:mod:`pi0_ros.model.precision`), whatever the arrays have.
    :raises InputError: naming the folder and the array that can't be used.
    :raises OSError: if the folder can't be written.
    """
    if destination.exists():
        raise InputError(f'{destination}: exists already')
    arrays = _open(source / PARAMS)
    try:
        rows = rows_of(arrays.shapes)
        sizes = sizes_of(rows, arrays.shapes)
    except InputError as error:
        raise InputError(f'{arrays.folder}: {error}') from error
    config = config_of(sizes, pi05=is_pi05(arrays.shapes), choices=choices)
    destination.parent.mkdir(parents=True, exist_ok=True)
    prefix = f'.{destination.name}.'
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=prefix) as scratch:
        folder = Path(scratch) / destination.name
        folder.mkdir()
        text = json.dumps(config_to_json(config), indent=2)
        (folder / CONFIG).write_text(text + '\n', encoding='utf-8')
        parameters = _write_weights(folder / WEIGHTS, config, dtype, arrays, rows)
        if (source / ASSETS).is_dir():
            shutil.copytree(source / ASSETS, folder / ASSETS)
        load_checkpoint(folder, dtype=dtype)
        folder.rename(destination)
    statistics = (destination / ASSETS).rglob(STATISTICS)
    assets = (file.parent.relative_to(destination / ASSETS).as_posix() for file in statistics)
    adapted = sum(row.lora is not None for row in rows)
    return Converted(config, parameters, len(arrays.shapes), adapted, tuple(sorted(assets)))


def main(arguments: list[str] | None = None) -> int:
    """Convert as the command line asks."""
    parser = argparse.ArgumentParser(prog='pi0_ros.tools.convert_checkpoint', description=__doc__)
    parser.add_argument('source', type=Path, metavar='SRC', help='folder with params and assets')
    parser.add_argument('destination', type=Path, metavar='DST', help='folder to write')
    parser.add_argument(
        '--horizon',
        type=int,
        required=True,
        help="actions of a chunk, action_horizon in openpi's config: the arrays don't tell",
    )
    parser.add_argument('--max_token_len', type=int, help="where it isn't openpi's 48 or 200")
    parser.add_argument(
        '--discrete_state',
        choices=('true', 'false'),
        help="discrete_state_input in openpi's config, where it isn't true for π0.5 alone",
    )
    parser.add_argument('--dtype', choices=WRITTEN, default='float32', help='of the weights')
    given = parser.parse_args(arguments)
    choices = {
        'action_horizon': given.horizon,
        'max_token_len': given.max_token_len,
        'discrete_state_input': given.discrete_state and given.discrete_state == 'true',
    }
    told = {name: value for name, value in choices.items() if value is not None}
    try:
        converted = convert(given.source, given.destination, told, DTYPES[given.dtype])
    except (InputError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # what the program says
        return 1
    for line in _report(converted, given.destination, given.dtype):
        print(line)  # noqa: T201  # as above
    return 0


def _open(folder: Path) -> OrbaxArrays:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder: expected openpi's {PARAMS}/ and {ASSETS}/")
    try:
        from pi0_ros.tools.orbax import OrbaxArrays  # noqa: PLC0415  # an optional dependency
    except ModuleNotFoundError as error:
        raise InputError(f"{folder}: {error}: pip install 'pi0_ros[convert]'") from error
    return OrbaxArrays(folder)


def _write_weights(
    path: Path, config: Pi0Config, dtype: torch.dtype, arrays: OrbaxArrays, rows: list[Row]
) -> int:
    """Write the tensors under openpi's names; return how many numbers they are."""
    with torch.device('meta'):
        model = Pi0(config)
    dtypes = parameter_dtypes(model, dtype)
    like = {openpi_name(n): p.detach().to(dtypes[n]) for n, p in model.named_parameters()}
    tensors = create_mapped(path, like)
    for row in rows:
        _fill(tensors, arrays, row)
    assert not tensors, f'not filled: {sorted(tensors)}'
    return sum(tensor.numel() for tensor in like.values())


def _fill(tensors: dict[str, Tensor], arrays: OrbaxArrays, row: Row) -> None:
    """Write the parts of a row's array to the tensors that they are, and take those out."""
    whole = [arrays.read(key) for key, _ in row.arrays()]
    names = row.names(len(whole[0]))
    split = (array.reshape(len(names), *array.shape[len(row.stacked) :]) for array in whole)
    for name, part, *factors in zip(names, *split, strict=True):
        if row.lora:
            part.add_(torch.einsum(row.lora.product, *factors))
        if not part.isfinite().all():
            raise InputError(f'{arrays.folder}: {row.key}: {name} would not be finite')
        tensor = tensors.pop(openpi_name(name))
        tensor.copy_(torch.einsum(row.axes, part).reshape(tensor.shape))


def _report(converted: Converted, destination: Path, dtype: str) -> Iterator[str]:
    config = converted.config
    variants = {sizes: name for name, sizes in GEMMA.items()}
    text, expert = (variants.get(part, str(part)) for part in (config.text, config.expert))
    yield f'{destination}: {"π0.5" if config.pi05 else "π0"}, loads strictly'
    yield f'  {converted.parameters:,} parameters ({dtype}) from {converted.arrays} arrays'
    if converted.adapted:
        yield f'  LoRA adapters merged into {converted.adapted} arrays, at scale 1'
    yield f'  text {text}, expert {expert}'
    yield f'  action_dim {config.action_dim}, horizon {config.horizon}'
    yield f'  max_token_len {config.max_token_len}, discrete_state {config.discrete_state}'
    yield f'  statistics: {", ".join(converted.assets) or "none"}'
    yield f"  still to be put there: PaliGemma's {JSON_FILE} or {SENTENCEPIECE_FILE}"


if __name__ == '__main__':
    sys.exit(main())
