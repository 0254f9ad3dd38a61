# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The demo's conductor: speaks the sentences, prints one status line a second, ends the show.

It uses nothing but the topics everybody can use. When it exits, the launch file ends the rest.
"""

from __future__ import annotations

import sys

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import String

from pi0_ros.nodes.parameters import Parameter, declare
from pi0_ros.nodes.run import run
from pi0_ros.types import InputError

PARAMETERS = (
    Parameter('duration_s', 28.0, 'length of the show [s]; 0: until Ctrl-C', 0.0, 86400.0),
    Parameter('patience_s', 120.0, 'how long to wait for the first motion [s]', 1.0, 3600.0),
    Parameter(
        'script',
        '0 pick up the red cube'
        '|6 put the red cube on the green cube'
        '|13 pick up the blue cube'
        '|14 pick up the red cube'
        '|20 put the red cube on the blue cube',
        'after how many seconds to say what, separated by |; only the first if there is no end',
    ),
)
RUNNING = 'RUNNING'


class DemoNode(Node):
    """Say, watch, print."""

    def __init__(self) -> None:
        super().__init__('demo')
        self._settings = declare(self, PARAMETERS)
        self._script = read_script(self._settings.script)
        self._act = -1  # index of the sentence that the show has come to
        self._sentence = ''  # what was said last, by us or by anybody else
        self._speaks = False  # until the policy follows
        self._chunks = 0  # that the policy has made
        self._seconds = 0  # since the beginning
        self._shown = 0  # since the first motion
        self._executor_status = self._policy_status = None
        self._command_out = self.create_publisher(String, 'command', 10)
        self.create_subscription(String, 'command', self._on_command, 10)
        self.create_subscription(DiagnosticStatus, 'chunk_executor/state', self._on_executor, 10)
        self.create_subscription(DiagnosticStatus, 'pi0_policy/chunk_info', self._on_policy, 10)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        # The show goes by the wall clock: it must also end if the simulation should die.
        self.create_timer(1.0, self._each_second, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _on_command(self, message: String) -> None:
        """Let others speak too: what they say replaces our sentence."""
        if message.data != self._sentence:
            self._sentence, self._speaks = message.data, False

    def _on_executor(self, message: DiagnosticStatus) -> None:
        self._executor_status = message
        if not self._shown and _values(message).get('state') == RUNNING:
            self._shown = 1

    def _on_policy(self, message: DiagnosticStatus) -> None:
        self._policy_status = message
        if _values(message)['prompt'] == self._sentence:
            self._speaks = False

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        """Say the last sentence again to a policy that has died and come back."""
        for status in message.status:
            if status.name == 'pi0_policy':
                chunks = int(_values(status)['chunks'])
                if chunks < self._chunks:
                    self._speaks = True
                self._chunks = chunks

    def _each_second(self) -> None:
        self._seconds += 1
        duration_s = self._settings.duration_s
        if self._shown:
            self._shown += 1
        elif self._seconds > self._settings.patience_s:
            self.get_logger().fatal('nothing moved; the last status lines above say why')
            sys.exit(1)
        if duration_s and self._shown > duration_s:
            self.get_logger().info('the show is over')
            sys.exit(0)
        played_s = max(self._shown - 1, 0)
        begun = sum(start_s <= played_s for start_s, _ in self._script)
        self._speak(max(begun, 1) - 1 if duration_s else 0)
        self.get_logger().info(self._status_line())

    def _speak(self, act: int) -> None:
        """Say the sentence of an act until the policy follows it."""
        if act != self._act:
            self._act, self._sentence, self._speaks = act, self._script[act][1], True
            self.get_logger().info(f'command: "{self._sentence}"')
        if self._speaks:
            self._command_out.publish(String(data=self._sentence))

    def _status_line(self) -> str:
        executor = (
            self._executor_status.message if self._executor_status else 'executor: not there yet'
        )
        policy = self._policy_status.message if self._policy_status else 'policy: no chunk yet'
        return f'{self._seconds:3d} s | {executor} | {policy}'


def read_script(text: str) -> list[tuple[float, str]]:
    """
    Return when to say what, in order: seconds since the first motion, and a sentence.

    :raises InputError: if a part does not begin with a number, or they are not in order.
    """
    script = []
    for part in text.split('|'):
        start, _, sentence = part.strip().partition(' ')
        try:
            script.append((float(start), sentence.strip()))
        except ValueError as error:
            raise InputError(f'script: {part!r}: expected seconds and a sentence') from error
    if script != sorted(script, key=lambda act: act[0]):
        raise InputError(f'script: expected increasing seconds, found {text!r}')
    return script


def _values(message: DiagnosticStatus) -> dict[str, str]:
    """Return the key-value pairs of a status."""
    return {pair.key: pair.value for pair in message.values}


def main() -> None:
    """Run the node."""
    run(DemoNode)
