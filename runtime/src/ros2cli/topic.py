# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 topic list|info|echo|pub|hz``.

Takes topic names, types and values; prints what nodes publish, or publishes.
"""

from __future__ import annotations

import argparse
from collections import deque
import math
import time
from typing import Any

import rclpy
from rclpy.qos import qos_profile_sensor_data
from rclpy.task import Future

from ros2cli import direct, messages, qos


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    verbs = parser.add_subparsers(required=True, metavar='verb')
    for name, add, main in (
        ('list', _add_list, list_),
        ('info', _add_info, info),
        ('echo', _add_echo, echo),
        ('pub', _add_pub, pub),
        ('hz', _add_hz, hz),
    ):
        verb = verbs.add_parser(name, help=main.__doc__)
        direct.add_arguments(verb)
        add(verb)
        verb.set_defaults(main=main)


def positive_float(text: str) -> float:
    """Return a number above zero."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError('Value must be positive')
    return value


def _full(node: Any, topic: str) -> str:
    """Return the absolute name of a topic, without what remappings there may be."""
    return topic if topic.startswith('/') else f'{node.get_namespace().rstrip("/")}/{topic}'


def _topics(node: Any, *, hidden: bool = True) -> list[tuple[str, list[str]]]:
    names = sorted(node.get_topic_names_and_types())
    return [(name, types) for name, types in names if hidden or not direct.is_hidden(name)]


def _wait_for_class(node: Any, topic: str, spin_time_s: float) -> Any:
    """Return the class of a topic's messages, as soon as somebody publishes or listens."""

    def types() -> list[str]:
        return dict(_topics(node)).get(topic, [])

    found = direct.wait_until(types, spin_time_s)
    if not found:
        print(f'WARNING: topic [{topic}] does not appear to be published yet', flush=True)
        found = direct.wait_until(types, None)
    if not found:
        raise KeyboardInterrupt  # told to end while waiting
    if len(found) > 1:
        raise RuntimeError(
            f"Cannot echo topic '{topic}', as it contains more than one type: [{', '.join(found)}]"
        )
    return messages.get_interface(found[0], 'msg')


def _add_list(verb: argparse.ArgumentParser) -> None:
    verb.add_argument('-t', '--show-types', action='store_true')
    verb.add_argument('-c', '--count-topics', action='store_true')
    verb.add_argument('--include-hidden-topics', action='store_true')


def list_(args: argparse.Namespace) -> None:
    """Output a list of available topics."""
    with direct.direct_node() as node:
        time.sleep(args.spin_time)
        topics = _topics(node, hidden=args.include_hidden_topics)
        if args.count_topics:
            print(len(topics))
        else:
            direct.print_names(topics, show_types=args.show_types)


def _add_info(verb: argparse.ArgumentParser) -> None:
    verb.add_argument('topic_name')
    verb.add_argument('-v', '--verbose', action='store_true')


def info(args: argparse.Namespace) -> str | None:
    """Print information about a topic."""
    with direct.direct_node() as node:
        topic = _full(node, args.topic_name)
        time.sleep(args.spin_time)
        types = dict(_topics(node)).get(topic)
        if types is None:
            return f"Unknown topic '{topic}'"
        end = '\n\n' if args.verbose else '\n'
        print(f'Type: {types[0] if len(types) == 1 else types}', end=end)
        for kind, endpoints in (
            ('Publisher', node.get_publishers_info_by_topic(topic)),
            ('Subscription', node.get_subscriptions_info_by_topic(topic)),
        ):
            print(f'{kind} count: {len(endpoints)}', end=end)
            for endpoint in endpoints if args.verbose else ():
                print(_describe(endpoint), end=end)
    return None


def _describe(endpoint: Any) -> str:
    """Return what is known of a publisher or subscription, one line each."""
    profile = endpoint.qos_profile
    return '\n'.join(
        (
            f'Node name: {endpoint.node_name}',
            f'Node namespace: {endpoint.node_namespace}',
            f'Topic type: {endpoint.topic_type}',
            f'Topic type hash: {endpoint.topic_type_hash}',
            f'Endpoint type: {endpoint.endpoint_type.name}',
            f'GID: {".".join(f"{byte:02x}" for byte in endpoint.endpoint_gid)}',
            'QoS profile:',
            f'  Reliability: {profile.reliability.name}',
            f'  History (Depth): {profile.history.name} ({profile.depth})',
            f'  Durability: {profile.durability.name}',
            f'  Lifespan: {profile.lifespan}',
            f'  Deadline: {profile.deadline}',
            f'  Liveliness: {profile.liveliness.name}',
            f'  Liveliness lease duration: {profile.liveliness_lease_duration}',
        )
    )


def _add_echo(verb: argparse.ArgumentParser) -> None:
    verb.add_argument('topic_name')
    verb.add_argument('message_type', nargs='?')
    qos.add_arguments(verb, 'sensor_data')
    verb.add_argument('--field', help="Echo a selected field; use '.' to select sub-fields")
    verb.add_argument('-f', '--full-length', action='store_true')
    verb.add_argument('-l', '--truncate-length', type=int, default=128)
    verb.add_argument('--no-arr', action='store_true', help="Don't print array fields")
    verb.add_argument('--flow-style', action='store_true')
    verb.add_argument('--once', action='store_true', help='Print the first message, then exit')
    verb.add_argument('--timeout', metavar='N', type=positive_float, help='Wait so many seconds')


def echo(args: argparse.Namespace) -> None:
    """Output messages from a topic."""
    limit = None if args.full_length else args.truncate_length
    done = Future()

    def show(message: Any) -> None:
        if done.done():
            return
        value = _select(message, args.field)
        if hasattr(value, 'get_fields_and_field_types'):
            text = messages.to_yaml(value, limit, no_arr=args.no_arr, flow=args.flow_style)
            print(text, end='---\n', flush=True)
        else:
            print(value, end='\n---\n', flush=True)
        if args.once:
            done.set_result(None)

    with direct.direct_node() as node:
        topic = _full(node, args.topic_name)
        if args.message_type is None:
            kind = _wait_for_class(node, topic, args.spin_time)
        else:
            kind = messages.get_interface(args.message_type, 'msg')
        publishers = direct.wait_until(
            lambda: node.get_publishers_info_by_topic(topic), args.spin_time
        )
        node.create_subscription(kind, topic, show, qos.profile_for(args, publishers))
        rclpy.spin_until_future_complete(node, done, timeout_sec=args.timeout)


def _select(message: Any, field: str | None) -> Any:
    for name in (field or '').split('.'):
        if name and not hasattr(message, name):
            raise RuntimeError(f"Invalid field '{field}': no '{name}' in {type(message).__name__}")
        message = getattr(message, name) if name else message
    return message


def _add_pub(verb: argparse.ArgumentParser) -> None:
    verb.add_argument('topic_name')
    verb.add_argument('message_type', help="Type of the ROS message (e.g. 'std_msgs/String')")
    verb.add_argument('values', nargs='?', default='{}', help='Values in YAML format')
    verb.add_argument('-r', '--rate', metavar='N', type=positive_float, default=1.0)
    verb.add_argument('-p', '--print', metavar='N', type=int, default=1, dest='print_nth')
    group = verb.add_mutually_exclusive_group()
    group.add_argument('-1', '--once', action='store_true', help='Publish one message and exit')
    group.add_argument('-t', '--times', type=int, default=0)
    verb.add_argument('-w', '--wait-matching-subscriptions', type=int)
    verb.add_argument('--max-wait-time-secs', type=positive_float)
    verb.add_argument('--keep-alive', metavar='N', type=positive_float, default=0.1)
    verb.add_argument('-n', '--node-name')
    qos.add_arguments(verb, 'default')


def pub(args: argparse.Namespace) -> str | None:
    """Publish a message to a topic."""
    kind = messages.get_interface(args.message_type, 'msg')
    times = 1 if args.once else args.times
    wanted = args.wait_matching_subscriptions
    wanted = int(times != 0) if wanted is None else wanted
    message = kind()
    stamps = messages.fill(message, messages.parse_values(args.values))
    with direct.direct_node(args.node_name) as node:
        publisher = node.create_publisher(kind, args.topic_name, qos.profile_of(args))
        if publisher.get_subscription_count() < wanted:
            print(f'Waiting for at least {wanted} matching subscription(s)...', flush=True)
        if not direct.wait_until(
            lambda: publisher.get_subscription_count() >= wanted, args.max_wait_time_secs
        ):
            return f'Timed out waiting for {wanted} matching subscription(s)'
        print('publisher: beginning loop', flush=True)
        count = 0
        due_s = time.monotonic()
        while rclpy.ok():
            count += 1
            for stamp in stamps:
                stamp(node.get_clock().now().to_msg())
            if args.print_nth and count % args.print_nth == 0:
                print(f'publishing #{count}: {message!r}\n', flush=True)
            publisher.publish(message)
            if count == times:
                break
            due_s += 1.0 / args.rate
            time.sleep(max(0.0, due_s - time.monotonic()))
        time.sleep(args.keep_alive)  # the message must reach the wire before the node goes
    return None


def _add_hz(verb: argparse.ArgumentParser) -> None:
    verb.add_argument('topic_name')
    verb.add_argument('-w', '--window', type=int, default=10000, metavar='WINDOW')


def hz(args: argparse.Namespace) -> None:
    """Print the average publishing rate to screen."""
    periods_s: deque[float] = deque(maxlen=args.window)
    last_s: list[float] = []

    def count(_: Any) -> None:
        now_s = time.monotonic()
        periods_s.extend(now_s - before_s for before_s in last_s)
        last_s[:] = [now_s]

    printed_s: list[float] = []

    def report() -> None:
        if periods_s and printed_s != last_s:
            printed_s[:] = last_s
            print(describe_rate(list(periods_s)), flush=True)

    with direct.direct_node() as node:
        topic = _full(node, args.topic_name)
        kind = _wait_for_class(node, topic, args.spin_time)
        node.create_subscription(kind, topic, count, qos_profile_sensor_data)
        node.create_timer(1.0, report)
        rclpy.spin(node)


def describe_rate(periods_s: list[float]) -> str:
    """Return the line of ``ros2 topic hz`` for the times between messages."""
    n = len(periods_s)
    mean_s = sum(periods_s) / n
    deviation_s = math.sqrt(sum((period_s - mean_s) ** 2 for period_s in periods_s) / n)
    return (
        f'average rate: {1.0 / mean_s if mean_s > 0 else 0.0:.3f}\n\tmin: {min(periods_s):.3f}s '
        f'max: {max(periods_s):.3f}s std dev: {deviation_s:.5f}s window: {n}'
    )
