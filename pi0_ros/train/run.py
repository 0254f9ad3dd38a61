# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A whole run: from folders of demonstrations and a start to a checkpoint folder.

It puts files, model and loop together, in one process or in each of several.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
import json
import os
from pathlib import Path
import shutil
from typing import Any

from safetensors import SafetensorError
import torch
from torch.utils.data import DataLoader
from tqdm import tqdm

from pi0_ros.model.checkpoint import CONFIG, has_weights, load_checkpoint, save_checkpoint
from pi0_ros.model.config_file import config_from_json
from pi0_ros.model.initialise import initialised_model
from pi0_ros.model.pi0 import Pi0
from pi0_ros.model.tokenizer import Tokenizer, tokenizer_file
from pi0_ros.policy.policy import check_device
from pi0_ros.policy.preprocess import Preprocessor
from pi0_ros.robots.norm_stats import load_norm_stats
from pi0_ros.robots.spec import Robot, load_robot
from pi0_ros.train.curve import Curve
from pi0_ros.train.data import Items
from pi0_ros.train.norm_stats import compute_norm_stats, write_norm_stats
from pi0_ros.train.schedule import BatchOrder
from pi0_ros.train.settings import TrainSettings
from pi0_ros.train.sources import Together, open_examples
from pi0_ros.train.state import Facts, load_state, save_state
from pi0_ros.train.trainer import StepReport, Trainer
from pi0_ros.types import InputError


@dataclass(frozen=True)
class Job:
    """
    What is to be trained on what.

    :param robot: its YAML file.
    :param data: folders of demonstrations.
    :param start: a checkpoint, or one without weights.
    :param output: folder to write.
    :param device: in PyTorch's words; empty for what there is. 'cuda' is each process' own.
    :param resume: go on where the output stopped.
    :param cameras: names of the robot's cameras to those of LeRobot datasets, where they differ.
    """

    robot: Path
    data: tuple[Path, ...]
    start: Path
    output: Path
    settings: TrainSettings
    device: str = ''
    resume: bool = False
    cameras: Mapping[str, str] = field(default_factory=dict)


def train(job: Job) -> None:
    """
    Train, and write the checkpoint.

    :raises InputError: naming what can't be used.
    :raises FloatingPointError: if the loss or the gradient is not finite.
    """
    _check_output(job)
    robot, settings = load_robot(job.robot), job.settings
    device = _device(job)
    with _processes(device) as (rank, world):
        _check_share(settings, world)
        model, tokenizer = _open_start(job, device)
        horizon = model.config.horizon
        sources = [open_examples(folder, robot, horizon, job.cameras) for folder in job.data]
        examples = Together(sources)
        if rank == 0 and not job.resume:
            _prepare(job, examples, robot)
        if world > 1:
            torch.distributed.barrier()
        preprocessor = _preprocessor(job, robot, model, tokenizer)
        trainer = Trainer(model, preprocessor, settings, rank, world)
        facts = asdict(settings) | {
            'robot': robot.name, 'examples': len(examples), 'processes': world,
        }  # fmt: skip
        step = load_state(job.output, *trainer.state, facts) if job.resume else 0
        vision = model.config.vision
        patches = vision.image_size // vision.patch_size if settings.grounding else 0
        order = BatchOrder(settings, len(examples), step, rank, world)
        loader = DataLoader(
            Items(examples, preprocessor, robot, patches),
            batch_sampler=order,
            num_workers=settings.workers,
            pin_memory=device.type == 'cuda',
        )
        _loop(job, trainer, iter(loader), step, facts, writes=rank == 0)


def _loop(
    job: Job,
    trainer: Trainer,
    batches: Iterator[Any],
    start: int,
    facts: Facts,
    *,
    writes: bool,
) -> None:
    """Take the steps that are left; the first process writes."""
    settings = job.settings
    if not writes:
        for number in range(start, settings.steps):
            trainer.step(number, batches)
        return
    curve = Curve(job.output, StepReport._fields, start)
    steps = range(start, settings.steps)
    bar = tqdm(steps, initial=start, total=settings.steps, unit='step')
    for number in bar:
        report = trainer.step(number, batches)
        done = number + 1
        if number % settings.log_every == 0 or done == settings.steps:
            curve.add(report)
            bar.set_postfix(loss=f'{report.flow:.4f}', aid=f'{report.grounding:.4f}')
        if done % settings.save_every == 0 or done == settings.steps:
            _save(job, trainer, done, facts)


def _save(job: Job, trainer: Trainer, step: int, facts: Facts) -> None:
    """Write checkpoint and state; if that fails, those that were there stay whole."""
    new = job.output / 'checkpoint.new'
    try:
        save_checkpoint(trainer.averaged_model(), new)
        for file in new.iterdir():
            file.replace(job.output / file.name)
        new.rmdir()
        save_state(job.output, step, *trainer.state, facts)
    except (OSError, SafetensorError) as error:
        raise InputError(f'{job.output}: step {step} cannot be saved: {error}') from error


def _check_output(job: Job) -> None:
    if not job.resume and job.output.exists() and any(job.output.iterdir()):
        raise InputError(f'{job.output}: expected an empty folder, or --resume')
    if job.resume and not job.output.is_dir():
        raise InputError(f'{job.output}: nothing to resume')


def _check_share(settings: TrainSettings, world: int) -> None:
    """Refuse parts of a batch that differ in size: their mean would not be the batch's."""
    parts = settings.accumulation * world
    if settings.batch_size % parts:
        raise InputError(
            f'batch_size: expected a multiple of accumulation * processes ({parts}), '
            f'found {settings.batch_size}'
        )


@contextmanager
def _processes(device: torch.device) -> Iterator[tuple[int, int]]:
    """Join the processes that torchrun started, if it did; give this one's number and theirs."""
    world = int(os.environ.get('WORLD_SIZE', '1'))
    if world == 1:
        yield 0, 1
        return
    torch.distributed.init_process_group('nccl' if device.type == 'cuda' else 'gloo')
    try:
        yield torch.distributed.get_rank(), world
    finally:
        torch.distributed.destroy_process_group()


def _device(job: Job) -> torch.device:
    """Return the device of this process, and make it CUDA's own choice too."""
    name = job.device or ('cuda' if torch.cuda.is_available() else 'cpu')
    if name == 'cuda':
        name = f'cuda:{os.environ.get("LOCAL_RANK", "0")}'
    device = check_device(name)
    if device.type == 'cuda':
        torch.cuda.set_device(device)
    return device


def _open_start(job: Job, device: torch.device) -> tuple[Pi0, Tokenizer]:
    """Load the checkpoint to start from, or make its model anew if it has no weights."""
    if has_weights(job.start):
        model, config = load_checkpoint(job.start, device=device)
    else:
        path = job.start / CONFIG
        try:
            values = json.loads(path.read_text(encoding='utf-8'))
            vocab_size, pi05 = values['vocab_size'], values['pi05']
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(f'{path}: no sizes to start from: {error!r}') from error
        config = config_from_json(values, pi05=pi05, vocab_size=vocab_size)
        model = initialised_model(config, job.settings.seed).to(device)
    return model, Tokenizer.load(job.start, config)


def _prepare(job: Job, examples: Together, robot: Robot) -> None:
    """Write into the output what stays as it is: tokenizer and statistics."""
    kept = _statistics_file(job.start, robot)
    if job.settings.keep_statistics:
        load_norm_stats(kept, robot.normalization.kind)  # complains if it can't be used
    else:
        statistics = compute_norm_stats(examples, robot, job.settings.std_floor)
    job.output.mkdir(parents=True, exist_ok=True)
    tokenizer = tokenizer_file(job.start)
    shutil.copyfile(tokenizer, job.output / tokenizer.name)
    file = _statistics_file(job.output, robot)
    if job.settings.keep_statistics:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, file)
    else:
        write_norm_stats(file, statistics)


def _statistics_file(folder: Path, robot: Robot) -> Path:
    return folder / 'assets' / robot.normalization.asset / 'norm_stats.json'


def _preprocessor(job: Job, robot: Robot, model: Pi0, tokenizer: Tokenizer) -> Preprocessor:
    stats = load_norm_stats(_statistics_file(job.output, robot), robot.normalization.kind)
    return Preprocessor(robot, model.config, tokenizer, stats)
