# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Loggers that print to the screen the way ``ros2 launch`` does.

Takes logger names; gives standard loggers whose lines read ``[INFO] [name]: text``, and
process output as it is. No file is written.
"""

from __future__ import annotations

import logging
import sys

from ros_wire.limits import unsupported_names

__getattr__ = unsupported_names(
    __name__, 'get_log_file_path', 'get_output_loggers', 'handlers', 'launch_config', 'reset'
)
_ROOT = 'launch_screen'


class _Screen(logging.Handler):
    """Writes to the sys.stdout of the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        name = record.name[len(_ROOT) + 1 :]
        write_line(f'[{record.levelname}] [{name}]: {record.getMessage()}')


def write_line(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + '\n')
    sys.stdout.flush()


def get_logger(name: str = 'launch') -> logging.Logger:
    """
    Return the logger of that name.

    :param name: what stands in the second pair of brackets.
    """
    root = logging.getLogger(_ROOT)
    if not root.handlers:
        root.addHandler(_Screen())
        root.setLevel(logging.INFO)
        root.propagate = False
    return root.getChild(name)
