# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The README's tables of what is there and what is not are true."""

from pathlib import Path
import pkgutil
import re

import pytest
import rclpy
import rclpy.event_handler
import rclpy.qos
from std_msgs.msg import String
from std_srvs.srv import Trigger

README = Path(__file__).parents[1] / 'README.md'


def codes(title, column):
    """Return what stands in code marks in a column of the table below a title."""
    _, _, text = README.read_text().partition(f'### {title}\n')
    table = re.search(r'(?:^\|.*\n)+', text, re.MULTILINE)
    rows = [row.split(' | ') for row in table[0].replace('\\|', '¦').splitlines()[2:]]
    found = [code.replace('¦', '|') for row in rows for code in re.findall('`(.+?)`', row[column])]
    assert len(found) > 10
    return found


@pytest.mark.parametrize('code', codes('Supported', 1))
def test_supported(code, ros2):
    if code.startswith('ros2 '):
        command = ros2(*code.split()[1:], '--help')
        assert command.returncode == 0, command.stderr
    else:
        assert pkgutil.resolve_name(code) is not None


@pytest.mark.parametrize('code', codes('Refused, by name', 0))
def test_refused(code, ros2, make_node):
    if code.startswith('ros2 '):
        command = ros2(*code.split()[1:])
        assert command.returncode != 0
        assert 'not supported by pi0-ros-runtime' in command.stderr
    else:
        with pytest.raises(NotImplementedError, match='not supported by pi0-ros-runtime'):
            exec(code, {'node': make_node(), 'rclpy': rclpy, 'String': String, 'Trigger': Trigger})
