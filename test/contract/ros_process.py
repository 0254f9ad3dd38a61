# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a piece of code as another process of the same domain."""

from __future__ import annotations

import subprocess
import sys
import textwrap


class Process:
    """A Python process; its standard output is read line by line."""

    def __init__(self, code: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, '-u', '-c', textwrap.dedent(code), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip('\n')

    def rest(self) -> str:
        output, _ = self._process.communicate(timeout=30)
        return output

    def signal(self, number: int) -> int:
        self._process.send_signal(number)
        return self._process.wait(timeout=30)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
        elif self._process.stdout is not None:
            self._process.stdout.close()
