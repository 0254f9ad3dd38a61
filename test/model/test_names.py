# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The released models, built without memory, have exactly openpi's names, shapes and dtypes."""

from __future__ import annotations

from functools import partial
import json

import pytest
import torch

from pi0_ros.model.checkpoint import by_openpi_name, match
from pi0_ros.model.config import Pi0Config
from pi0_ros.model.names import (
    EMBEDDING,
    IGNORED,
    TIED_TO_EMBEDDING,
    openpi_name,
    openpi_name_of_lerobot,
)
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.precision import parameter_dtypes

# Parameters of the released models, without the expert's vocabulary head.
PARAMETERS = {'pi0': 3_238_048_528, 'pi05': 3_353_433_872}


@pytest.fixture(params=['pi0', 'pi05'])
def released(request, reference):
    """Return a released model on the meta device, its number of parameters and openpi's keys."""
    with torch.device('meta'):
        model = Pi0(Pi0Config(pi05=request.param == 'pi05'))
    keys = json.loads((reference / f'keys_{request.param}.json').read_text())
    return model, PARAMETERS[request.param], keys


def test_names_and_shapes(released):
    model, _, keys = released
    ours = {openpi_name(name): list(p.shape) for name, p in model.named_parameters()}
    tied = keys.pop(TIED_TO_EMBEDDING)
    assert tied == keys[openpi_name(EMBEDDING)]
    assert ours == {name: shape for name, (shape, _) in keys.items() if name not in IGNORED}
    assert not dict(model.named_buffers())


class Listed:
    """A file with the names, shapes and dtypes of a list, and no numbers."""

    where = 'listed'

    def __init__(self, keys):
        self._keys = keys
        self.keys = tuple(keys)

    def shape(self, key):
        return self._keys[key][0]

    def dtype(self, key):
        return {'float32': 'F32', 'bfloat16': 'BF16'}[self._keys[key][1]]

    def read(self, key):
        return torch.zeros(1)


@pytest.mark.parametrize('family', ['openpi', 'lerobot', 'lerobot without prefix'])
@pytest.mark.parametrize('dropped', [EMBEDDING, TIED_TO_EMBEDDING, None])
def test_every_key_is_consumed_in_both_families(released, family, dropped):
    """0 missing, 0 unexpected, 0 misshapen, or match() would have raised."""
    model, _, keys = released
    keys.pop(openpi_name(dropped) if dropped else None, None)
    prefix = 'model.' if family == 'lerobot' else ''
    file = Listed({prefix + key: entry for key, entry in keys.items()})
    rename = str
    if family != 'openpi':
        rename = partial(openpi_name_of_lerobot, pi05=model.config.pi05)
    sources = match(model, file, by_openpi_name(file, rename))
    assert set(sources) == {name for name, _ in model.named_parameters()}
    tied = set(keys) & {TIED_TO_EMBEDDING, openpi_name(EMBEDDING)}
    used = {source.removeprefix(prefix) for source in sources.values()}
    assert set(keys) - used - tied == set(IGNORED)
    assert used & tied


def test_number_of_parameters(released):
    model, parameters, _ = released
    assert sum(p.numel() for p in model.parameters()) == parameters


def test_bfloat16_is_chosen_for_the_same_parameters(released):
    model, _, keys = released
    for name, dtype in parameter_dtypes(model, torch.bfloat16).items():
        assert str(dtype) == f'torch.{keys[openpi_name(name)][1]}', name
