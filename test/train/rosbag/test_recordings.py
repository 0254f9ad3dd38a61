# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings come back as the live nodes would have seen them, or not at all and with a reason."""

from dataclasses import replace
from pathlib import Path
import shutil

import cv2
import numpy as np
import pytest
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage, Image, JointState
from std_msgs.msg import Float64MultiArray, Header, String

from pi0_ros.convert import (
    COMMAND_READERS,
    IMAGE_READERS,
    command_to_array,
    command_to_joint_state,
    command_to_trajectory,
    compressed_to_rgb,
    image_to_rgb,
    joint_state_to_positions,
    ns_to_time,
    positions_to_joint_state,
    rgb_to_image,
    type_name,
)
from pi0_ros.recording import EPISODE_FILE, STORAGES, EpisodeInfo, Recording
from pi0_ros.robots.spec import load_robot
from pi0_ros.train.rosbag.recordings import open_recordings, read_recording
from pi0_ros.train.sources import open_examples
from pi0_ros.types import Command, InputError

ROBOT = load_robot(Path(__file__).parents[3] / 'config' / 'robots' / 'aloha_sim.yaml')
NAMES = ROBOT.joint_names
SENTENCE = 'pick up the red cube'
MS = 1_000_000
START = 1000  # [ms]
CAMERAS = {name: camera.topic for name, camera in ROBOT.cameras.items()}
HIGH, WRIST = CAMERAS.values()
ARM = ROBOT.outputs[0].topic


def picture(camera, number):
    seed = [list(CAMERAS).index(camera), number]
    return np.random.default_rng(seed).integers(0, 256, (3, 4, 3), np.uint8)


def positions(time_ms):
    return np.linspace(0, 1, len(NAMES)) + time_ms / 1000


def command(time_ms):
    return Command(time_ms * MS, NAMES, positions(time_ms) + 100, np.zeros(len(NAMES)))


def script(length_ms=400):
    """
    What a robot says and hears: (time of arrival [ms], relative topic, message).

    Pictures come every 40 ms and arrive 7 ms late, states every 20 ms; commands every 20 ms, 3 ms
    behind the states.
    """
    said = [(START, 'command', String(data=SENTENCE))]
    for time in range(START, START + length_ms, 20):
        said.append((time, 'joint_states', positions_to_joint_state(
            time * MS, NAMES, positions(time), np.zeros(len(NAMES)))))  # fmt: skip
        said += [(time + 3, output.topic, command_to_array(command(time), output.joints))
                 for output in ROBOT.outputs]  # fmt: skip
        if time % 40 == 0:
            said += [(time + 7, topic, rgb_to_image(picture(camera, time), time * MS, camera))
                     for camera, topic in CAMERAS.items()]  # fmt: skip
    return sorted(said, key=lambda entry: entry[0])


def record(folder, said, robot=ROBOT, storage='mcap', success=True, namespace=''):
    """Write a recording as the recorder does."""
    types = {
        'command': String,
        'joint_states': JointState,
        **{c.topic: IMAGE_READERS[c.transport][0] for c in robot.cameras.values()},
        **{output.topic: COMMAND_READERS[output.message][0] for output in robot.outputs},
    }
    types |= {topic: type(message) for _, topic, message in said}
    names = {topic: f'{namespace}/{topic}' for topic in types}
    recording = Recording(
        folder, storage, {names[topic]: type_name(kind) for topic, kind in types.items()}
    )
    for time, topic, message in said:
        recording.write(names[topic], time * MS, bytes(serialize_message(message)))
    recording.close(EpisodeInfo(robot.name, (SENTENCE,), success, 0, 1, names, recording.counts))


def without(said, *topics):
    return [entry for entry in said if entry[1] not in topics]


@pytest.mark.parametrize('storage', STORAGES)
def test_what_was_recorded_comes_back(tmp_path, storage):
    record(tmp_path / 'bag', script(), storage=storage, namespace='/left/lab')
    (episode,) = read_recording(tmp_path / 'bag', ROBOT)
    # The first command arrives 3 ms after the first picture was taken, so the second begins; the
    # last picture was taken at 1360.
    times = np.arange(1040, 1361, 20)
    assert episode.name == str(tmp_path / 'bag')
    assert episode.prompt == SENTENCE
    assert episode.stamps_ns.tolist() == (times * MS).tolist()
    assert np.array_equal(episode.positions, [positions(t) for t in times])
    # At an instant the command of the tick before is in force: its own comes 3 ms later.
    assert np.array_equal(episode.targets, [positions(t - 20) + 100 for t in times])
    for camera in CAMERAS:
        expected = [picture(camera, t - t % 40) for t in times]
        found = [episode.pictures[camera][t] for t in range(len(episode))]
        assert np.array_equal(found, expected)


def test_pictures_that_arrive_at_the_same_time_are_told_apart(tmp_path):
    said = [(round(time, -2), *rest) for time, *rest in script()]
    record(tmp_path / 'bag', said)
    (episode,) = read_recording(tmp_path / 'bag', ROBOT)
    for t, stamp_ns in enumerate(episode.stamps_ns):
        taken = stamp_ns // MS // 40 * 40
        for camera in CAMERAS:
            assert np.array_equal(episode.pictures[camera][t], picture(camera, int(taken)))


def test_other_messages_go_the_same_way_as_live(tmp_path):
    messages = ('joint_trajectory', 'joint_state', 'float64_multi_array', 'joint_trajectory')
    robot = replace(
        ROBOT,
        cameras={name: replace(c, transport='compressed') for name, c in ROBOT.cameras.items()},
        outputs=tuple(
            replace(output, message=message)
            for output, message in zip(ROBOT.outputs, messages, strict=True)
        ),
    )
    live = {}

    def other(time, topic, message):
        output = next((o for o in robot.outputs if o.topic == topic), None)
        if output is not None and output.message == 'joint_trajectory':
            return command_to_trajectory([command(time - 3)], output.joints, MS)
        if output is not None and output.message == 'joint_state':
            return command_to_joint_state(command(time - 3), output.joints)
        if topic in CAMERAS.values():
            _, jpeg = cv2.imencode('.jpg', image_to_rgb(message))
            header = Header(stamp=message.header.stamp)
            message = CompressedImage(header=header, format='jpeg', data=jpeg.tobytes())
            live[topic, time - 7] = compressed_to_rgb(message)
        return message

    said = [(time, topic, other(time, topic, message)) for time, topic, message in script()]
    record(tmp_path / 'bag', said, robot)
    (episode,) = read_recording(tmp_path / 'bag', robot)
    assert np.array_equal(episode.targets[0], positions(1020) + 100)
    for camera, topic in CAMERAS.items():
        assert np.array_equal(episode.pictures[camera][0], live[topic, 1040])


def test_padded_rows_and_other_joint_orders_go_the_same_way_as_live(tmp_path):
    live = {}

    def other(time, topic, message):
        if topic == HIGH:
            rows = np.pad(image_to_rgb(message)[..., ::-1].reshape(3, 12), ((0, 0), (0, 5)))
            message = Image(header=message.header, height=3, width=4, encoding='bgr8', step=17,
                            data=rows.tobytes())  # fmt: skip
            live[time - 7] = image_to_rgb(message)
        elif topic == 'joint_states':
            message = JointState(header=message.header, name=[*NAMES[::-1], 'wheel'],
                                 position=[*message.position[::-1], 7.0])  # fmt: skip
            live['state', time] = joint_state_to_positions(message, NAMES)
        return message

    said = [(time, topic, other(time, topic, message)) for time, topic, message in script()]
    record(tmp_path / 'bag', said)
    (episode,) = read_recording(tmp_path / 'bag', ROBOT)
    assert np.array_equal(episode.pictures['cam_high'][0], live[1040])
    assert np.array_equal(episode.positions[0], live['state', 1040])


def test_another_sentence_begins_another_episode(tmp_path):
    said = [*script(), (1105, 'command', String(data=f'{SENTENCE} ')),
            (1205, 'command', String(data='let it go'))]  # fmt: skip
    record(tmp_path / 'bag', sorted(said, key=lambda entry: entry[0]))
    first, second = read_recording(tmp_path / 'bag', ROBOT)
    assert (first.prompt, second.prompt) == (SENTENCE, 'let it go')
    assert first.stamps_ns[-1] == 1200 * MS
    assert second.stamps_ns[0] == 1220 * MS
    assert second.name.endswith('from 1.220 s')
    assert np.array_equal(second.pictures['cam_high'][0], picture('cam_high', 1200))


def test_camera_that_may_be_missing_may_be_missing(tmp_path):
    cameras = dict(ROBOT.cameras)
    cameras['cam_right_wrist'] = replace(cameras['cam_right_wrist'], missing='mask')
    robot = replace(ROBOT, cameras=cameras)
    record(tmp_path / 'bag', without(script(), WRIST), robot)
    (episode,) = read_recording(tmp_path / 'bag', robot)
    assert list(episode.pictures) == ['cam_high']


def test_folder_of_recordings_gives_the_successes_that_were_finished(tmp_path, caplog):
    for number, success in enumerate((True, False, None)):
        record(tmp_path / f'episode_{number:06d}', script(), success=success)
    record(tmp_path / 'episode_000003', script())
    (tmp_path / 'episode_000003' / EPISODE_FILE).unlink()
    examples = open_examples(tmp_path, ROBOT, horizon=3)
    assert [episode.name for episode in examples.episodes] == [str(tmp_path / 'episode_000000')]
    assert 'episode_000003 was never finished' in caplog.text
    example = examples[1]
    assert np.array_equal(example.targets, [positions(t) + 100 for t in (1040, 1060, 1080)])
    assert np.array_equal(example.observation.images['cam_high'], picture('cam_high', 1040))
    assert len(open_recordings(tmp_path, ROBOT, 3, only_successes=False).episodes) == 3
    shutil.rmtree(tmp_path / 'episode_000000')
    with pytest.raises(InputError, match='no episode to learn from; 2 are not labelled'):
        open_recordings(tmp_path, ROBOT, 3)


def test_broken_one_is_named_and_the_others_can_be_read(tmp_path):
    for number in range(2):
        record(tmp_path / f'episode_{number:06d}', script())
    file = tmp_path / 'episode_000001' / 'episode_000001.mcap'
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(InputError, match='episode_000001: '):
        open_recordings(tmp_path, ROBOT, 3)
    shutil.rmtree(tmp_path / 'episode_000001')
    assert len(open_recordings(tmp_path, ROBOT, 3).episodes) == 1


@pytest.mark.parametrize('share', [0.0, 0.01, 0.3, 0.6, 0.95])
@pytest.mark.parametrize('storage', STORAGES)
def test_truncated_file_is_named(tmp_path, storage, share):
    record(tmp_path / 'bag', script(), storage=storage)
    (file,) = (*tmp_path.glob('bag/*.mcap'), *tmp_path.glob('bag/*.db3'))
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match='bag: '):
        read_recording(tmp_path / 'bag', ROBOT)


@pytest.mark.parametrize('storage', STORAGES)
def test_flipped_bytes_do_no_worse_than_an_error(tmp_path, storage):
    record(tmp_path / 'bag', script(100), storage=storage)
    (file,) = (*tmp_path.glob('bag/*.mcap'), *tmp_path.glob('bag/*.db3'))
    data = file.read_bytes()
    random = np.random.default_rng(0)
    for trial in range(20):
        folder = tmp_path / f'bag{trial}'
        shutil.copytree(tmp_path / 'bag', folder)
        spoilt = bytearray(data)
        for place in random.integers(0, len(data), 20):
            spoilt[place] ^= 1 << int(random.integers(8))
        (folder / file.name).write_bytes(spoilt)
        try:
            read_recording(folder, ROBOT)
        except InputError as error:
            assert str(folder) in str(error)  # noqa: PT017 it may also go well


def test_missing_metadata_is_named(tmp_path):
    record(tmp_path / 'bag', script())
    (tmp_path / 'bag' / 'metadata.yaml').unlink()
    with pytest.raises(InputError, match=r'bag: .*metadata'):
        read_recording(tmp_path / 'bag', ROBOT)


def replaced(topic, message, at_ms=1103):
    """The script with another message at one time."""
    return [(time, name, message if (name, time) == (topic, at_ms) else old)
            for time, name, old in script()]  # fmt: skip


ARM_COMMAND = [0.0] * len(ROBOT.outputs[0].joints)
STAMP = Header(stamp=ns_to_time(1100 * MS))


@pytest.mark.parametrize(
    ('said', 'words'),
    [
        (without(script(), HIGH), f'topic {HIGH}: nothing was recorded'),
        (without(script(), 'joint_states'), 'topic joint_states: nothing was recorded'),
        (without(script(), ARM), f'topic {ARM}: nothing was recorded'),
        (without(script(), 'command'), 'topic command: nothing was recorded'),
        (replaced(ARM, Float64MultiArray(data=[float('nan'), *ARM_COMMAND[1:]])),
         f'topic /{ARM}: at 1.103 s: command: nan at index (0,) (left_waist)'),
        (replaced(ARM, Float64MultiArray(data=ARM_COMMAND[1:])),
         f'topic /{ARM}: at 1.103 s: command: expected shape'),
        (replaced('joint_states', JointState(header=STAMP, name=['wheel'], position=[0.0]), 1100),
         'topic /joint_states: at 1.100 s: joint state: joints are missing'),
        (replaced('joint_states', JointState(name=['wheel'], position=[0.0]), 1100),
         'topic /joint_states: at 1.100 s: joint state'),
        ([(t, n, m) for t, n, m in script() if n != ARM or t % 60 == 23],
         f'topic /{ARM}: comes at 16.7 Hz, but rate_hz of robot aloha_sim is 50 Hz'),
        ([(t, n, m) for t, n, m in script(900) if n != ARM or not 1100 < t < 1400],
         f'topic /{ARM}: at 1.300 s'),
        ([(t, n, m) for t, n, m in script(2000) if n != WRIST or not 1100 < t < 1800],
         f'topic /{WRIST}: at 1.600 s'),
        ([(t, n, m) for t, n, m in script(2000) if n != 'joint_states' or not 1100 < t < 1800],
         'topic /joint_states: at 1.320 s'),
        ([(t, n, m) for t, n, m in script(900) if (n == ARM) == (t > 1500)
          or n == 'command'], 'the inputs have no time in common'),
        (replaced('command', String(data=' '), START), 'bag: command: it is empty'),
    ],
)  # fmt: skip
def test_what_can_not_be_used_is_named(tmp_path, said, words):
    record(tmp_path / 'bag', said)
    with pytest.raises(InputError) as caught:
        read_recording(tmp_path / 'bag', ROBOT)
    assert str(tmp_path / 'bag') in str(caught.value)
    assert words in str(caught.value)


def test_other_type_is_named(tmp_path):
    said = [(t, n, String(data='no picture') if n == HIGH else m) for t, n, m in script()]
    record(tmp_path / 'bag', said)
    with pytest.raises(InputError, match='expected sensor_msgs/msg/Image, found std_msgs/msg/Str'):
        read_recording(tmp_path / 'bag', ROBOT)


def test_another_robot_is_named(tmp_path):
    record(tmp_path / 'bag', script(), replace(ROBOT, name='other'))
    with pytest.raises(InputError, match='recorded with robot other, not aloha_sim'):
        read_recording(tmp_path / 'bag', ROBOT)


def test_picture_that_can_not_be_decoded_is_named_when_it_is_asked_for(tmp_path):
    header = Header(stamp=ns_to_time(1080 * MS))
    record(tmp_path / 'bag', replaced(HIGH, Image(header=header, encoding='depth'), 1087))
    (episode,) = read_recording(tmp_path / 'bag', ROBOT)
    with pytest.raises(InputError, match=rf'topic /{HIGH}: the picture of 1\.080 s: encoding'):
        episode.pictures['cam_high'][2]


def test_folder_of_nothing_says_what_was_expected(tmp_path):
    with pytest.raises(InputError, match=r'episode_\*'):
        open_examples(tmp_path, ROBOT, 3)
