# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A checkpoint's tensors: one safetensors file, or the shards that an index file names.

Nothing is read before it is asked for, and on the CPU a tensor is a view of the mapped file, so
opening takes no memory and the weights exist once. Pickles run whatever code they hold, so they
are refused, whatever their name. This module knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
import torch
from torch import Tensor

from pi0_ros.types import InputError

INDEX_SUFFIX = '.index.json'

_PICKLES = ('.bin', '.ckpt', '.pkl', '.pt', '.pth')
# How torch.save (a zip archive) and Python's own pickles begin.
_PICKLE_BEGINS = (b'PK\x03\x04', b'\x80')
_NO_PICKLES = (
    'a pickle can run any code when it is read. Load it where you trust it, and write the '
    'tensors with safetensors.torch.save_file'
)


class Tensors:
    """
    The tensors of open files, by name.

    :param files: each tensor's open file.
    :param where: what was opened, for error texts.
    """

    def __init__(self, files: Mapping[str, Any], where: str) -> None:
        self._files = files
        self.where = where

    @property
    def keys(self) -> tuple[str, ...]:
        """All names."""
        return tuple(self._files)

    def shape(self, key: str) -> list[int]:
        """Return a tensor's shape."""
        return list(self._files[key].get_slice(key).get_shape())

    def dtype(self, key: str) -> str:
        """Return a tensor's dtype in the words of safetensors: F32, BF16, I64 ..."""
        return str(self._files[key].get_slice(key).get_dtype())

    def read(self, key: str) -> Tensor:
        """Return a tensor, on the device the files were opened for."""
        tensor: Tensor = self._files[key].get_tensor(key)
        return tensor


@contextmanager
def open_tensors(folder: Path, name: str, device: str | torch.device = 'cpu') -> Iterator[Tensors]:
    """
    Open the tensors of a folder; a context, in which they can be read.

    :param name: of the file; its shards are listed in a file of this name with `.index.json`.
    :param device: where they are to be read to.
    :raises InputError: naming the file that is absent, cut off, a pickle, or at odds with the
        index.
    """
    with ExitStack() as stack:
        listed = _listed_files(folder, name)
        files: dict[str, Any] = {}
        for path, expected in listed.items():
            opened = stack.enter_context(_open(path, device))
            found = list(opened.keys())
            if expected is not None and set(found) != expected:
                raise InputError(
                    f'{path}: its tensors are not those that {name}{INDEX_SUFFIX} lists: '
                    f'missing {sorted(expected - set(found))}, '
                    f'unexpected {sorted(set(found) - expected)}'
                )
            files |= dict.fromkeys(found, opened)
        yield Tensors(files, str(folder / name))


def _listed_files(folder: Path, name: str) -> dict[Path, set[str] | None]:
    """Return the files to open and, where an index says so, what each holds."""
    whole, index = folder / name, folder / (name + INDEX_SUFFIX)
    if not index.is_file():
        if not whole.is_file():
            raise InputError(f'{whole}: no such file{_hint(folder)}')
        return {whole: None}
    if whole.is_file():
        raise InputError(f'{folder}: has both {whole.name} and {index.name}; keep one of them')
    try:
        entries = json.loads(index.read_text(encoding='utf-8'))['weight_map'].items()
        listed: dict[Path, set[str] | None] = {}
        for key, file in entries:
            if Path(file).name != file:  # an index must not point out of its folder
                raise InputError(f'{index}: {key}: expected a file name, found {file!r}')
            keys = listed.setdefault(folder / file, set())
            assert keys is not None
            keys.add(key)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{index}: not an index of tensors ({error!r})') from error
    return listed


def _open(path: Path, device: str | torch.device) -> Any:
    try:
        return safe_open(path, framework='pt', device=str(device))
    except (OSError, SafetensorError) as error:
        raise InputError(f'{path}: {_why_not(path, error)}') from error


def _why_not(path: Path, error: Exception) -> str:
    """Say what is wrong with a file that can't be opened."""
    if isinstance(error, OSError):
        return str(error)
    with path.open('rb') as file:
        if file.read(4).startswith(_PICKLE_BEGINS):
            return f'not safetensors but a pickle, refused: {_NO_PICKLES}'
    return f'not safetensors, or cut off: {error}. Copy it again'


def _hint(folder: Path) -> str:
    """Say what else the folder has in the place of weights that can be read."""
    pickles = sorted(file.name for file in folder.glob('*') if file.suffix in _PICKLES)
    if pickles:
        return f'. {", ".join(pickles)}: refused, {_NO_PICKLES}'
    if (folder / 'params').is_dir():
        return (
            '. Its params/ look like a JAX checkpoint of openpi: convert it with '
            'python -m pi0_ros.tools.convert_checkpoint'
        )
    return ''
