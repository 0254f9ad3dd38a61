# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The demo's success through ROS: simulated robot, policy and executor as processes, on topics.

Uses what everybody can use: the sentence goes to `command`, success is what the simulated robot
says. Scenes, sentences, patience and table are those of `python -m pi0_ros.sim.evaluate`, so that
the figures can be laid side by side. Everything starts anew for each sentence.

    python benchmarks/demo_over_topics.py CHECKPOINT [--trials 20] [--only pick]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
import os
from pathlib import Path
import sys
import time

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
from pipeline import start
import rclpy
from rclpy.client import Client
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from std_msgs.msg import Bool, String
from std_srvs.srv import SetBool, Trigger

from pi0_ros.convert import time_to_ns
from pi0_ros.sim.evaluate import FIRST_SEED
from pi0_ros.sim.evaluate.plan import all_sentences, plain_trials
from pi0_ros.sim.evaluate.report import MEASURE
from pi0_ros.sim.evaluate.table import HEADER, Row, rows_by_skill
from pi0_ros.sim.evaluate.trial import LIMIT_S, Outcome, Trial
from pi0_ros.types import NS_PER_S

CONFIG = Path(__file__).resolve().parents[1] / 'config'
ROBOT_FILE = CONFIG / 'robots' / 'aloha_sim.yaml'
PARAMS_FILE = CONFIG / 'demo_params.yaml'
PATIENCE_S = 60.0  # of the wall clock, for anything that must happen soon
BRAKING_S = 0.5  # the executor stands still after less
SAY_AGAIN_S = 0.2


class Driver(Node):
    """Sets scenes, says sentences, and watches what comes of them."""

    def __init__(self) -> None:
        super().__init__('driver')
        self.now_ns = 0
        self.success = False
        self.held: list[str] = []  # one cube after the other
        self.chunk_ms: list[float] = []
        self._chunk: dict[str, str] = {}
        self._executor = ''
        self._command = self.create_publisher(String, 'command', 10)
        self.create_subscription(Clock, '/clock', self._on_clock, 10)
        self.create_subscription(Bool, 'sim_robot/success', self._on_success, 10)
        self.create_subscription(String, 'sim_robot/held_cube', self._on_held, 10)
        self.create_subscription(DiagnosticStatus, 'pi0_policy/chunk_info', self._on_chunk, 10)
        self.create_subscription(DiagnosticStatus, 'chunk_executor/state', self._on_state, 10)
        self._enable = self.create_client(SetBool, 'chunk_executor/enable')
        self._forget = self.create_client(Trigger, 'pi0_policy/reset')
        self._set_scene = self.create_client(Trigger, 'sim_robot/reset')

    def _on_clock(self, message: Clock) -> None:
        self.now_ns = time_to_ns(message.clock)

    def _on_success(self, message: Bool) -> None:
        self.success = message.data

    def _on_held(self, message: String) -> None:
        if message.data and message.data not in self.held:
            self.held.append(message.data)

    def _on_chunk(self, message: DiagnosticStatus) -> None:
        self._chunk = {pair.key: pair.value for pair in message.values}
        stages = [
            float(value)
            for key, value in self._chunk.items()
            if key.endswith('_ms') and not (key.endswith('_age_ms') or key.startswith('latency'))
        ]
        self.chunk_ms.append(sum(stages))

    def _on_state(self, message: DiagnosticStatus) -> None:
        self._executor = message.message

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Listen until it is so; end the program if it never is."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            rclpy.spin_once(self, timeout_sec=0.05)
            if time.monotonic() > deadline:
                sys.exit(f'never happened: {what}; see what the nodes say above')

    def wait(self, seconds: float) -> None:
        """Listen for a while of simulated time."""
        end_ns = self.now_ns + seconds * NS_PER_S
        self.until(lambda: self.now_ns >= end_ns, f'{seconds} s of simulated time')

    def _call(self, client: Client, request: SetBool.Request | Trigger.Request) -> None:
        self.until(client.service_is_ready, f'service {client.srv_name}')
        answer = client.call_async(request)
        self.until(answer.done, f'answer of {client.srv_name}')

    def prepare(self, sentence: str) -> None:
        """Set the next scene, and let the policy see it and hear the sentence."""
        # In this order: nothing moves when the scene changes, and no chunk of the old scene is the
        # newest when the executor takes the robot again.
        self._call(self._enable, SetBool.Request(data=False))
        self.wait(BRAKING_S)
        self._call(self._forget, Trigger.Request())
        self._call(self._set_scene, Trigger.Request())
        self.wait(SAY_AGAIN_S)
        set_ns, said_ns = self.now_ns, 0

        def follows() -> bool:
            nonlocal said_ns
            if self.now_ns - said_ns > SAY_AGAIN_S * NS_PER_S:
                said_ns = self.now_ns
                self._command.publish(String(data=sentence))
            chunk = self._chunk
            return chunk.get('prompt') == sentence and int(chunk['stamp_ns']) > set_ns

        self.until(follows, f'a chunk that follows "{sentence}"')
        self._call(self._enable, SetBool.Request(data=True))

    def play(self, trial: Trial) -> Outcome:
        """Play a trial."""
        self.prepare(trial.sentence)
        self.success, self.held = False, []
        begin_ns, chunks = self.now_ns, len(self.chunk_ms)
        end_ns = begin_ns + LIMIT_S[trial.skill] * NS_PER_S
        self.until(lambda: self.success or self.now_ns >= end_ns, 'the end of a trial')
        return Outcome(
            trial=trial,
            success=self.success,
            time_s=(self.now_ns - begin_ns) / NS_PER_S,
            first_held=self.held[0] if self.held else None,
            wrong=any(cube != trial.task.cube for cube in self.held),
            picked=trial.task.cube in self.held,
            disturbed=False,
            chunks=len(self.chunk_ms) - chunks,
            executor=self._executor,
        )


@contextmanager
def running(checkpoint: Path, first_seed: int) -> Iterator[Driver]:
    """Run all processes until the block ends; the first scene is that of a seed."""
    with ExitStack() as stack:
        shared = (f'robot:={ROBOT_FILE}', 'use_sim_time:=true')
        start(
            stack,
            'from pi0_ros.nodes.policy_node import main; main()',
            *shared,
            f'checkpoint:={checkpoint}',
            'autostart:=true',
            params_file=PARAMS_FILE,
        )
        start(
            stack,
            'from pi0_ros.nodes.executor_node import main; main()',
            *shared,
            params_file=PARAMS_FILE,
        )
        start(
            stack,
            'from pi0_ros.nodes.sim_node import main; main()',
            f'robot:={ROBOT_FILE}',
            f'seed:={first_seed - 1}',  # each reset takes the next one
        )
        rclpy.init()
        driver = Driver()
        driver.until(lambda: driver.now_ns > 0, 'simulated time')
        yield driver
        driver.destroy_node()
        rclpy.try_shutdown()


def main() -> None:
    """Play all trials and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('--trials', type=int, default=20, help='scenes per sentence (%(default)s)')
    parser.add_argument(
        '--first-seed', type=int, default=FIRST_SEED, help='of the scenes (%(default)s)'
    )
    parser.add_argument('--only', choices=('pick', 'put'), help='one of the two skills')
    options = parser.parse_args()
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    print(f'{MEASURE}\n\n{HEADER}')
    outcomes: list[Outcome] = []
    chunk_ms: list[float] = []
    simulated_s = wall_s = 0.0
    for sentence in all_sentences(options.only):
        with running(options.checkpoint, options.first_seed) as driver:
            begin_s, begin_ns = time.monotonic(), driver.now_ns
            trials = plain_trials([sentence], options.trials, options.first_seed)
            outcomes += [driver.play(trial) for trial in trials]
            wall_s += time.monotonic() - begin_s
            simulated_s += (driver.now_ns - begin_ns) / NS_PER_S
            chunk_ms += driver.chunk_ms
        print(Row.of(sentence, outcomes[-len(trials) :]), flush=True)
    print('\n'.join(map(str, rows_by_skill('through topics', outcomes))))
    p50, p99 = np.percentile(chunk_ms, (50, 99))
    print(f'policy: {p50:.0f} ms per chunk (p50), {p99:.0f} ms (p99), {len(chunk_ms)} chunks; '
          f'simulated / wall time: {simulated_s / wall_s:.2f}; {os.cpu_count()} cores, load '
          f'average {os.getloadavg()[0]:.1f}')  # fmt: skip


if __name__ == '__main__':
    main()
