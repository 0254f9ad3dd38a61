# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: T201  a command prints
"""
``ros2 service``.

Takes service names, types and values; prints services, or a service's answer.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from ros2cli import messages, names
from ros2cli.command import Command
from ros2cli.direct import ask, settle

COMMAND = Command(node=True, refused='echo')
names.add_verbs(COMMAND, 'service')


@COMMAND.verb('info', 'service_name')
def info(args: argparse.Namespace, node: Any) -> str | None:
    """Print information about a service."""
    settle(node, args.spin_time)
    types = dict(names.names_and_types(node, 'service')).get(args.service_name)
    if types is None:
        return f"Unknown service '{args.service_name}'"
    print(f'Type: {types[0] if len(types) == 1 else types}')
    print(f'Clients count: {node.count_clients(args.service_name)}')
    print(f'Services count: {node.count_services(args.service_name)}')
    return None


@COMMAND.verb('call', f'service_name service_type {messages.VALUES} -r/--rate=float')
def call(args: argparse.Namespace, node: Any) -> None:
    """Call a service."""
    kind = messages.get_interface(args.service_type, 'srv')
    request = kind.Request()
    messages.fill(request, messages.parse_values(args))
    client = node.create_client(kind, args.service_name)
    if not client.service_is_ready():
        print('waiting for service to become available...')
        client.wait_for_service()
    while True:
        print(f'requester: making request: {request!r}\n')
        print(f'response:\n{ask(node, client, request)!r}\n')
        if args.rate is None:
            return
        time.sleep(1.0 / args.rate)
