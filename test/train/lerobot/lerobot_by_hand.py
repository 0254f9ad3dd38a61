# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Small LeRobot datasets laid out as LeRobot's own code does, without any of ours; and their robot.

Source of the layouts: huggingface/lerobot, src/lerobot/datasets/utils.py and
src/lerobot/scripts/convert_dataset_v21_to_v30.py.
"""

import json

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FPS = 10
SIZE = (32, 48)
NAMES = ['waist', 'elbow', 'gripper']
LENGTHS = (7, 5, 9)
TASKS = ['pick up the red cube', 'wave']
TASK_OF = (0, 1, 0)

ROBOT = """
name: small
rate_hz: 10
cameras:
  top: {topic: top, transport: raw, slot: base_0_rgb, missing: refuse}
  wrist: {topic: wrist, transport: raw, slot: left_wrist_0_rgb, missing: mask}
joints:
  - {name: waist, unit: rad, position: [-3, 3], velocity: 3, acceleration: 12}
  - {name: elbow, unit: rad, position: [-3, 3], velocity: 3, acceleration: 12}
  - {name: gripper, unit: m, position: [0, 0.05], velocity: 1, acceleration: 4}
grippers:
  gripper: {map: linear, closed: 0, open: 0.05}
action_space: {quantity: position, delta: [waist, elbow]}
normalization: {kind: z_score, asset: small}
outputs:
  - {topic: commands, message: float64_multi_array, joints: [waist, elbow, gripper]}
"""


def numbers(key, episode):
    """What row t of an episode holds, (T, 3); every number of the dataset is another one."""
    rows = np.arange(LENGTHS[episode], dtype=np.float32)[:, None]
    start = {'observation.state': 0.25, 'action': 0.5}[key] + 8 * episode
    return start + rows / 16 + np.arange(3, dtype=np.float32) / 1024


def picture(camera, episode, t):
    """A smooth picture whose brightness says which one it is."""
    light = 40 + 20 * ('top', 'wrist').index(camera) + 50 * episode + 4 * t
    slope = np.linspace(0, 30, SIZE[1])[None, :, None] * [1.0, 0.5, 0.0]
    return np.broadcast_to(light + slope, (*SIZE, 3)).astype(np.uint8)


def write_video(file, pictures, *, codec='libx264', options=None):
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), 'w') as container:
        stream = container.add_stream(codec, rate=FPS, options=options or {'crf': '10'})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = 'yuv420p'
        for one in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(one, format='rgb24')))
        container.mux(stream.encode(None))


def table(episode, embedded=()):
    length, before = LENGTHS[episode], sum(LENGTHS[:episode])
    columns = {
        key: pa.array(list(numbers(key, episode)), pa.list_(pa.float32()))
        for key in ('observation.state', 'action')
    }
    columns['timestamp'] = pa.array(np.arange(length) / FPS, pa.float32())
    columns['frame_index'] = pa.array(range(length), pa.int64())
    columns['episode_index'] = pa.array([episode] * length, pa.int64())
    columns['index'] = pa.array(range(before, before + length), pa.int64())
    columns['task_index'] = pa.array([TASK_OF[episode]] * length, pa.int64())
    for camera in embedded:
        files = [
            {'bytes': cv2.imencode('.png', picture(camera, episode, t)[..., ::-1])[1].tobytes(),
             'path': f'frame_{t:06d}.png'}
            for t in range(length)
        ]  # fmt: skip
        columns[f'observation.images.{camera}'] = pa.array(files)
    return pa.table(columns)


def features(cameras, dtype, names):
    joints = {'dtype': 'float32', 'shape': [3], 'names': names}
    image = {'dtype': dtype, 'shape': [*SIZE, 3], 'names': ['height', 'width', 'channels']}
    index = {'dtype': 'int64', 'shape': [1], 'names': None}
    return {
        'observation.state': joints,
        'action': joints,
        **{f'observation.images.{camera}': image for camera in cameras},
        'timestamp': {'dtype': 'float32', 'shape': [1], 'names': None},
        **dict.fromkeys(('frame_index', 'episode_index', 'index', 'task_index'), index),
    }


def write_parquet(file, what):
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(what, file)


def write_lines(file, rows):
    file.write_text(''.join(json.dumps(row) + '\n' for row in rows))


def write_v21(folder, *, cameras=('top', 'wrist'), dtype='video', names=NAMES):
    (folder / 'meta').mkdir(parents=True)
    info = {
        'codebase_version': 'v2.1', 'robot_type': 'small', 'total_episodes': len(LENGTHS),
        'total_frames': sum(LENGTHS), 'total_tasks': len(TASKS), 'total_videos': 0,
        'total_chunks': 2, 'chunks_size': 2, 'fps': FPS, 'splits': {},
        'data_path': 'data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet',
        'video_path':
            'videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4',
        'features': features(cameras, dtype, names),
    }  # fmt: skip
    (folder / 'meta' / 'info.json').write_text(json.dumps(info))
    write_lines(folder / 'meta' / 'tasks.jsonl',
                [{'task_index': i, 'task': task} for i, task in enumerate(TASKS)])  # fmt: skip
    write_lines(
        folder / 'meta' / 'episodes.jsonl',
        [
            {'episode_index': i, 'tasks': [TASKS[TASK_OF[i]]], 'length': length}
            for i, length in enumerate(LENGTHS)
        ],
    )
    for i, length in enumerate(LENGTHS):
        chunk, name = f'chunk-{i // 2:03d}', f'episode_{i:06d}'
        embedded = cameras if dtype == 'image' else ()
        write_parquet(folder / 'data' / chunk / f'{name}.parquet', table(i, embedded))
        for camera in cameras if dtype == 'video' else ():
            file = folder / 'videos' / chunk / f'observation.images.{camera}' / f'{name}.mp4'
            write_video(file, [picture(camera, i, t) for t in range(length)])
    return folder


def write_v30(folder, *, cameras=('top', 'wrist'), dtype='video', names=NAMES):
    """Episodes 0 and 1 share the files number 0, episode 2 has number 1."""
    (folder / 'meta').mkdir(parents=True)
    info = {
        'codebase_version': 'v3.0', 'robot_type': 'small', 'total_episodes': len(LENGTHS),
        'total_frames': sum(LENGTHS), 'total_tasks': len(TASKS), 'chunks_size': 1000,
        'data_files_size_in_mb': 100, 'video_files_size_in_mb': 200, 'fps': FPS, 'splits': {},
        'data_path': 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
        'video_path': 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4',
        'features': features(cameras, dtype, names),
    }  # fmt: skip
    (folder / 'meta' / 'info.json').write_text(json.dumps(info))
    tasks = pa.table({'task_index': [0, 1], '__index_level_0__': TASKS})
    write_parquet(folder / 'meta' / 'tasks.parquet', tasks)
    rows = []
    for i, length in enumerate(LENGTHS):
        row = {
            'episode_index': i, 'tasks': [TASKS[TASK_OF[i]]], 'length': length,
            'data/chunk_index': 0, 'data/file_index': i // 2,
            'dataset_from_index': sum(LENGTHS[:i]), 'dataset_to_index': sum(LENGTHS[: i + 1]),
        }  # fmt: skip
        start = LENGTHS[0] / FPS if i == 1 else 0.0
        for camera in cameras if dtype == 'video' else ():
            row |= {
                f'videos/observation.images.{camera}/{key}': value
                for key, value in (
                    ('chunk_index', 0), ('file_index', i // 2),
                    ('from_timestamp', start), ('to_timestamp', start + length / FPS),
                )
            }  # fmt: skip
        rows.append(row)
    write_parquet(
        folder / 'meta' / 'episodes' / 'chunk-000' / 'file-000.parquet', pa.Table.from_pylist(rows)
    )
    embedded = cameras if dtype == 'image' else ()
    for number, members in enumerate(((0, 1), (2,))):
        name = f'chunk-000/file-{number:03d}'
        rows = pa.concat_tables([table(i, embedded) for i in members])
        write_parquet(folder / 'data' / f'{name}.parquet', rows)
        for camera in cameras if dtype == 'video' else ():
            shown = [picture(camera, i, t) for i in members for t in range(LENGTHS[i])]
            write_video(folder / 'videos' / f'observation.images.{camera}' / f'{name}.mp4', shown)
    return folder


WRITE = {'v2.1': write_v21, 'v3.0': write_v30}
