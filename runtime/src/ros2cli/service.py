# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 service list|call``.

Takes service names, types and values; prints services, or a service's answer.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import rclpy

from ros2cli import direct, messages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    verbs = parser.add_subparsers(required=True, metavar='verb')
    verb = verbs.add_parser('list', help='Output a list of available services')
    direct.add_arguments(verb)
    verb.add_argument('-t', '--show-types', action='store_true')
    verb.add_argument('--include-hidden-services', action='store_true')
    verb.set_defaults(main=list_)
    verb = verbs.add_parser('call', help='Call a service')
    verb.add_argument('service_name')
    verb.add_argument('service_type', help="Type of the service (e.g. 'std_srvs/srv/Trigger')")
    verb.add_argument('values', nargs='?', default='{}', help='Values in YAML format')
    verb.set_defaults(main=call)


def list_(args: argparse.Namespace) -> None:
    """Print the services' names."""
    with direct.direct_node() as node:
        time.sleep(args.spin_time)
        names = [
            (name, types)
            for name, types in sorted(node.get_service_names_and_types())
            if args.include_hidden_services or not direct.is_hidden(name)
        ]
        direct.print_names(names, show_types=args.show_types)


def call(args: argparse.Namespace) -> None:
    """Call a service and print the answer."""
    kind = messages.get_interface(args.service_type, 'srv')
    request = kind.Request()
    messages.fill(request, messages.parse_values(args.values))
    with direct.direct_node() as node:
        print(f'requester: making request: {request!r}\n', flush=True)
        print(f'response:\n{request_answer(node, kind, args.service_name, request)!r}\n')


def request_answer(
    node: Any, kind: Any, name: str, request: Any, timeout_s: float | None = None
) -> Any:
    """
    Return a service's answer.

    :param timeout_s: how long to wait for the service to be there [s], None for ever.
    :raises RuntimeError: if it isn't there in time, or fails.
    """
    client = node.create_client(kind, name)
    if not client.service_is_ready():
        if timeout_s is None:
            print('waiting for service to become available...', flush=True)
        if not client.wait_for_service(timeout_sec=timeout_s):
            raise RuntimeError(f'Service {name} is not available')
    future = client.call_async(request)
    rclpy.spin_until_future_complete(node, future)
    if future.result() is None:
        raise RuntimeError(f'Exception while calling service: {future.exception()!r}')
    return future.result()
