# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Train π0: ``python -m pi0_ros.train --robot R --data D --start S --output O``.

One process, or several under torchrun. The output is a checkpoint that a policy loads, written
now and then during the run, and beside it the curve of the losses and the state to resume from.
"""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
import sys

from pi0_ros.train.run import Job, train
from pi0_ros.train.settings import TrainSettings, read_settings
from pi0_ros.types import InputError


def _pair(text: str) -> tuple[str, str]:
    """Split NAME=KEY."""
    name, sign, key = text.partition('=')
    if not (name and sign and key):
        raise argparse.ArgumentTypeError(f'expected NAME=KEY, found {text!r}')
    return name, key


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line asks."""
    parser = argparse.ArgumentParser(prog='pi0_ros.train', description=__doc__)
    parser.add_argument('--robot', type=Path, required=True, help="the robot's YAML file")
    parser.add_argument('--data', type=Path, required=True, action='append', metavar='FOLDER',
                        help='demonstrations; may be given several times')  # fmt: skip
    parser.add_argument('--cameras', nargs='+', type=_pair, default=[], metavar='NAME=KEY',
                        help="the robot's cameras by other names of LeRobot's")  # fmt: skip
    parser.add_argument('--start', type=Path, required=True, metavar='FOLDER',
                        help='checkpoint to fine-tune, or one without weights')  # fmt: skip
    parser.add_argument('--output', type=Path, required=True, metavar='FOLDER')
    parser.add_argument('--settings', type=Path, metavar='FILE', help='settings in YAML')
    parser.add_argument('--device', default='', help='cpu, cuda ...; what there is if not given')
    parser.add_argument('--resume', action='store_true', help='go on where the output stopped')
    chosen = parser.add_argument_group('settings')
    for field in fields(TrainSettings):
        chosen.add_argument(f'--{field.name}', metavar=str(field.type), help=f'{field.default}')
    given = parser.parse_args(arguments)
    words = {
        field.name: value
        for field in fields(TrainSettings)
        if (value := getattr(given, field.name)) is not None
    }
    try:
        settings = read_settings(given.settings, words)
        train(Job(
            given.robot, tuple(given.data), given.start, given.output, settings, given.device,
            given.resume, dict(given.cameras),
        ))  # fmt: skip
    except (InputError, FloatingPointError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # what the program says
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
