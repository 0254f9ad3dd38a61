# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The arrays of a folder that orbax wrote, through the tensorstore package and without JAX.

orbax (google/orbax, checkpoint/orbax/checkpoint) keeps the leaves of a tree as zarr arrays of
format 2 in one OCDBT store. ``_METADATA`` lists them; an array's name in the store is its path
with dots. Names here have slashes, and neither the ``params`` that openpi puts in front nor the
``value`` that flax puts behind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import tensorstore
import torch
from torch import Tensor

from pi0_ros.types import InputError

METADATA = '_METADATA'
MANIFEST = 'manifest.ocdbt'

_ROOT, _LEAF = 'params', 'value'
_DESCRIPTION = '/.zarray'  # what the store's key of an array's shape and dtype ends with
_FLOATS = {'float32', 'bfloat16', 'float16'}


class OrbaxArrays:
    """
    The arrays of one folder, read one at a time.

    :param folder: with ``_METADATA`` and ``manifest.ocdbt``: openpi's ``params``.
    :raises InputError: if it is no such folder, an array has no floats or is not described, or
        the store has arrays that the metadata doesn't know.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        metadata = _read_metadata(folder)
        if metadata.get('use_zarr3') or not (folder / MANIFEST).is_file():
            raise InputError(
                f'{folder}: expected zarr arrays of format 2 in OCDBT form ({MANIFEST}), '
                'as openpi writes them'
            )
        # Where orbax stored all chunks, one that isn't there is lost, and no block of zeros.
        self._complete = bool(metadata.get('store_array_data_equal_to_fill_value'))
        paths = _paths(folder, metadata)
        self._check_names({'.'.join(path) for path in paths.values()})
        self._stores = {name: self._open(name, path) for name, path in paths.items()}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name to shape of every array."""
        return {name: tuple(store.shape) for name, store in self._stores.items()}

    def read(self, name: str) -> Tensor:
        """
        Return an array as float32, which holds every value of the dtypes that are read.

        :raises InputError: if a part of it is missing or can't be decoded.
        """
        store = tensorstore.cast(self._stores[name], tensorstore.float32)
        try:
            return torch.from_numpy(store.read().result())
        except ValueError as error:
            raise self._failure(name, error) from error

    def _base(self) -> dict[str, Any]:
        return {'driver': 'ocdbt', 'base': {'driver': 'file', 'path': f'{self.folder}/'}}

    def _check_names(self, expected: set[str]) -> None:
        """Compare the arrays in the store with those of the metadata."""
        try:
            keys = tensorstore.KvStore.open(self._base()).result().list().result()
        except ValueError as error:
            raise InputError(f'{self.folder / MANIFEST}: {_reason(error)}') from error
        names = [key.decode() for key in keys]
        found = {n.removesuffix(_DESCRIPTION) for n in names if n.endswith(_DESCRIPTION)}
        if lost := sorted(expected - found):
            raise InputError(f'{self.folder}: the store lacks arrays of {METADATA}: {lost}')
        if strange := sorted(found - expected):
            raise InputError(f'{self.folder}: {METADATA} lacks arrays of the store: {strange}')

    def _open(self, name: str, path: tuple[str, ...]) -> Any:
        spec = {
            'driver': 'zarr',
            'kvstore': self._base() | {'path': '.'.join(path) + '/'},
            'fill_missing_data_reads': not self._complete,
        }
        try:
            store = tensorstore.open(spec, open=True, read=True).result()
        except ValueError as error:
            raise self._failure(name, error) from error
        if store.dtype.name not in _FLOATS:
            raise InputError(
                f'{self.folder}: {name}: expected one of {sorted(_FLOATS)}, '
                f'found {store.dtype.name}'
            )
        return store

    def _failure(self, name: str, error: ValueError) -> InputError:
        return InputError(f'{self.folder}: {name}: {_reason(error)}')


def _reason(error: ValueError) -> str:
    """Return what tensorstore says, without the specification that it repeats."""
    return str(error).partition(' [tensorstore_spec=')[0]


def _read_metadata(folder: Path) -> dict[str, Any]:
    path = folder / METADATA
    try:
        metadata = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise InputError(f'{path}: {error}') from error
    if not isinstance(metadata, dict):
        raise InputError(f'{path}: expected a mapping, found {metadata!r:.80}')
    return metadata


def _paths(folder: Path, metadata: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return name to path of every leaf."""
    try:
        leaves = metadata['tree_metadata'].values()
        paths = [tuple(str(step['key']) for step in leaf['key_metadata']) for leaf in leaves]
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(
            f'{folder / METADATA}: tree_metadata is not as orbax writes it'
        ) from error
    strange = sorted('/'.join(path) for path in paths if path[:1] != (_ROOT,))
    if strange or not paths:
        raise InputError(f'{folder / METADATA}: expected arrays under {_ROOT}, found {strange}')
    wrapped = all(path[-1] == _LEAF for path in paths)
    return {'/'.join(path[1 : -1 if wrapped else None]): path for path in paths}
