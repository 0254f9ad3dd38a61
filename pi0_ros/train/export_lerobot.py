# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Recordings as a LeRobot dataset: ``python -m pi0_ros.train.export_lerobot SRC DST --robot R``.

SRC is anything with episodes that training takes. The dataset appears at DST when it is complete,
and not at all if something goes wrong.
"""

from __future__ import annotations

import argparse
from pathlib import Path
import sys
import tempfile

from tqdm import tqdm

from pi0_ros.robots.spec import Robot, load_robot
from pi0_ros.train.episode import EpisodeExamples
from pi0_ros.train.example import Examples
from pi0_ros.train.lerobot.layout import V21, V30
from pi0_ros.train.lerobot.writer import DatasetWriter
from pi0_ros.train.sources import open_examples
from pi0_ros.types import InputError

VERSIONS = {'2.1': V21, '3.0': V30}


def export(source: Examples, destination: Path, robot: Robot, version: str = V30) -> None:
    """
    Write episodes as a LeRobot dataset.

    :param destination: a folder that doesn't exist yet.
    :param version: of the layout, 'v2.1' or 'v3.0'.
    :raises InputError: naming what can't be used.
    :raises OSError: if it can't be written.
    """
    if not isinstance(source, EpisodeExamples):
        raise InputError('expected recordings: these examples have no episodes')
    if destination.exists():
        raise InputError(f'{destination}: exists already')
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=destination.parent, prefix=f'.{destination.name}.'
    ) as scratch:
        folder = Path(scratch) / destination.name
        folder.mkdir()
        writer = DatasetWriter(folder, robot, version)
        for episode in tqdm(source.episodes, unit='episode', disable=None):
            writer.write(episode)
        writer.close()
        folder.rename(destination)


def main(arguments: list[str] | None = None) -> int:
    """Export as the command line asks."""
    parser = argparse.ArgumentParser(prog='pi0_ros.train.export_lerobot', description=__doc__)
    parser.add_argument('source', type=Path, metavar='SRC', help='folder of recordings')
    parser.add_argument('destination', type=Path, metavar='DST', help='folder to write')
    parser.add_argument('--robot', type=Path, required=True, help="the robot's YAML file")
    parser.add_argument('--version', choices=VERSIONS, default='3.0', help='of the layout')
    given = parser.parse_args(arguments)
    try:
        robot = load_robot(given.robot)
        source = open_examples(given.source, robot, horizon=1)
        export(source, given.destination, robot, VERSIONS[given.version])
    except (InputError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # what the program says
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
