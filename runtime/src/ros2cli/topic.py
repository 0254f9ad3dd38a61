# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 topic``.

Takes topic names, types and values; prints what nodes publish, or publishes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
import itertools
import time
from typing import Any

import rclpy

from ros2cli import listen, messages, names, qos
from ros2cli.command import Command
from ros2cli.direct import settle, wait_until

COMMAND = Command(node=True)
names.add_verbs(COMMAND, 'topic')
listen.add_verbs(COMMAND)


@COMMAND.verb('info', 'topic_name -v/--verbose')
def info(args: argparse.Namespace, node: Any) -> str | None:
    """Print information about a topic."""
    settle(node, args.spin_time)
    types = dict(names.names_and_types(node, 'topic')).get(args.topic_name)
    if types is None:
        return f"Unknown topic '{args.topic_name}'"
    end = '\n\n' if args.verbose else '\n'
    print(f'Type: {types[0] if len(types) == 1 else types}', end=end)
    for kind, endpoints in (
        ('Publisher', node.get_publishers_info_by_topic(args.topic_name)),
        ('Subscription', node.get_subscriptions_info_by_topic(args.topic_name)),
    ):
        print(f'{kind} count: {len(endpoints)}', end=end)
        for endpoint in endpoints if args.verbose else ():
            print(endpoint, end=end)
    return None


@COMMAND.verb(
    'pub',
    f'topic_name message_type {messages.VALUES} -r/--rate=1.0 -p/--print=1 -1/--once -t/--times=0 '
    '-w/--wait-matching-subscriptions=int --max-wait-time-secs=float --keep-alive=0.1 '
    f'-n/--node-name=str {qos.arguments("default")}',
)
def pub(args: argparse.Namespace, node: Any) -> str | None:
    """Publish a message to a topic."""
    kind = messages.get_interface(args.message_type, 'msg')
    times = 1 if args.once else args.times
    wanted = args.wait_matching_subscriptions
    wanted = int(times != 0) if wanted is None else wanted
    if wanted == 0 and args.max_wait_time_secs is not None:
        return (
            '--max-wait-time-secs option is only effective with --wait-matching-subscriptions, '
            '--once or --times'
        )
    message = kind()
    stamps = messages.fill(message, messages.parse_values(args))
    publisher = node.create_publisher(kind, args.topic_name, qos.profile_of(args))

    def matched() -> bool:
        return bool(publisher.get_subscription_count() >= wanted)

    if not matched():
        print(f'Waiting for at least {wanted} matching subscription(s)...')
    if not wait_until(matched, args.max_wait_time_secs or float('inf')):
        return (
            f'Timed out waiting for subscribers: Expected {wanted} subcribers but only got '
            f'{publisher.get_subscription_count()} subscribers'
        )

    def send(number: int) -> None:
        now = node.get_clock().now().to_msg()
        for stamp in stamps:
            stamp(now)
        if args.print and number % args.print == 0:
            print(f'publishing #{number}: {message!r}\n')
        publisher.publish(message)

    print('publisher: beginning loop')
    _repeat(node, send, times, 1.0 / args.rate)
    time.sleep(args.keep_alive)  # the message must reach the wire before the node goes
    return None


def _repeat(node: Any, send: Callable[[int], None], times: int, period_s: float) -> None:
    """Call a function so many times, or for ever if that is 0."""
    due_s = time.monotonic()
    for number in range(1, times + 1) if times else itertools.count(1):
        while (left_s := due_s - time.monotonic()) > 0:
            rclpy.spin_once(node, timeout_sec=left_s)
        send(number)
        due_s += period_s
