# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy end to end: equal to its parts by hand, deterministic, and strict at load."""

from dataclasses import replace
import json
import shutil

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
import pytest
import torch

from pi0_ros.model.checkpoint import load_checkpoint
from pi0_ros.model.flow import sample_actions
from pi0_ros.model.pi0 import Inputs
from pi0_ros.model.tokenizer import Tokenizer
from pi0_ros.policy.continuation import Rest
from pi0_ros.policy.images import resize_with_pad, to_unit_range
from pi0_ros.policy.policy import Policy
from pi0_ros.robots.norm_stats import load_norm_stats
from pi0_ros.robots.parts import Normalization
from pi0_ros.tools import untrained
from pi0_ros.types import InputError

GRIPPERS = [6, 13]
ARMS = [i for i in range(14) if i not in GRIPPERS]


@pytest.fixture(scope='module')
def policy(checkpoint, robot):
    return Policy.load(checkpoint, robot, seed=0)


@pytest.fixture
def copy(checkpoint, tmp_path):
    return shutil.copytree(checkpoint, tmp_path / 'copy')


def by_hand(checkpoint, robot, observation, noise):
    """Compute the targets with explicit loops and openpi's three slots, the left one masked."""
    model, config = load_checkpoint(checkpoint)
    stats = load_norm_stats(
        checkpoint / 'assets' / 'aloha_sim' / 'norm_stats.json', robot.normalization.kind
    )
    state = observation.state.copy()
    state[GRIPPERS] = (state[GRIPPERS] - 0.01844) / (0.058 - 0.01844)
    normalised = stats.state.normalize(state)
    tokens, mask = Tokenizer.load(checkpoint, config).tokenize_prompt(
        observation.prompt, normalised
    )
    size = config.vision.image_size
    high, wrist = (
        to_unit_range(resize_with_pad(observation.images[name], size))[None]
        for name in ('cam_high', 'cam_right_wrist')
    )
    inputs = Inputs(
        images={
            'base_0_rgb': high,
            'left_wrist_0_rgb': torch.full_like(high, -1.0),
            'right_wrist_0_rgb': wrist,
        },
        image_masks={
            'base_0_rgb': torch.tensor([True]),
            'left_wrist_0_rgb': torch.tensor([False]),
            'right_wrist_0_rgb': torch.tensor([True]),
        },
        tokens=torch.tensor(tokens)[None],
        token_mask=torch.tensor(mask)[None],
        state=torch.tensor(np.pad(normalised, (0, 18)), dtype=torch.float32)[None],
    )
    with torch.inference_mode():
        actions = sample_actions(model, inputs, torch.tensor(noise)[None], 10)[0].double().numpy()
    targets = stats.actions.unnormalize(actions[:, :14])
    targets[:, ARMS] += state[ARMS]
    targets[:, GRIPPERS] = targets[:, GRIPPERS] * (0.058 - 0.01844) + 0.01844
    return targets


@pytest.mark.parametrize('kind', ['z_score', 'quantile'])
@pytest.mark.parametrize('family', ['checkpoint', 'checkpoint_pi05'])
def test_the_chunk_equals_the_steps_by_hand(request, family, kind, robot, observation, noise):
    folder = request.getfixturevalue(family)
    robot = replace(robot, normalization=Normalization(kind, 'aloha_sim'))
    expected = by_hand(folder, robot, observation, noise)
    chunk = Policy.load(folder, robot).infer(observation, noise).chunk
    assert_allclose(chunk.positions, expected, atol=2e-5)
    assert np.ptp(expected, axis=0).min() > 1e-3, 'the test would not see the actions'


def test_a_chunk_is_stamped_named_and_timed(policy, robot, observation):
    inference = policy.infer(observation)
    chunk = inference.chunk
    assert chunk.positions.shape == (50, 14)
    assert chunk.names == robot.joint_names
    assert chunk.stamp_ns == observation.stamp_ns
    assert chunk.times_ns.tolist() == [k * 20_000_000 for k in range(50)]
    assert list(inference.milliseconds) == [
        'preprocess', 'upload', 'vision', 'prefix', 'denoise', 'download', 'postprocess',
    ]  # fmt: skip
    assert all(value >= 0 for value in inference.milliseconds.values())


def test_the_untrained_checkpoint_drives_the_robot_of_the_demo(tmp_path, robot, observation):
    untrained.write(tmp_path)
    chunk = Policy.load(tmp_path, robot, seed=0).infer(observation).chunk
    assert chunk.positions.shape == (50, 14)
    assert np.ptp(chunk.positions, axis=0).min() > 0


def test_times_do_not_drift_at_an_odd_rate(checkpoint, robot, observation):
    policy = Policy.load(checkpoint, replace(robot, rate_hz=30.0), num_steps=1)
    assert policy.infer(observation).chunk.times_ns[30] == 1_000_000_000


def test_given_noise_makes_it_deterministic(policy, observation, noise):
    first, second = (policy.infer(observation, noise).chunk.positions for _ in range(2))
    assert_array_equal(first, second)


def test_a_checkpoint_may_want_less_noise(copy, robot, observation):
    def chunks():
        policy = Policy.load(copy, robot, seed=4)
        return [policy.infer(observation).chunk.positions for _ in range(2)]

    full = chunks()
    values = json.loads((copy / 'config.json').read_text())
    assert values['noise_scale'] == 1.0
    (copy / 'config.json').write_text(json.dumps({**values, 'noise_scale': 1e-6}))
    least = chunks()
    silent = Policy.load(copy, robot).infer(observation, np.zeros((50, 32))).chunk.positions
    assert_allclose(least[0], silent, atol=1e-4)
    assert_allclose(least[1], silent, atol=1e-4)
    assert np.abs(full[0] - silent).max() > 1e-2


def test_a_seed_makes_the_run_deterministic(checkpoint, robot, observation):
    def run(seed):
        policy = Policy.load(checkpoint, robot, seed=seed, num_steps=2)
        return [policy.infer(observation).chunk.positions for _ in range(2)]

    first, again, other = run(4), run(4), run(5)
    assert_array_equal(first, again)
    assert not np.allclose(first[0], first[1])
    assert not np.allclose(first[0], other[0])
    assert not np.allclose(run(None)[0], run(None)[0])


@pytest.mark.parametrize('family', ['checkpoint', 'checkpoint_pi05'])
def test_every_input_matters(request, family, robot, observation, noise):
    policy = Policy.load(request.getfixturevalue(family), robot)
    gripper = observation.state.copy()
    gripper[6] = 0.078 - gripper[6]  # not relative: its state reaches the chunk by the model alone
    image = 255 - observation.images['cam_right_wrist']
    changes = [
        replace(observation, prompt='pick up the blue cube'),
        replace(observation, state=gripper),
        replace(observation, images={**observation.images, 'cam_right_wrist': image}),
    ]
    before = policy.infer(observation, noise).chunk.positions
    for changed in changes:
        assert np.abs(policy.infer(changed, noise).chunk.positions - before).max() > 1e-6


def test_more_steps_change_the_chunk(checkpoint, robot, observation, noise):
    one, ten = (
        Policy.load(checkpoint, robot, num_steps=n).infer(observation, noise).chunk.positions
        for n in (1, 10)
    )
    assert not np.allclose(one, ten, atol=1e-6)


def test_an_absent_camera_is_refused_or_masked(checkpoint, policy, robot, observation, noise):
    alone = replace(observation, images={'cam_high': observation.images['cam_high']})
    with pytest.raises(InputError, match='camera cam_right_wrist: no picture'):
        policy.infer(alone, noise)
    cameras = dict(robot.cameras)
    cameras['cam_right_wrist'] = replace(cameras['cam_right_wrist'], missing='mask')
    masked = Policy.load(checkpoint, replace(robot, cameras=cameras))
    only = Policy.load(checkpoint, replace(robot, cameras={'cam_high': cameras['cam_high']}))
    assert_allclose(
        masked.infer(alone, noise).chunk.positions,
        only.infer(alone, noise).chunk.positions,
        atol=1e-5,
    )
    cameras['cam_high'] = replace(cameras['cam_high'], missing='mask')
    blind = Policy.load(checkpoint, replace(robot, cameras=cameras))
    with pytest.raises(InputError, match=r'no picture of any camera \(cam_high, cam_right_wrist'):
        blind.infer(replace(observation, images={}), noise)


def test_a_camera_is_turned(checkpoint, robot, observation, noise):
    image = observation.images['cam_high']
    cameras = {**robot.cameras, 'cam_high': replace(robot.cameras['cam_high'], rotate_deg=180)}
    turned = {**observation.images, 'cam_high': np.ascontiguousarray(image[::-1, ::-1])}
    policies = (Policy.load(checkpoint, r) for r in (robot, replace(robot, cameras=cameras)))
    plain, rotating = policies
    assert_allclose(
        rotating.infer(replace(observation, images=turned), noise).chunk.positions,
        plain.infer(observation, noise).chunk.positions,
        atol=1e-9,
    )


def test_bad_observations_are_named(policy, observation, noise):
    float_image = {**observation.images, 'cam_high': np.zeros((4, 4, 3))}
    with pytest.raises(InputError, match='camera cam_high: expected a picture of uint8'):
        policy.infer(replace(observation, images=float_image), noise)
    with pytest.raises(InputError, match=r'observed state: expected shape \(14,\)'):
        policy.infer(replace(observation, state=np.zeros(13)), noise)
    with pytest.raises(InputError, match=r'observed state: inf .*left_waist'):
        policy.infer(replace(observation, state=np.full(14, np.inf)), noise)
    with pytest.raises(InputError, match=r'noise: expected shape \(50, 32\), found \(50, 14\)'):
        policy.infer(observation, np.zeros((50, 14)))


def test_an_output_that_is_not_finite_becomes_no_chunk(checkpoint, robot, observation):
    policy = Policy.load(checkpoint, robot)
    with torch.no_grad():
        policy._engine.pipeline.action_out_proj.bias.fill_(float('nan'))
    with pytest.raises(InputError, match=r'output of the model: nan at index \(0, 0\)'):
        policy.infer(observation)


def test_missing_statistics_are_refused_with_what_there_is(copy, robot):
    other = replace(robot, normalization=Normalization('z_score', 'trossen'))
    with pytest.raises(InputError, match=r'trossen.norm_stats\.json; .* checkpoint: aloha_sim'):
        Policy.load(copy, other)
    shutil.rmtree(copy / 'assets')
    with pytest.raises(InputError, match='assets of this checkpoint: none'):
        Policy.load(copy, robot)


@pytest.mark.parametrize('name', ['state', 'actions'])
def test_statistics_of_another_robot_are_refused(copy, robot, name):
    file = copy / 'assets' / 'aloha_sim' / 'norm_stats.json'
    top = json.loads(file.read_text())
    group = top['norm_stats'][name]
    top['norm_stats'][name] = {key: values[:7] for key, values in group.items()}
    file.write_text(json.dumps(top))
    with pytest.raises(InputError, match=f'14 joints, but the statistics {name} .* have 7'):
        Policy.load(copy, robot)


def test_a_model_with_too_few_dimensions_is_refused(small_checkpoint, robot):
    with pytest.raises(InputError, match='14 joints, but the model has only 8 action dimensions'):
        Policy.load(small_checkpoint, robot)


def test_what_cannot_run_is_refused_at_load(copy, robot):
    with pytest.raises(InputError, match='num_steps: expected at least 1, found 0'):
        Policy.load(copy, robot, num_steps=0)
    with pytest.raises(InputError, match="device 'abacus' cannot be used here"):
        Policy.load(copy, robot, device='abacus')
    with pytest.raises(InputError, match=r"dtype: expected one of auto, .*float16, found 'int8'"):
        Policy.load(copy, robot, dtype='int8')
    (copy / 'tokenizer.json').unlink()
    with pytest.raises(InputError, match='no tokenizer'):
        Policy.load(copy, robot)
    (copy / 'model.safetensors').unlink()
    with pytest.raises(InputError, match=r'model\.safetensors'):
        Policy.load(copy, robot)


def rest_like(chunk, delay, overlap, shift=2.0):
    """What is left of a chunk that went elsewhere with every joint."""
    return Rest(chunk.positions + shift, delay, overlap)


@pytest.mark.parametrize('rtc', ['guided', 'direct'])
def test_a_guided_chunk_begins_as_the_rest_does(checkpoint, robot, observation, noise, rtc):
    free = Policy.load(checkpoint, robot).infer(observation, noise).chunk
    rest = rest_like(free, delay=10, overlap=20)
    policy = Policy.load(checkpoint, robot, rtc=rtc)
    found = policy.infer(observation, noise, rest).chunk
    kept, left = (np.abs(c.positions - rest.targets)[:10].mean() for c in (found, free))
    assert kept < 0.4 * left
    assert_array_equal(policy.infer(observation, noise).chunk.positions, free.positions)


@pytest.mark.parametrize('moved', [0.9, 1.1])
def test_a_rest_is_made_relative_to_the_new_state(checkpoint, robot, observation, noise, moved):
    """The same targets are kept to from wherever the robot is now."""
    free = Policy.load(checkpoint, robot).infer(observation, noise).chunk
    rest = rest_like(free, delay=10, overlap=20)
    elsewhere = replace(observation, state=observation.state * moved)
    found, left = (
        Policy.load(checkpoint, robot, rtc=rtc).infer(elsewhere, noise, rest).chunk.positions
        for rtc in ('direct', 'none')
    )
    assert np.abs(found - rest.targets)[:10].mean() < 0.3 * np.abs(left - rest.targets)[:10].mean()


def test_a_rest_is_of_no_use_without_rtc(policy, observation, noise):
    free = policy.infer(observation, noise).chunk
    found = policy.infer(observation, noise, rest_like(free, 10, 20)).chunk
    assert_array_equal(found.positions, free.positions)


def test_a_trained_prefix_is_kept_exactly(copy, robot, observation, noise):
    values = json.loads((copy / 'config.json').read_text())
    free = Policy.load(copy, robot).infer(observation, noise).chunk
    (copy / 'config.json').write_text(json.dumps({**values, 'known_actions': 8}))
    policy = Policy.load(copy, robot, rtc='trained')
    for delay, overlap, kept in ((3, 20, 3), (30, 20, 8), (30, 5, 5)):
        rest = rest_like(free, delay, overlap)
        found = policy.infer(observation, noise, rest).chunk.positions
        assert_allclose(found[:kept], rest.targets[:kept], atol=1e-4)
        assert np.abs(found - rest.targets)[kept].max() > 1e-3


@pytest.mark.parametrize('moved', [0.9, 1.1])
def test_a_trained_prefix_is_the_same_targets_from_another_state(
    copy, robot, observation, noise, moved
):
    values = json.loads((copy / 'config.json').read_text())
    (copy / 'config.json').write_text(json.dumps({**values, 'known_actions': 8}))
    policy = Policy.load(copy, robot, rtc='trained')
    rest = rest_like(policy.infer(observation, noise).chunk, delay=8, overlap=20)
    elsewhere = replace(observation, state=observation.state * moved)
    found = policy.infer(elsewhere, noise, rest).chunk.positions
    assert_allclose(found[:8], rest.targets[:8], atol=1e-4)


def test_rtc_that_cannot_be_had_is_refused(checkpoint, robot):
    with pytest.raises(InputError, match='rtc: expected one of none, guided, direct, trained'):
        Policy.load(checkpoint, robot, rtc='rtc')
    with pytest.raises(InputError, match='known_actions'):
        Policy.load(checkpoint, robot, rtc='trained')


@pytest.mark.parametrize('rtc', ['none', 'guided', 'direct'])
def test_warming_up_changes_no_chunk(checkpoint, robot, observation, rtc):
    plain, warm = (Policy.load(checkpoint, robot, rtc=rtc, seed=0, num_steps=2) for _ in 'ab')
    warm.warm_up()
    assert warm.engine_name == 'eager'
    expected = plain.infer(observation).chunk.positions
    assert np.array_equal(warm.infer(observation).chunk.positions, expected)


def test_an_engine_that_cannot_run_here_is_refused(checkpoint, robot):
    with pytest.raises(InputError, match='engine: cuda_graph: expected the model on a CUDA'):
        Policy.load(checkpoint, robot, engine='cuda_graph')
