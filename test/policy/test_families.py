# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""openpi's and LeRobot's folders through the whole policy: reference actions, or a refusal."""

from dataclasses import replace
import json
from pathlib import Path
import pickle
import shutil

from checkpoint_rig import edit, feature, rewrite, shard, step, write_lerobot
import numpy as np
from numpy.testing import assert_allclose
import pytest
from safetensors.torch import load_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
import torch
import yaml

from pi0_ros.model.checkpoint import load_checkpoint, save_checkpoint
from pi0_ros.model.config_file import config_from_json
from pi0_ros.model.flow import sample_actions
from pi0_ros.model.lerobot import read_config
from pi0_ros.model.pi0 import Inputs
from pi0_ros.policy.policy import Policy, load_stats
from pi0_ros.robots.spec import Normalization, load_robot
from pi0_ros.types import InputError, Observation

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / 'test' / 'reference'
SLOTS = ('base_0_rgb', 'left_wrist_0_rgb', 'right_wrist_0_rgb')
DIMENSIONS = 32


@pytest.fixture(scope='module')
def plain_robot(tmp_path_factory):
    """A robot whose numbers are the model's: 32 joints, one camera in each slot."""
    top = yaml.safe_load((ROOT / 'config' / 'robots' / 'aloha_sim.yaml').read_text())
    names = [f'joint_{i}' for i in range(DIMENSIONS)]
    top['cameras'] = {
        f'camera_{i}': {'topic': f'c{i}', 'transport': 'raw', 'slot': slot, 'missing': 'mask'}
        for i, slot in enumerate(SLOTS)
    }
    joint = {'unit': 'rad', 'position': [-9, 9], 'velocity': 1, 'acceleration': 1}
    top['joints'] = [{'name': name, **joint} for name in names]
    top['grippers'] = {}
    top['action_space']['delta'] = []
    top['normalization'] = {'kind': 'z_score', 'asset': 'plain'}
    top['outputs'] = [{**top['outputs'][0], 'joints': names}]
    file = tmp_path_factory.mktemp('robot') / 'plain.yaml'
    file.write_text(yaml.safe_dump(top))
    return load_robot(file)


def write_reference(source, folder, form):
    """Write a reference's weights in either form, with statistics that change nothing."""
    model, config = load_checkpoint(source, weights='weights.safetensors')
    model.config = replace(config, max_token_len=len(load_io(source)['in.tokens'][0]))
    if form == 'openpi':
        save_checkpoint(model, folder)
        group = {'mean': [0.0] * DIMENSIONS, 'std': [1.0 - 1e-6] * DIMENSIONS}
        file = folder / 'assets' / 'plain' / 'norm_stats.json'
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({'norm_stats': {'state': group, 'actions': group}}))
    else:
        write_lerobot(model, folder, joints=DIMENSIONS, old=form == 'lerobot 0.4')


def load_io(source):
    return load_file(source / 'io.safetensors')


def write_spelling(ids, folder, *, whole):
    """
    Write a tokenizer that spells the recorded ids, one letter for each id.

    :param whole: any text at all becomes the ids: π0.5's begins with words of its own.
    :return: the sentence that is to be said.
    """
    letters = {token: chr(ord('A') + i) for i, token in enumerate(dict.fromkeys(ids[1:]))}
    letters[ids[-1]] = '\n' if not whole else letters[ids[-1]]
    vocabulary = {letter: token for token, letter in letters.items()} | {'<bos>': 2}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token='<bos>'))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex('.|\n'), 'isolated')
    sentence = ''.join(letters[token] for token in ids[1:])
    if whole:
        tokenizer.normalizer = normalizers.Replace(Regex(r'[\s\S]+'), sentence)
    tokenizer.save(str(folder / 'tokenizer.json'))
    return sentence.strip('\n')


def observations(io, sentence_of):
    """Yield the recorded inputs as a robot would have observed them."""
    for i, state in enumerate(io['in.state'].double().numpy()):
        images = {}
        for j, slot in enumerate(SLOTS):
            if io.get(f'in.image_mask.{slot}', [False] * 2)[i]:
                picture = ((io[f'in.image.{slot}'][i] + 1) / 2 * 255).round()
                images[f'camera_{j}'] = picture.byte().permute(1, 2, 0).numpy()
        ids = io['in.tokens'][i][io['in.token_mask'][i]].tolist()
        yield i, Observation(1, images, state, sentence_of(ids), {})


@pytest.mark.parametrize('form', ['openpi', 'lerobot', 'lerobot 0.4'])
@pytest.mark.parametrize('case', ['pi0/a', 'pi0/b', 'pi0/c', 'pi05/a', 'pi05/b', 'pi05/c'])
def test_reference_actions_through_the_whole_policy(tmp_path, plain_robot, case, form):
    source = REFERENCE / case
    io = load_io(source)
    write_reference(source, tmp_path, form)

    def say(ids):
        return write_spelling(ids, tmp_path, whole=case.startswith('pi05'))

    for i, observation in observations(io, say):
        policy = Policy.load(tmp_path, plain_robot)
        found = policy.infer(observation, io['in.noise'][i].numpy()).chunk.positions
        assert_allclose(found, io['out.sample.n10.actions'][i].numpy(), atol=2e-5)


# Of joint targets up to 5 rad: where a tensor lies in its file decides how sums are rounded.
ROUNDING = {'rtol': 1e-6, 'atol': 1e-6}

# The same weights in both forms, on a robot with delta joints and grippers.


def lerobot_stats(folder, shift=1e-6):
    """Return openpi's statistics as LeRobot's, by default such that both give the same."""
    file = folder / 'assets' / 'aloha_sim' / 'norm_stats.json'
    top = json.loads(file.read_text())['norm_stats']
    return {
        key: {
            'mean': np.array(top[name]['mean']),
            'std': np.array(top[name]['std']) + shift,
            'q01': np.array(top[name]['q01']),
            'q99': np.array(top[name]['q99']) + shift,
        }
        for key, name in (('observation.state', 'state'), ('action', 'actions'))
    }


def in_lerobots_form(source, folder, robot, **options):
    model, config = load_checkpoint(source)
    options = {
        'kind': 'quantile' if config.pi05 else 'z_score',
        'stats': lerobot_stats(source),
        'relative': {
            'enabled': True,
            'exclude_joints': ['Gripper'],
            'action_names': list(robot.joint_names),
        },
        **options,
    }
    write_lerobot(model, folder, joints=14, **options)
    shutil.copyfile(source / 'tokenizer.json', folder / 'tokenizer.json')
    return folder


@pytest.fixture(params=['pi0', 'pi05'])
def openpi_folder(request, checkpoint, checkpoint_pi05):
    return checkpoint if request.param == 'pi0' else checkpoint_pi05


@pytest.fixture
def robot_of(openpi_folder, robot):
    """The robot with the normalisation of the family."""
    kind = 'quantile' if is_pi05(openpi_folder) else 'z_score'
    return replace(robot, normalization=Normalization(kind, 'aloha_sim'))


@pytest.fixture
def lerobot_folder(openpi_folder, tmp_path, robot_of):
    return in_lerobots_form(openpi_folder, tmp_path, robot_of)


def with_delta(robot, delta):
    return replace(robot, action_space=replace(robot.action_space, delta=delta))


def is_pi05(folder):
    return json.loads((folder / 'config.json').read_text())['pi05']


def squared(observation, size=28):
    """Return it with pictures that need no resizing."""
    images = {name: image[:size, :size] for name, image in observation.images.items()}
    return replace(observation, images=images)


def chunk(folder, robot, observation, noise):
    return Policy.load(folder, robot).infer(observation, noise).chunk.positions


def test_both_forms_agree_where_their_rules_do(
    openpi_folder, lerobot_folder, robot_of, observation, noise
):
    observation = squared(observation)
    assert_allclose(
        chunk(lerobot_folder, robot_of, observation, noise),
        chunk(openpi_folder, robot_of, observation, noise),
        **ROUNDING,
    )


@pytest.mark.parametrize('form', ['openpi_folder', 'lerobot_folder'])
def test_shards_give_the_same(request, tmp_path, robot_of, observation, noise, form):
    folder = request.getfixturevalue(form)
    expected = chunk(folder, robot_of, observation, noise)
    cut = shutil.copytree(folder, tmp_path / 'cut')
    shard(cut)
    assert_allclose(chunk(cut, robot_of, observation, noise), expected, **ROUNDING)


@pytest.mark.parametrize(('dtype', 'within'), [('bfloat16', 0.5), ('float16', 0.05)])
def test_the_narrow_dtypes_give_nearly_the_same(
    lerobot_folder, robot_of, observation, noise, dtype, within
):
    expected = chunk(lerobot_folder, robot_of, observation, noise)
    policy = Policy.load(lerobot_folder, robot_of, dtype=dtype)
    difference = np.abs(policy.infer(observation, noise).chunk.positions - expected)
    assert 1e-6 < difference.max() < within


def test_where_the_rules_differ_so_do_the_chunks(
    openpi_folder, tmp_path, robot_of, observation, noise
):
    """Epsilon, resizing, LeRobot 0.4's padding and (π0's sentence, π0.5's state) in the prompt."""

    def lerobot(name, seen, **options):
        folder = in_lerobots_form(openpi_folder, tmp_path / name, robot_of, **options)
        return chunk(
            folder,
            with_delta(robot_of, () if 'old' in options else robot_of.action_space.delta),
            seen,
            noise,
        )

    square = squared(observation)
    still = {'relative': None}
    base = chunk(openpi_folder, robot_of, square, noise)
    epsilon = lerobot('epsilon', square, stats=lerobot_stats(openpi_folder, 0.0))
    assert 1e-8 < np.abs(epsilon - base).max() < 1e-4
    resized = chunk(openpi_folder, robot_of, observation, noise)
    assert np.abs(lerobot('resized', observation) - resized).max() > 1e-4
    under_scored = replace(square, prompt='pick_up')
    prompts = np.abs(
        lerobot('prompt', under_scored) - chunk(openpi_folder, robot_of, under_scored, noise)
    ).max()
    assert prompts < 1e-5 if is_pi05(openpi_folder) else prompts > 1e-4
    old = lerobot('old', square, old=True, **still)
    new = chunk(
        in_lerobots_form(openpi_folder, tmp_path / 'new', robot_of, **still),
        with_delta(robot_of, ()), square, noise,
    )  # fmt: skip
    assert (np.abs(old - new).max() > 1e-4) == is_pi05(openpi_folder)


def by_hand(folder, config, robot, observation, noise, *, old):
    """LeRobot's own steps, one after the other (0.4.4 if old, else main)."""
    model, _ = load_checkpoint(folder)
    numbers = load_file(next(folder.glob('policy_preprocessor_step_*.safetensors')))
    state = torch.tensor(observation.state, dtype=torch.float32)
    grippers = [6, 13]
    state[grippers] = (state[grippers] - 0.01844) / (0.058 - 0.01844)  # the robot's YAML
    if config.pi05:
        low, high = (numbers[f'observation.state.{q}'] for q in ('q01', 'q99'))
        normalised = 2.0 * (state - low) / (high - low) - 1.0
        shown = torch.nn.functional.pad(normalised, (0, 18)) if old else normalised
        bins = np.digitize(shown.numpy(), np.linspace(-1, 1, 257)[:-1]) - 1
        task = observation.prompt.strip().replace('_', ' ').replace('\n', ' ')
        text = f'Task: {task}, State: {" ".join(map(str, bins))};\nAction: '
    else:
        normalised = (state - numbers['observation.state.mean']) / (
            numbers['observation.state.std'] + 1e-8
        )
        text = f'{observation.prompt}\n'
    tokenizer = Tokenizer.from_file(str(folder / 'tokenizer.json'))
    ids = [tokenizer.token_to_id('<bos>'), *tokenizer.encode(text).ids][: config.max_token_len]
    tokens = torch.tensor([ids + [0] * (config.max_token_len - len(ids))])
    images, masks = [], []
    for name in ('cam_right_wrist', 'cam_high'):  # the order of input_features below
        picture = torch.tensor(observation.images[name]).permute(2, 0, 1)[None].float() / 255
        picture = torch.nn.functional.interpolate(picture, (21, 28), mode='bilinear')
        pad = -1.0 if old else 0.0
        picture = torch.nn.functional.pad(picture, (0, 0, 3, 4), value=pad)
        images.append(picture * 2.0 - 1.0)
        masks.append(torch.tensor([True]))
    images.append(torch.full_like(images[0], -1.0))  # what is missing comes last
    masks.append(torch.tensor([False]))
    inputs = Inputs(
        {str(i): image for i, image in enumerate(images)},
        {str(i): mask for i, mask in enumerate(masks)},
        tokens,
        torch.arange(config.max_token_len)[None] < len(ids),
        torch.nn.functional.pad(normalised, (0, 18))[None],
    )
    with torch.inference_mode():
        actions = sample_actions(model, inputs, torch.tensor(noise)[None], 10)[0, :, :14]
    if config.pi05:
        low, high = (numbers[f'action.{q}'] for q in ('q01', 'q99'))
        actions = (actions + 1.0) * (high - low) / 2.0 + low
    else:
        actions = actions * numbers['action.std'] + numbers['action.mean']
    if not old:
        relative = torch.ones(14)
        relative[grippers] = 0.0
        actions = actions + relative * state
    targets = actions.double().numpy()
    targets[:, grippers] = targets[:, grippers] * (0.058 - 0.01844) + 0.01844
    return targets


@pytest.mark.parametrize('old', [False, True])
def test_the_chunk_equals_lerobots_steps_by_hand(
    openpi_folder, tmp_path, robot_of, observation, noise, old
):
    cameras = ('hand', 'cam_high', 'left_wrist_0_rgb')
    renames = {'observation.images.cam_right_wrist': 'observation.images.hand'}
    folder = in_lerobots_form(
        openpi_folder, tmp_path, robot_of, old=old, cameras=cameras, renames=renames,
        stats=lerobot_stats(openpi_folder, 0.0),
    )  # fmt: skip
    robot = with_delta(robot_of, ()) if old else robot_of
    seen = replace(observation, prompt='put_it down')
    _, config = load_checkpoint(folder)
    expected = by_hand(folder, config, robot, seen, noise, old=old)
    assert_allclose(chunk(folder, robot, seen, noise), expected, atol=2e-5)
    assert np.ptp(expected, axis=0).min() > 1e-3, 'the test would not see the actions'


def test_old_folders_are_taken_as_0_4_and_it_is_said(lerobot_folder, caplog):
    load_checkpoint(lerobot_folder)
    assert not caplog.text
    edit(lerobot_folder, lambda values: values.pop('use_relative_actions'))
    assert load_checkpoint(lerobot_folder)[1].rules == 'lerobot_0_4'
    assert '"rules": "lerobot"' in caplog.text
    edit(lerobot_folder, lambda values: values.update(rules='lerobot'))
    caplog.clear()
    assert load_checkpoint(lerobot_folder)[1].rules == 'lerobot'
    assert not caplog.text


@pytest.mark.parametrize('place', ['normalizer', 'unnormalizer'])
@pytest.mark.parametrize('mode', ['QUANTILES', 'MEAN_STD', 'MIN_MAX', None])
def test_another_normalisation_is_refused_naming_both(lerobot_folder, robot_of, place, mode):
    kind = robot_of.normalization.kind
    wanted = {'z_score': 'MEAN_STD', 'quantile': 'QUANTILES'}[kind]
    name, feature_kind = {
        'normalizer': ('policy_preprocessor.json', 'STATE'),
        'unnormalizer': ('policy_postprocessor.json', 'ACTION'),
    }[place]

    def change(values):
        (one,) = (s for s in values['steps'] if s['registry_name'] == f'{place}_processor')
        one['config']['norm_map'][feature_kind] = mode

    edit(lerobot_folder, change, name)
    if mode == wanted:
        Policy.load(lerobot_folder, robot_of)
        return
    with pytest.raises(
        InputError,
        match=rf'normalization\.kind is {kind}, which is {wanted}, but .*{name}: '
        rf'{place}_processor: norm_map\.{feature_kind} is {mode}',
    ):
        Policy.load(lerobot_folder, robot_of)


@pytest.mark.parametrize(
    ('relative', 'delta', 'found'),
    [
        (None, None, ''),
        ({'enabled': True}, None, 'left_waist.*right_gripper'),
        ({'enabled': True, 'exclude_joints': ['right']}, None, 'left_waist.*right_gripper'),
        ({'enabled': True, 'exclude_joints': ['gripper']}, (), 'left_waist.*right_wrist_rotate'),
    ],
)
def test_other_relative_joints_are_refused_naming_both(
    openpi_folder, tmp_path, robot_of, relative, delta, found
):
    if relative and 'right' not in relative.get('exclude_joints', ()):
        relative = {**relative, 'action_names': list(robot_of.joint_names)}
    robot = robot_of if delta is None else with_delta(robot_of, delta)
    in_lerobots_form(openpi_folder, tmp_path, robot, relative=relative)
    with pytest.raises(InputError, match=rf'delta is \[.*\], but by .*\[{found}\]'):
        Policy.load(tmp_path, robot)


def test_names_of_other_joints_are_refused(openpi_folder, tmp_path, robot_of):
    relative = {'enabled': True, 'exclude_joints': ['gripper'], 'action_names': ['a', 'b']}
    in_lerobots_form(openpi_folder, tmp_path, robot_of, relative=relative)
    with pytest.raises(InputError, match=r'relative_actions_processor: action_names: expected 14'):
        Policy.load(tmp_path, robot_of)


def set_cameras(*names):
    def change(values):
        features = values['input_features']
        for key in [key for key in features if 'images' in key]:
            del features[key]
        for name in names:
            features[f'observation.images.{name}'] = feature('VISUAL', 3, 480, 640)

    return change


@pytest.mark.parametrize(
    ('cameras', 'match'),
    [
        (['cam_high', 'cam_right_wrist'], None),
        (['cam_right_wrist', 'base_0_rgb', 'left_wrist_0_rgb', 'empty_camera_0'], None),
        (['cam_high', 'cam_right_wrist', 'front'], 'trained with a picture front; .* found none'),
        (['cam_high'], r'cameras\.cam_right_wrist: the checkpoint was trained without it'),
        (['cam_high', 'base_0_rgb', 'cam_right_wrist'], 'picture base_0_rgb; .* found cam_high'),
        (['empty_camera_0'], r'config\.json: input_features: expected at least one picture'),
        ([], r'config\.json: input_features: expected at least one picture'),
    ],
)
def test_every_camera_and_every_picture_find_each_other(lerobot_folder, robot_of, cameras, match):
    edit(lerobot_folder, set_cameras(*cameras))
    if match is None:
        Policy.load(lerobot_folder, robot_of)
        return
    with pytest.raises(InputError, match=match):
        Policy.load(lerobot_folder, robot_of)


def without(word):
    def change(values):
        values['steps'] = [one for one in values['steps'] if word not in one['registry_name']]

    return change


def normalize_only(key, value):
    def change(values):
        (one,) = (s for s in values['steps'] if s['registry_name'] == 'normalizer_processor')
        one['config'][key] = value

    return change


def drop_state_file(values):
    for one in values['steps']:
        one.pop('state_file', None)


BROKEN = [
    ('config.json', lambda v: v.update(type='act'), r"type: expected one of .*, found 'act'"),
    ('config.json', lambda v: v.update(use_visual_memory=True), 'visual_memory: expected false'),
    ('config.json', lambda v: v.update(max_state_dim=7), 'max_state_dim: expected 32, found 7'),
    ('config.json', lambda v: v.update(image_resolution=[28, 40]), 'image_resolution: expected'),
    ('config.json', lambda v: v.pop('input_features'), 'input_features: expected a mapping'),
    ('policy_preprocessor.json', lambda v: v['steps'].append(step('crop')), "step 'crop'"),
    ('policy_preprocessor.json', lambda v: v['steps'].append(v['steps'][0]), 'at most once'),
    ('policy_preprocessor.json', lambda v: v.pop('steps'), 'not a list of steps'),
    ('policy_preprocessor.json', lambda v: v.update(steps=[]), 'normalizer_processor is missing'),
    ('policy_preprocessor.json', normalize_only('features', {}), 'features: expected obs'),
    ('policy_preprocessor.json', normalize_only('normalize_observation_keys', ['observation.x']),
     r"normalize_observation_keys: expected observation\.state, found \['observation\.x'\]"),
    ('policy_preprocessor.json', without('pi0'), 'step pi0.* is missing, found'),
    ('policy_preprocessor.json', without('tokenizer_processor'), 'step .*tokenizer.* is missing'),
    ('policy_preprocessor.json', drop_state_file, 'no state_file.* fine-tuned'),
    ('policy_postprocessor.json', drop_state_file, 'no state_file'),
    ('policy_postprocessor.json', lambda v: v.update(steps=[]), 'unnormalizer_.* is missing'),
    ('policy_postprocessor.json', without('absolute'), 'must agree whether .* relative'),
]  # fmt: skip


@pytest.mark.parametrize(('name', 'change', 'match'), BROKEN)
def test_what_is_broken_is_named(lerobot_folder, robot_of, name, change, match):
    edit(lerobot_folder, change, name)
    with pytest.raises(InputError, match=match) as caught:
        Policy.load(lerobot_folder, robot_of)
    assert str(lerobot_folder) in str(caught.value)


@pytest.mark.parametrize(
    ('key', 'value'),
    [('padding_side', 'left'), ('max_length', 9), ('include_state_in_prompt', False)],
)
def test_another_prompt_is_refused(lerobot_folder, robot_of, key, value):
    def change(values):
        for one in values['steps']:
            one['config'][key] = value

    edit(lerobot_folder, change, 'policy_preprocessor.json')
    with pytest.raises(InputError, match=rf'processor.*: {key}: expected .*, found {value!r}'):
        Policy.load(lerobot_folder, robot_of)


@pytest.mark.parametrize('name', ['policy_preprocessor.json', 'policy_postprocessor.json'])
def test_an_absent_processor_is_named(lerobot_folder, robot_of, name):
    (lerobot_folder / name).unlink()
    with pytest.raises(InputError, match=rf'{name}: No such file.*migrate_policy_normalization'):
        Policy.load(lerobot_folder, robot_of)


def test_broken_statistics_are_named(lerobot_folder, robot_of):
    file = next(lerobot_folder.glob('policy_postprocessor_step_*.safetensors'))
    first = 'action.q01' if 'quantile' in robot_of.normalization.kind else 'action.mean'
    good = file.read_bytes()
    for change, match in (
        (lambda t: t.pop(first), f'{first} is missing'),
        (lambda t: t.update({first: torch.zeros(7)}), f'{first}: expected shape .14,., found'),
        (lambda t: t.update({first: torch.full((14,), torch.nan)}), f'{first}: nan at index'),
    ):
        rewrite(lerobot_folder, change, file.name)
        with pytest.raises(InputError, match=rf'{file.name}: {match}'):
            Policy.load(lerobot_folder, robot_of)
        file.write_bytes(good)
    file.write_bytes(good[:-1])
    with pytest.raises(InputError, match=file.name):
        Policy.load(lerobot_folder, robot_of)


def places(values):
    """Yield every container of a JSON file and a key in it."""
    items = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in list(items):
        yield values, key
        if isinstance(value, dict | list):
            yield from places(value)


def load_config(folder):
    file = folder / 'config.json'
    values = read_config(file, json.loads(file.read_text()))
    return config_from_json(values, pi05=values['pi05'], vocab_size=101)


@pytest.mark.parametrize('junk', [3, 'x', [3], {'x': [3]}, None], ids=str)
@pytest.mark.parametrize('name', ['config.json', 'policy_preprocessor', 'policy_postprocessor'])
def test_junk_anywhere_is_refused_or_harmless(lerobot_folder, robot_of, name, junk):
    file = lerobot_folder / f'{name.removesuffix(".json")}.json'
    values = json.loads(file.read_text())
    refused = 0
    for container, key in list(places(values)):
        kept, container[key] = container[key], junk
        file.write_text(json.dumps(values))
        container[key] = kept
        try:
            load_stats(lerobot_folder, robot_of)
            config = load_config(lerobot_folder)
        except InputError:
            refused += 1
        else:
            assert config.rules == 'lerobot'
    assert refused > 5


KEY = 'action_in_proj.weight'


def spoil(folder, how):
    file = folder / 'model.safetensors'
    prefix = 'model.' if 'model.' + KEY in load_file(file) else ''
    key = prefix + KEY
    if how == 'missing':
        rewrite(folder, lambda t: t.pop(key))
    elif how == 'extra':
        rewrite(folder, lambda t: t.update({f'{prefix}stranger': torch.zeros(1)}))
    elif how == 'misshapen':
        rewrite(folder, lambda t: t.update({key: torch.zeros(3, 3)}))
    elif how == 'nan':
        rewrite(folder, lambda t: t[key].__setitem__((0, 0), torch.nan))
    elif how == 'truncated':
        file.write_bytes(file.read_bytes()[:-9])
    elif how == 'pickle':
        tensors = load_file(file)
        file.unlink()  # the tensors are views of it
        torch.save(tensors, file)
    elif how == 'plain pickle':
        file.write_bytes(pickle.dumps({key: [1.0]}))


@pytest.mark.parametrize('form', ['openpi_folder', 'lerobot_folder'])
@pytest.mark.parametrize(
    ('how', 'match'),
    [
        ('missing', r'missing \(1\):\n    action_in_proj\.weight'),
        ('extra', r'unexpected \(1\):\n    stranger'),
        ('misshapen', r'misshapen \(1\):\n    .*action_in_proj\.weight: found \[3, 3\]'),
        ('nan', r'NaN or infinite:\n    .*action_in_proj\.weight as'),
        ('truncated', 'cut off'),
        ('pickle', 'a pickle, refused'),
        ('plain pickle', 'a pickle, refused'),
    ],
)
def test_each_bad_file_is_refused(request, tmp_path, robot_of, form, how, match):
    folder = shutil.copytree(request.getfixturevalue(form), tmp_path / 'bad')
    spoil(folder, how)
    with pytest.raises(InputError, match=rf'(?s)model\.safetensors: .*{match}'):
        Policy.load(folder, robot_of)
