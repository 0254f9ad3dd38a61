# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare the model with recorded reference vectors: ``python -m pi0_ros.model.verify DIR [DIR...]``.

A reference folder holds ``weights.safetensors``, ``config.json`` and ``io.safetensors``: inputs
``in.*``, and what the public implementation made of them: ``out.*`` in float32, ``bf16.*`` in
bfloat16, ``grad.*`` of the mean loss. Every recorded quantity is computed and compared; one that
isn't known, or is above its gate, fails the whole. One line is printed for each.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
import sys
from typing import NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load_file
import torch
from torch import Tensor

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.reference import gradients, quantities, read_given
from pi0_ros.types import InputError

WEIGHTS = 'weights.safetensors'
RECORDED = 'io.safetensors'
PAD_MASKS = 'out.prefix.pad_masks'


class Gate(NamedTuple):
    """
    What difference is allowed.

    :param absolute: in the unit of the quantity.
    :param relative: as a part of the largest recorded value; the larger of the two counts.
    """

    absolute: float
    relative: float = 0.0


# The first pattern that fits counts. Float32 itself is 5e-6 away from float64 on the velocity and
# 3e-5 on the loss; the tight gates on images and prefix are what a wrong epsilon can't pass.
# bfloat16 keeps eight bits, so those gates only catch a wrong choice of what stays float32.
GATES = (
    ('*_masks', Gate(0.0)),
    ('*.position_ids', Gate(0.0)),
    ('out.sample.*.times', Gate(0.0)),
    ('out.vision.*', Gate(1e-5)),
    ('out.prefix.embs', Gate(1e-5)),
    ('out.prefix.*', Gate(2e-5, 5e-6)),
    ('out.suffix.*.out', Gate(2e-5, 1e-5)),
    ('out.suffix.*', Gate(1e-5)),
    ('out.loss.v_t', Gate(2e-5)),
    ('out.loss.?_t', Gate(1e-6)),
    ('out.loss', Gate(1e-4)),
    ('out.v_t.*', Gate(2e-5)),
    ('out.sample.*', Gate(2e-5)),
    ('grad.*', Gate(1e-6, 1e-4)),
    ('bf16.loss', Gate(0.0, 0.1)),
    ('bf16.*', Gate(0.2, 0.1)),
)


class Comparison(NamedTuple):
    """
    One line of the report.

    :param difference: largest absolute one; NaN where there was nothing to compare.
    :param gate: largest one allowed.
    :param problem: why nothing could be compared, if so.
    """

    name: str
    shape: tuple[int, ...]
    difference: float
    gate: float
    problem: str = ''

    @property
    def ok(self) -> bool:
        """Whether the quantity was compared and lies within its gate."""
        return not self.problem and self.difference <= self.gate

    def __str__(self) -> str:
        """Return the line of the report."""
        verdict = self.problem or ('ok' if self.ok else 'ABOVE')
        shape = 'x'.join(map(str, self.shape))
        return f'{self.name:<70} {shape:>12} {self.difference:9.2e} {self.gate:9.2e} {verdict}'


def verify(folder: Path, device: str = 'cpu') -> Iterator[Comparison]:
    """
    Compare every recorded quantity of a reference folder.

    :param device: where to compute, in PyTorch's words.
    :raises InputError: if a file of the folder can't be read, or lacks or mistypes an input.
    """
    try:
        io = load_file(folder / RECORDED)
    except (OSError, SafetensorError) as error:
        raise InputError(f'{folder / RECORDED}: {error}') from error
    recorded = {name: value for name, value in io.items() if not name.startswith('in.')}
    if not recorded:
        raise InputError(f'{folder / RECORDED}: nothing is recorded')
    # On CUDA, convolutions would keep ten bits of float32.
    with torch.backends.cudnn.flags(allow_tf32=False):
        computed = _compute(folder, io, torch.device(device))
    for name in sorted(recorded):
        yield compare(name, recorded[name], computed.get(name), computed[PAD_MASKS])


def compare(name: str, recorded: Tensor, found: Tensor | None, pad_masks: Tensor) -> Comparison:
    """
    Compare one quantity with what the model makes of it.

    :param pad_masks: where the prefix is real, (B, P); padding isn't compared.
    """
    shape, nothing = tuple(recorded.shape), float('nan')
    allowed = next((gate for pattern, gate in GATES if fnmatchcase(name, pattern)), None)
    if found is None or allowed is None:
        return Comparison(name, shape, nothing, nothing, 'NOT COMPARED: unknown name')
    if found.shape != recorded.shape:
        return Comparison(name, shape, nothing, nothing, f'SHAPE: found {tuple(found.shape)}')
    expected = recorded.double()
    difference = (found.detach().double() - expected).abs()
    if name.startswith(('out.prefix.out', 'out.prefix.kv.')):
        difference = difference.movedim(-2, 1)[pad_masks]  # (real tokens, ...)
    gate = max(allowed.absolute, allowed.relative * expected.abs().max().item())
    return Comparison(name, shape, difference.max().item(), gate)


def report(folder: Path, device: str) -> bool:
    """Print the comparison of a folder on a device; return whether all of it is ok."""
    print(folder)  # noqa: T201  # a command-line tool
    comparisons = []
    for comparison in verify(folder, device):
        print(' ', comparison)  # noqa: T201  # a command-line tool
        comparisons.append(comparison)
    failures = sum(not comparison.ok for comparison in comparisons)
    print(f'  {len(comparisons)} quantities, {failures} not ok')  # noqa: T201  # as above
    return not failures


def main(arguments: list[str] | None = None) -> int:
    """Verify the folders of the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog='pi0_ros.model.verify', description=__doc__)
    parser.add_argument('folders', nargs='+', type=Path, metavar='DIR')
    parser.add_argument('--device', default='cpu', help='cpu, cuda, cuda:1 ...')
    chosen = parser.parse_args(arguments)
    status = 0
    for folder in chosen.folders:
        try:
            status |= not report(folder, chosen.device)
        except InputError as error:
            print(f'{folder}: {error}', file=sys.stderr)  # noqa: T201  # as above
            status = 1
    return int(status)


def _compute(folder: Path, io: dict[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """Return what our model makes of the inputs, under the names of the recordings."""
    model, _ = load_checkpoint(folder, weights=WEIGHTS, device=device)
    io = {name: value.to(device) for name, value in io.items()}
    given = read_given(folder, io, model.config)
    computed = quantities(model, given, io) | gradients(model, given)
    if any(name.startswith('bf16.') for name in io):
        rounded, _ = load_checkpoint(folder, dtype=torch.bfloat16, weights=WEIGHTS, device=device)
        outputs = quantities(rounded, given, io)
        computed |= {name.replace('out.', 'bf16.', 1): value for name, value in outputs.items()}
    return {name: value.cpu() for name, value in computed.items()}


if __name__ == '__main__':
    sys.exit(main())
