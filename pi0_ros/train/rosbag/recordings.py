# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The recorder's episodes as training episodes, through the conversions of the live nodes.

An episode's instants are 1 / rate_hz apart and begin at a picture, once every input has come;
they end when any input ends. At each of them stand

- the newest picture of each camera, as the policy at work takes it;
- the measured joint state nearest in time, as there: the policy sees no interpolated one either;
- the command in force, which is the newest that had arrived. What the robot did before the first
  command was told by nobody, so it is left out.

Pictures and states count by their header's stamp, commands and sentences, which have none, by
their arrival at the recorder. Where the sentence changes, another episode begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from pi0_ros.policy.observation_buffer import BufferSettings
from pi0_ros.recording import EPISODE_FILE, episode_folders, read_info
from pi0_ros.robots.spec import Robot
from pi0_ros.train.episode import Array, Episode, EpisodeExamples, Picture
from pi0_ros.train.rosbag.bag import open_bag
from pi0_ros.train.rosbag.inputs import Inputs, read_inputs, stamp_of
from pi0_ros.train.rosbag.series import Series, Stamps, common_instants
from pi0_ros.types import NS_PER_S, InputError

# The policy at work would not have inferred on inputs that are older or further apart.
LIMITS = BufferSettings()
# A controller that was told nothing for longer may have been moved by something else.
COMMAND_PERIODS = 10

_log = logging.getLogger(__name__)


def open_recordings(
    path: Path, robot: Robot, horizon: int, *, only_successes: bool = True
) -> EpisodeExamples:
    """
    Open a folder of recordings.

    An episode that was never finished is left out with a warning. One that is finished and can't
    be read is an error; without it in the folder, the others can be read.

    :param horizon: targets of an example, H.
    :param only_successes: leave out what isn't labelled as a success.
    :raises InputError: naming episode and topic, or the folder if nothing is left.
    """
    episodes: list[Episode] = []
    unlabelled = 0
    for folder in episode_folders(path):
        if not (folder / EPISODE_FILE).is_file():
            _log.warning('%s was never finished; it is left out', folder)
        elif only_successes and not read_info(folder).success:
            unlabelled += 1
        else:
            episodes += read_recording(folder, robot)
    if not episodes:
        raise InputError(
            f'{path}: no episode to learn from; {unlabelled} are not labelled as a success'
        )
    return EpisodeExamples(episodes, robot, horizon)


def read_recording(folder: Path, robot: Robot) -> tuple[Episode, ...]:
    """
    Read a recording: one episode, or one for each sentence in it.

    Every message is read once, to learn its stamp and to check it; pictures are read again when
    they are asked for.

    :raises InputError: naming folder and topic, if an input is missing, ends or pauses too long,
        comes at another rate than the robot's, or holds something that can't be used.
    """
    info = read_info(folder)
    if info.robot != robot.name:
        raise InputError(f'{folder}: recorded with robot {info.robot}, not {robot.name}')
    inputs = read_inputs(folder, robot, info)
    stamps_ns = _instants(folder, robot, inputs)
    positions = np.hstack(
        [
            np.array(series.values)[series.nearest(stamps_ns, LIMITS.max_state_age_s)]
            for series in inputs.states
        ]
    )
    targets = _targets(robot, inputs, stamps_ns)
    shown = {
        name: camera.series.newest(stamps_ns, LIMITS.max_image_age_s)
        for name, camera in inputs.cameras.items()
    }
    in_force = inputs.sentences.newest(stamps_ns, math.inf)
    said = [inputs.sentences.values[i].strip() for i in in_force]
    changes = [t for t in range(1, len(said)) if said[t] != said[t - 1]]

    def part(begin: int, end: int) -> Episode:
        pictures = {
            name: RecordedPictures(
                folder=folder,
                topic=camera.topic,
                read=camera.read,
                stamps_ns=np.array(camera.series.stamps_ns)[shown[name][begin:end]],
                arrivals_ns=np.array(camera.series.values)[shown[name][begin:end]],
            )
            for name, camera in inputs.cameras.items()
        }
        start = f' from {stamps_ns[begin] / NS_PER_S:.3f} s' if changes else ''
        return Episode(
            name=f'{folder}{start}',
            prompt=said[begin],
            stamps_ns=stamps_ns[begin:end],
            positions=positions[begin:end],
            targets=targets[begin:end],
            pictures=pictures,
        )

    return tuple(map(part, [0, *changes], [*changes, len(said)]))


def _instants(folder: Path, robot: Robot, inputs: Inputs) -> Stamps:
    """Return the instants of the recording, (T,) [ns]."""
    cameras = [camera.series for camera in inputs.cameras.values()]
    spoken_ns, _ = inputs.sentences.span_ns
    pictures_ns = [ns for series in cameras for ns in series.stamps_ns if ns >= spoken_ns]
    timed: list[Series[Any]] = [*cameras, *inputs.states, *inputs.commands]
    return common_instants(timed, pictures_ns, robot.rate_hz, str(folder))


def _targets(robot: Robot, inputs: Inputs, stamps_ns: Stamps) -> Array:
    """Return what every joint was told, in the robot's order, (T, J)."""
    targets = np.empty((len(stamps_ns), len(robot.joints)))
    for output, series in zip(robot.outputs, inputs.commands, strict=True):
        series.check_rate(robot.rate_hz, f'rate_hz of robot {robot.name}')
        in_force = series.newest(stamps_ns, COMMAND_PERIODS / robot.rate_hz)
        joints = [robot.joint_names.index(joint) for joint in output.joints]
        targets[:, joints] = np.array(series.values)[in_force]
    return targets


@dataclass(frozen=True)
class RecordedPictures:
    """
    The pictures of one camera, read and decoded when they are asked for.

    :param folder: of the recording.
    :param topic: full name.
    :param read: message to picture.
    :param stamps_ns: of the header of the picture of each instant, (T,) [ns].
    :param arrivals_ns: when it arrived at the recorder, (T,) [ns].
    """

    folder: Path
    topic: str
    read: Callable[[Any], Picture]
    stamps_ns: Stamps
    arrivals_ns: Stamps

    def __len__(self) -> int:
        """Return how many instants there are, T."""
        return len(self.stamps_ns)

    def __getitem__(self, index: int) -> Picture:
        """Return the picture of an instant, (h, w, 3) uint8 RGB."""
        arrival_ns, stamp_ns = int(self.arrivals_ns[index]), int(self.stamps_ns[index])
        where = f'{self.folder}: topic {self.topic}: the picture of {stamp_ns / NS_PER_S:.3f} s'
        messages = open_bag(self.folder).messages([self.topic], arrival_ns, arrival_ns + 1)
        for message in messages:
            if stamp_of(message) == stamp_ns:
                try:
                    return self.read(message.content)
                except InputError as error:
                    raise InputError(f'{where}: {error}') from error
        raise InputError(f'{where} is not there any more')
