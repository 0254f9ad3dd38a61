# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What messages cost between two processes: images, joint states, service calls, timers, memory.

Each row of the table is two fresh processes in a domain of their own; a figure that misses its
goal is marked with `!`. Latency is from before `publish` to the callback. Only rclpy's public API
is used, so that the same figures can be taken with a real ROS 2. On a loaded machine the tails
are the load's, so that is printed too.

    python benchmarks/runtime.py [--seconds 10] [--soak 3600]
"""

from __future__ import annotations

import argparse
from array import array
from collections.abc import Callable, Iterable
import itertools
import json
import os
from pathlib import Path
import subprocess
import sys
import time
from typing import Any

import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Empty, String
from std_srvs.srv import Trigger

Figures = dict[str, Any]
SIZES = {'640x480': (640, 480), '1280x720': (1280, 720)}
CAMERA_HZ, STATE_HZ, TIMER_HZ = 30, 100, 100
JOINTS, CALLS = 14, 1000
SMALL_BUFFER = '<Internal><SocketReceiveBufferSize max="208kB"/></Internal>'
SMALL_BUFFER = f'<CycloneDDS><Domain>{SMALL_BUFFER}</Domain></CycloneDDS>'
# Each figure at most so.
GOALS = {
    '640x480': {'lost': 0, 'p50 ms': 3, 'pub CPU %': 8, 'sub CPU %': 8},
    '1280x720': {'lost': 0, 'p50 ms': 8},
}
COLUMNS = ['lost', 'p50 ms', 'p99 ms', 'pub CPU %', 'sub CPU %', 'drift %', 'start s', 'RSS MB']
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def camera(options: Figures) -> Figures:
    """Publish images, the first second's uncounted, and joint states if asked to."""
    node, meter = rclpy.create_node('camera'), Meter()
    width, height = SIZES[options['size']]
    data = array('B', os.urandom(width * height * 3))
    image = Image(width=width, height=height, encoding='rgb8', step=width * 3, data=data)
    topics = [f'camera_{i}' for i in range(options['cameras'])]
    publishers = [node.create_publisher(Image, topic, quality(options)) for topic in topics]
    states = node.create_publisher(JointState, 'joints', 10)
    done = node.create_publisher(String, 'done', LATCHED)
    left = {'warm': CAMERA_HZ, 'image': round(options['seconds'] * CAMERA_HZ)}
    sent = 0

    def publish() -> None:
        nonlocal sent
        kind = 'warm' if left['warm'] else 'image'
        if kind == 'image' and not sent:
            meter.start()
        left[kind] -= 1
        for publisher in publishers:
            image.header.frame_id = kind
            image.header.stamp = node.get_clock().now().to_msg()
            publisher.publish(image)
            sent += kind == 'image'
        if not left['image']:
            timer.cancel()

    until(node, lambda: all(p.get_subscription_count() for p in publishers))
    timer = node.create_timer(1 / CAMERA_HZ, publish)
    if options.get('soak'):
        node.create_timer(1 / STATE_HZ, lambda: states.publish(joint_state()))
        node.create_timer(options['soak'] / 100, meter.sample)
    until(node, lambda: not left['image'])
    figures = meter.figures() | {'sent': sent}
    done.publish(String(data='done'))
    until(node, lambda: not any(p.get_subscription_count() for p in publishers))
    return figures


def viewer(options: Figures) -> Figures:
    """Receive what a camera publishes."""
    node, meter = rclpy.create_node('viewer'), Meter()
    latencies_ms, done = array('d'), list[Any]()  # an array, as what is noted here grows too

    def receive(image: Any) -> None:
        now_ns, stamp = node.get_clock().now().nanoseconds, image.header.stamp
        if image.header.frame_id == 'image':
            if not latencies_ms:
                meter.start()
            latencies_ms.append((now_ns - stamp.sec * 10**9 - stamp.nanosec) / 1e6)

    for i in range(options['cameras']):
        node.create_subscription(Image, f'camera_{i}', receive, quality(options))
    node.create_subscription(String, 'done', done.append, LATCHED)
    if options.get('soak'):
        node.create_subscription(JointState, 'joints', lambda _: None, 10)
        node.create_timer(options['soak'] / 100, meter.sample)
    until(node, lambda: done)
    figures, end_s = meter.figures(), time.monotonic() + 0.5  # what is still on the way
    until(node, lambda: time.monotonic() > end_s)
    return figures | {'received': len(latencies_ms)} | percentiles(latencies_ms)


def echo(_: Figures) -> Figures:
    """Answer joint states and service calls."""
    node, done = rclpy.create_node('echo'), list[Any]()
    back = node.create_publisher(JointState, 'back', 10)
    node.create_subscription(JointState, 'there', back.publish, 10)
    node.create_service(Trigger, 'trigger', lambda _, response: response)
    node.create_subscription(Empty, 'done', done.append, 10)
    until(node, lambda: done)
    return {}


def asker(_: Figures) -> Figures:
    """Time round trips of joint states and service calls, and the ticks of a timer."""
    node, answers = rclpy.create_node('asker'), list[Any]()
    there = node.create_publisher(JointState, 'there', 10)
    done = node.create_publisher(Empty, 'done', 10)
    node.create_subscription(JointState, 'back', answers.append, 10)
    client = node.create_client(Trigger, 'trigger')
    client.wait_for_service()
    until(node, lambda: there.get_subscription_count() and done.get_subscription_count())

    def trip() -> None:
        answers.clear()
        there.publish(joint_state())
        until(node, lambda: answers)

    joints = timed(trip)
    calls = timed(lambda: until(node, client.call_async(Trigger.Request()).done))
    ticks_s: list[float] = []
    node.create_timer(1 / TIMER_HZ, lambda: ticks_s.append(time.monotonic()))
    until(node, lambda: len(ticks_s) > 3 * TIMER_HZ)
    period_s = (ticks_s[-1] - ticks_s[0]) / (len(ticks_s) - 1)
    done.publish(Empty())
    timer = {'drift %': 100 * abs(period_s * TIMER_HZ - 1)}
    return {'joints': joints, 'trigger': calls, 'timer': timer, 'RSS MB': rss_mb()}


class Meter:
    """CPU time from `start` to `figures`; memory and file descriptors at each `sample`."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, int]] = []
        self.start()

    def start(self) -> None:
        """Begin."""
        self._wall_s, self._cpu_s = time.monotonic(), time.process_time()

    def sample(self) -> None:
        """Take memory and file descriptors down."""
        self._samples.append((rss_mb(), sum(1 for _ in Path('/proc/self/fd').iterdir())))

    def figures(self) -> Figures:
        """What was measured."""
        wall_s, cpu_s = time.monotonic() - self._wall_s, time.process_time() - self._cpu_s
        figures: Figures = {'CPU %': 100 * cpu_s / wall_s, 'RSS MB': rss_mb()}
        if len(self._samples) > 4:
            early, late = self._samples[len(self._samples) // 4], self._samples[-1]
            figures |= {'growth MB': late[0] - early[0], 'growth fds': late[1] - early[1]}
        return figures


def rss_mb() -> float:
    """Memory of this process."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6


def joint_state() -> JointState:
    """A robot's state."""
    names, values = [f'joint_{i}' for i in range(JOINTS)], [0.1] * JOINTS
    return JointState(name=names, position=values, velocity=values, effort=values)


def quality(options: Figures) -> QoSProfile:
    """Images' QoS."""
    policy = ReliabilityPolicy.RELIABLE if options['reliable'] else ReliabilityPolicy.BEST_EFFORT
    return QoSProfile(depth=5, reliability=policy)


def until(node: Any, condition: Callable[[], Any]) -> None:
    """Spin until something is so."""
    while not condition():
        rclpy.spin_once(node, timeout_sec=0.1)


def percentiles(values: Iterable[float]) -> Figures:
    """The median and the 99th percentile."""
    ordered = sorted(values) or [float('nan')]
    return {f'p{p} ms': ordered[len(ordered) * p // 100] for p in (50, 99)}


def timed(action: Callable[[], None]) -> Figures:
    """How long something takes."""
    taken_ms = []
    for _ in range(CALLS):
        begin = time.perf_counter()
        action()
        taken_ms.append(1e3 * (time.perf_counter() - begin))
    return percentiles(taken_ms[CALLS // 10 :])


def run(roles: tuple[str, str], options: Figures, **environment: str) -> list[Figures]:
    """Run two processes in a domain of their own to their ends; give what each printed."""
    domain = str(1 + os.getpid() % 80)
    environment |= {'ROS_DOMAIN_ID': domain, 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, '--role', role, '--options', json.dumps(options)],
            stdout=subprocess.PIPE,
            env=os.environ | environment,
        )
        for role in roles
    ]
    return [json.loads(process.communicate()[0]) for process in processes]


def images(size: str, cameras: int, reliable: bool, seconds: float, **environment: str) -> Figures:
    """A row of images."""
    options = {'size': size, 'cameras': cameras, 'reliable': reliable, 'seconds': seconds}
    sent, got = run(('camera', 'viewer'), options, **environment)
    rates = {'pub CPU %': sent['CPU %'], 'sub CPU %': got['CPU %']}
    return got | rates | {'lost': sent['sent'] - got['received']}


def first_node_s() -> float:
    """From the start of Python to the first node."""
    code = 'import rclpy; rclpy.init(); rclpy.create_node("first")'
    begin = time.monotonic()
    subprocess.run([sys.executable, '-c', code], check=True)
    return time.monotonic() - begin


def show(name: str, figures: Figures, goals: Figures) -> None:
    """Print a row."""
    cells = {column: f'{figures[column]:.3g}' for column in COLUMNS if column in figures}
    for column, goal in goals.items():
        cells[column] += f'/{goal:g}{"!" if figures[column] > goal else ""}'
    print(f'{name:30}', *(f'{cells.get(column, ""):>10}' for column in COLUMNS), flush=True)


def table(seconds: float) -> None:
    """Measure everything."""
    print(f'{"figure/goal":30}', *(f'{column:>10}' for column in COLUMNS))
    for cameras, size, reliable in itertools.product((1, 3), SIZES, (True, False)):
        name = f'{cameras} x {size} {"reliable" if reliable else "best effort"}'
        show(name, images(size, cameras, reliable, seconds), GOALS[size])
    limited = images('640x480', 1, True, seconds, CYCLONEDDS_URI=SMALL_BUFFER)
    show('1 x 640x480 reliable, 208 kB', limited, {'lost': 0})
    _, asked = run(('echo', 'asker'), {})
    show(f'JointState({JOINTS}) and back', asked['joints'], {'p50 ms': 1})
    show('Trigger', asked['trigger'], {'p50 ms': 0.5})
    show(f'timer of {TIMER_HZ} Hz', asked['timer'], {'drift %': 1})
    start = {'start s': min(first_node_s() for _ in range(3)), 'RSS MB': asked['RSS MB']}
    show('import and first node', start, {'start s': 0.8, 'RSS MB': 60})


def soak(seconds: float) -> None:
    """Run three cameras and joint states for long; print what grew."""
    options = {'size': '640x480', 'cameras': 3, 'reliable': True, 'seconds': seconds}
    figures = run(('camera', 'viewer'), options | {'soak': seconds})
    for role, found in zip(('camera', 'viewer'), figures, strict=True):
        print(role, *(f'{key} {value:.3g}' for key, value in found.items()), sep='; ')


def main() -> None:
    """Measure, or be what is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--seconds', type=float, default=10.0, help='of images, for each row')
    parser.add_argument('--soak', type=float, help='run so many seconds and print what grew')
    parser.add_argument('--role', choices=('camera', 'viewer', 'echo', 'asker'), help='internal')
    parser.add_argument('--options', type=json.loads, default={}, help='internal')
    arguments = parser.parse_args()
    if arguments.role:
        rclpy.init()
        print(json.dumps(globals()[arguments.role](arguments.options)))
        rclpy.shutdown()
        return
    load = os.getloadavg()[0]
    if arguments.soak:
        soak(arguments.soak)
    else:
        table(arguments.seconds)
    print(f'load average {load:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} CPUs')


if __name__ == '__main__':
    main()
