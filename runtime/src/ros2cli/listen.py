# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
The verbs of ``ros2 topic`` that listen: echo, hz, bw and delay.

Takes a topic's name; prints its messages, or how they come.
"""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import Callable, Sequence
import functools
import statistics
from typing import Any, NamedTuple

import rclpy
from rclpy.exceptions import NameValidationException
from rclpy.qos import qos_profile_sensor_data
from rclpy.task import Future
from rclpy.time import Time

from ros2cli import messages, names, qos
from ros2cli.command import Command
from ros2cli.direct import settle, wait_until

ECHO = (
    f'topic_name message_type? {qos.arguments("sensor_data")} --field=str -f/--full-length '
    '-l/--truncate-length=128 --no-arr --no-str --flow-style --raw --filter=str --once '
    '--timeout=float --no-lost-messages'  # none are reported
)


def add_verbs(command: Command) -> None:
    """Add the verbs to ``ros2 topic``."""
    command.verb('echo', ECHO)(echo)
    for name, rate in RATES.items():
        main = functools.partial(watch, rate)
        main.__doc__ = rate.text
        command.verb(name, f'topic_name -w/--window={rate.window}')(main)


def _class_of(node: Any, topic: str) -> Any:
    """
    The class of a topic's messages, None as long as nobody publishes or listens.

    :raises RuntimeError: the name is not valid, or there are several types.
    """
    try:
        full = node.resolve_topic_name(topic, only_expand=True)
    except (NameValidationException, ValueError) as error:
        raise RuntimeError(str(error)) from error
    types = dict(names.names_and_types(node, 'topic')).get(full)
    if types is None:
        return None
    if len(types) > 1:
        raise RuntimeError(
            f"Cannot echo topic '{topic}', as it contains more than one type: [{', '.join(types)}]"
        )
    return messages.get_interface(types[0], 'msg')


def _warn_unpublished(topic: str) -> None:
    print(f'WARNING: topic [{topic}] does not appear to be published yet')


def echo(args: argparse.Namespace, node: Any) -> None:
    """Output messages from a topic."""
    settle(node, args.spin_time)
    if args.message_type is not None:
        kind = messages.get_interface(args.message_type, 'msg')
    elif (kind := _class_of(node, args.topic_name)) is None:
        _warn_unpublished(args.topic_name)
        raise RuntimeError('Could not determine the type for the passed topic')
    limit = None if args.full_length else args.truncate_length
    style = messages.Style(limit, args.no_arr, args.no_str, args.flow_style)
    done = Future()

    def show(message: Any) -> None:
        value = _select(message, args.field)
        # The person at the terminal wrote the expression.
        if done.done() or (args.filter and not eval(args.filter, {'m': value})):  # noqa: S307
            return
        print(messages.to_yaml(value, style), end='---\n')
        if args.once:
            done.set_result(None)

    profile = qos.profile_for(args, node.get_publishers_info_by_topic(args.topic_name))
    node.create_subscription(kind, args.topic_name, show, profile, raw=args.raw)
    rclpy.spin_until_future_complete(node, done, timeout_sec=args.timeout)


def _select(message: Any, field: str | None) -> Any:
    names_of_fields = [name for name in (field or '').split('.') if name]
    if field is not None and not names_of_fields:
        raise RuntimeError(f"Invalid field value '{field}'")
    for name in names_of_fields:
        try:
            message = getattr(message, name)
        except AttributeError as error:
            raise RuntimeError(f"Invalid field '{field}': {error}") from error
    return message


class _Rate(NamedTuple):
    """How the messages of a topic come: one number for each of the last ones, and a text."""

    text: str
    window: int
    #: Takes the message, when it and the one before it came [ns]; None if there is no number.
    measure: Callable[[Any, int, int | None], float | None]
    #: Takes the numbers, and how long ago the first one came [s].
    describe: Callable[[Sequence[float], float], str]
    raw: bool = False


def watch(rate: _Rate, args: argparse.Namespace, node: Any) -> None:
    """Print how the messages come, every second that one came."""
    find = functools.partial(_class_of, node, args.topic_name)
    kind = wait_until(find, args.spin_time)
    if kind is None:
        _warn_unpublished(args.topic_name)
        kind = wait_until(find, float('inf'))
    clock = node.get_clock()
    samples: deque[tuple[float, int]] = deque(maxlen=args.window)  # number and time [ns]
    last_ns: int | None = None  # of the last message
    told_ns: int | None = None  # the same, when it was told of

    def note(message: Any) -> None:
        nonlocal last_ns
        now_ns = clock.now().nanoseconds
        if (number := rate.measure(message, now_ns, last_ns)) is not None:
            samples.append((number, now_ns))
        last_ns = now_ns

    def report() -> None:
        nonlocal told_ns
        if samples and told_ns != last_ns:
            told_ns = last_ns
            length_s = (clock.now().nanoseconds - samples[0][1]) * 1e-9
            print(rate.describe([number for number, _ in samples], length_s))

    node.create_subscription(kind, args.topic_name, note, qos_profile_sensor_data, raw=rate.raw)
    if rate.raw:
        print(f'Subscribed to [{args.topic_name}]')
    node.create_timer(1.0, report)
    rclpy.spin(node)


def _period_s(_: Any, now_ns: int, last_ns: int | None) -> float | None:
    return None if last_ns is None else (now_ns - last_ns) * 1e-9


def _size(data: bytes, *_: Any) -> float:
    return len(data)


def _delay_s(message: Any, now_ns: int, _: int | None) -> float:
    if not hasattr(message, 'header'):
        raise RuntimeError('msg does not have header')
    return (now_ns - Time.from_msg(message.header.stamp).nanoseconds) * 1e-9


def _spread(kind: str, average: float, values: Sequence[float]) -> str:
    return (
        f'average {kind}: {average:.3f}\n\tmin: {min(values):.3f}s max: {max(values):.3f}s '
        f'std dev: {statistics.pstdev(values):.5f}s window: {len(values)}'
    )


def _hz(periods_s: Sequence[float], _: float) -> str:
    mean_s = statistics.fmean(periods_s)
    return _spread('rate', 1.0 / mean_s if mean_s > 0 else 0.0, periods_s)


def _delay(delays_s: Sequence[float], _: float) -> str:
    return _spread('delay', statistics.fmean(delays_s), delays_s)


def _bandwidth(sizes: Sequence[float], length_s: float) -> str:
    per_s = sum(sizes) / max(1e-9, length_s)
    scale, unit, digits = (1e6, 'MB', 2) if per_s >= 1e6 else (1e3, 'KB', 2)
    if per_s < 1e3:
        scale, unit, digits = 1.0, 'B', 0
    rate, mean, low, high = (
        f'{value / scale:.{digits}f} {unit}'
        for value in (per_s, statistics.fmean(sizes), min(sizes), max(sizes))
    )
    return (
        f'{rate}/s from {len(sizes)} messages\n\tMessage size mean: {mean} min: {low} max: {high}'
    )


RATES = {
    'hz': _Rate('Print the average publishing rate to screen', 10000, _period_s, _hz),
    'bw': _Rate('Display bandwidth used by topic', 100, _size, _bandwidth, raw=True),
    'delay': _Rate('Display delay of topic from timestamp in header', 10000, _delay_s, _delay),
}
