# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The small parts of training: settings, schedule, order, statistics, pictures, marks, sources."""

from copy import copy
from dataclasses import replace
import json
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose
import pytest
from safetensors.numpy import load_file
import torch
from training_rig import CAMERAS, FakeExamples

from pi0_ros.robots.norm_stats import load_norm_stats
from pi0_ros.train.augment import augment, recolour, shift
from pi0_ros.train.data import Items
from pi0_ros.train.grounding import patch_marks
from pi0_ros.train.norm_stats import RunningStats, compute_norm_stats, write_norm_stats
from pi0_ros.train.schedule import BatchOrder, learning_rate_fraction, seed_of
from pi0_ros.train.settings import TrainSettings, read_settings
from pi0_ros.train.sources import Together, open_examples
from pi0_ros.types import InputError

PREP = Path(__file__).parents[1] / 'reference' / 'prep' / 'transforms.safetensors'


def test_settings_come_from_defaults_file_and_words(tmp_path):
    file = tmp_path / 'settings.yaml'
    file.write_text('steps: 7\nlearning_rate: 1e-3\naugment: false\n')
    settings = read_settings(file, {'steps': '9', 'optimizer': 'muon', 'ema_decay': '0'})
    assert settings == replace(
        TrainSettings(),
        steps=9,
        learning_rate=1e-3,
        augment=False,
        optimizer='muon',
        ema_decay=0.0,
    )


@pytest.mark.parametrize(
    ('text', 'words', 'message'),
    [
        ('steps: 0', {}, 'steps: expected a number of at least 1, found 0'),
        ('stepz: 1', {}, 'stepz'),
        ('steps: 1.5', {}, 'steps: expected a int, found 1.5'),
        ('augment: 1', {}, 'augment: expected a bool'),
        ('optimizer: sgd', {}, "adamw, muon, found 'sgd'"),
        ('', {'batch_size': '5', 'accumulation': '2'}, 'multiple of accumulation'),
        ('', {'ema_decay': '1'}, 'ema_decay'),
        ('', {'learning_rate': '.nan'}, 'learning_rate'),
        (
            '',
            {'grounding': '1', 'gradient_checkpointing': 'true'},
            '0 with gradient_checkpointing',
        ),
        ('', {'grounding': '1'}, 'grounding: expected 0 with augment'),
        ('', {'steps': '[1'}, 'steps: not YAML'),
    ],
)
def test_wrong_settings_are_named(tmp_path, text, words, message):
    file = tmp_path / 'settings.yaml'
    file.write_text(text or '{}')
    with pytest.raises(InputError, match=message):
        read_settings(file, words)


def test_the_learning_rate_rises_and_falls():
    settings = TrainSettings(steps=100, warmup_steps=10, final_fraction=0.1)
    rates = [learning_rate_fraction(settings, step) for step in range(101)]
    assert_allclose(rates[:10], np.arange(1, 11) / 11)
    assert rates[10] == pytest.approx(1.0)
    assert rates[55] == pytest.approx(0.55)
    assert rates[100] == pytest.approx(0.1)
    assert (np.diff(rates[10:]) <= 0).all()


def test_every_example_is_used_once_in_a_round():
    settings = TrainSettings(steps=6, batch_size=4, accumulation=2, seed=3)
    batches = list(BatchOrder(settings, count=8))
    assert [len(batch) for batch in batches] == [2] * 12
    flat = np.concatenate(batches)
    for k in range(3):
        assert sorted(flat[8 * k : 8 * k + 8]) == list(range(8))
    assert flat[:8].tolist() != flat[8:16].tolist()
    assert list(BatchOrder(settings, 8, start=2)) == batches[4:]
    other = list(BatchOrder(replace(settings, seed=4), 8))
    assert other != batches


def test_processes_share_a_batch():
    settings = TrainSettings(steps=1, batch_size=8)
    whole = next(iter(BatchOrder(settings, 20)))
    parts = [next(iter(BatchOrder(settings, 20, rank=r, world=2))) for r in range(2)]
    assert sorted(parts[0] + parts[1]) == sorted(whole)


def test_seeds_differ_by_every_number():
    seeds = {seed_of(a, b, c) for a in range(3) for b in range(3) for c in range(3)}
    assert len(seeds) == 27
    assert seed_of(1, 2, 3) == seed_of(1, 2, 3)


def test_running_statistics_are_openpis():
    recorded = load_file(PREP)
    stats = RunningStats()
    for batch in recorded['running.batches']:
        stats.update(batch)
    found = stats.statistics()
    for name in ('mean', 'std', 'q01', 'q99'):
        assert_allclose(found[name], recorded[f'running.{name}'], rtol=1e-12, atol=1e-12)


def test_joints_that_never_move_have_a_floor():
    stats = RunningStats()
    stats.update(np.column_stack([np.full(100, 2.0), np.linspace(0, 10, 100)]))
    found = stats.statistics(std_floor=0.05)
    assert found['std'][0] == 0.05
    assert found['q99'][0] - found['q01'][0] == pytest.approx(0.1)
    assert found['std'][1] == pytest.approx(stats.statistics()['std'][1])


def test_statistics_are_those_of_the_models_convention(robot, tmp_path):
    examples = FakeExamples(count=300)
    file = tmp_path / 'norm_stats.json'
    write_norm_stats(file, compute_norm_stats(examples, robot, 0.0))
    stats = load_norm_stats(file, 'z_score')
    positions = np.array([examples.motion(i).positions for i in range(300)])
    targets = np.array([examples.motion(i).targets for i in range(300)])
    assert_allclose(stats.state.mean[0], positions[:, 0].mean())
    assert_allclose(stats.actions.mean[0], targets[..., 0].mean())  # the waist that rests is not,
    relative = targets[..., 7] - positions[:, None, 7]  # the waist that works is relative,
    assert_allclose(stats.actions.std[7], relative.std(), rtol=1e-6)
    gripper = (targets[..., 6] - 0.01844) / (0.058 - 0.01844)  # the gripper is not
    assert_allclose(stats.actions.mean[6], gripper.mean(), rtol=1e-6)
    assert set(json.loads(file.read_text())['norm_stats']) == {'state', 'actions'}


@pytest.mark.parametrize('field', ['positions', 'targets'])
def test_numbers_without_statistics_are_named(robot, field):
    class Broken(FakeExamples):
        def motion(self, index):
            motion = super().motion(index)
            if index == 2:
                getattr(motion, field)[..., 5] = np.inf
            return motion

    with pytest.raises(InputError, match=f'example 2: {field}: inf .*left_wrist_rotate'):
        compute_norm_stats(Broken(), robot, 0.0)


def pictures(count=6, side=32):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(count, 3, side, side, generator=generator) * 2 - 1


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_pictures_without_strength_stay():
    torch.testing.assert_close(shift(pictures(), generator(), crop=1.0, turn_rad=0.0), pictures())
    torch.testing.assert_close(recolour(pictures(), generator(), 0, 0, 0), pictures())


def test_each_picture_is_altered_on_its_own():
    same = pictures(1).expand(6, -1, -1, -1)
    for alter in (shift, recolour):
        altered = alter(same, generator())
        assert all((altered[i] - altered[0]).abs().max() > 1e-3 for i in range(1, 6))
        assert -1 <= altered.min() <= altered.max() <= 1
        torch.testing.assert_close(alter(same, generator()), altered)


def test_a_crop_shows_a_smaller_part_and_beyond_the_edge_is_black():
    edge = torch.ones(40, 3, 64, 64)
    edge[:, :, 2:-2, 2:-2] = 0.0
    cropped = shift(edge, generator(), turn_rad=0.0)
    assert (cropped.mean() < edge.mean()).all()
    turned = shift(torch.ones(40, 3, 64, 64), generator(), crop=1.0)
    assert turned.min() == -1.0


def test_wrist_cameras_keep_their_geometry():
    picture = torch.zeros(5, 3, 32, 32)
    picture[:, :, 10:12] = 0.5  # a bar: its edges stay where they are, whatever their colour
    altered = augment({'left_wrist_0_rgb': picture, 'base_0_rgb': picture}, generator())
    rows = altered['left_wrist_0_rgb'].mean(dim=(1, 3))
    assert (rows[:, :10].std(dim=1) < 1e-5).all()
    assert (altered['base_0_rgb'].mean(dim=(1, 3))[:, :10].std(dim=1) > 1e-3).any()


def test_marks_become_patches(robot, preprocessor):
    example = FakeExamples(side=96)[0]
    marks = {name: np.zeros((2, 96, 96), bool) for name in CAMERAS}
    marks['cam_high'][0, 16:18, 0:2] = True  # 4 pixels of the patch in the second row
    marks['cam_right_wrist'][1, 0, 0:3] = True  # 3 of the first: too few
    marks['cam_right_wrist'][1, 90:, 90:] = True
    upright = dict.fromkeys(CAMERAS, 0)
    found = patch_marks(example._replace(marks=marks), upright, 6, 96)
    assert found.shape == (72, 2)
    assert torch.nonzero(found).tolist() == [[6, 0], [71, 1]]
    assert Items(FakeExamples(), preprocessor, robot, 0)[0].marks.numel() == 0
    with pytest.raises(InputError, match=r'cam_high: marks: .*found none'):
        patch_marks(example._replace(marks=None), upright, 6, 96)
    marks['cam_high'] = marks['cam_high'][:, :48]
    with pytest.raises(
        InputError, match=r'cam_high: marks: .*\(96, 96\), found shape \(2, 48, 96'
    ):
        patch_marks(example._replace(marks=marks), upright, 6, 96)


def test_marks_go_where_the_picture_goes(robot, preprocessor):
    example = FakeExamples()[0]
    pictures = {name: np.zeros((60, 80, 3), np.uint8) for name in CAMERAS}
    marks = {name: np.zeros((2, 60, 80), bool) for name in CAMERAS}
    for name in CAMERAS:
        pictures[name][5:12, 60:75] = 255
        marks[name][0, 5:12, 60:75] = True
    cameras = {
        name: replace(camera, rotate_deg=turn)
        for (name, camera), turn in zip(robot.cameras.items(), (0, 90), strict=True)
    }
    turned = replace(robot, cameras=cameras)
    preprocessor = copy(preprocessor)
    preprocessor._robot = turned
    observation = replace(example.observation, images=pictures)
    item = Items(
        [example._replace(observation=observation, marks=marks)], preprocessor, turned, 6
    )[0]
    seen = item.encoded.pixels[:, 0].float().view(2, 6, 16, 6, 16).mean(dim=(2, 4)) / 255
    expected = (seen >= 4 / 256).float().flatten()
    assert item.marks[:, 0].tolist() == expected.tolist()
    assert 4 <= expected.sum() < 20
    assert not item.marks[:, 1].any()


def test_bad_examples_are_named(robot, preprocessor):
    class Broken(FakeExamples):
        def __getitem__(self, index):
            example = super().__getitem__(index)
            example.targets[3, 5] = np.nan
            return example

    with pytest.raises(InputError, match=r'example 2: joint targets.*left_wrist_rotate'):
        Items(Broken(), preprocessor, robot, 0)[2]


def test_sources_stand_in_a_row(robot, tmp_path):
    together = Together([FakeExamples(3), FakeExamples(5)])
    assert len(together) == 8
    assert together[4].observation.prompt == 'do 1'
    assert_allclose(together.motion(7).positions, FakeExamples().motion(4).positions)
    with pytest.raises(IndexError):
        together[8]
    for none in ([], [FakeExamples(0)]):
        with pytest.raises(InputError, match='no examples'):
            Together(none)
    with pytest.raises(InputError, match=str(tmp_path)):
        open_examples(tmp_path, robot, 50)
