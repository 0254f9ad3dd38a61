# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The line to a policy server: what it says when the server is away, late, wrong or back."""

import socket
import threading

import numpy as np
from policy_server import PolicyServer, packed, raw
import pytest

from pi0_ros.policy.server_link import LARGEST_ANSWER_BYTES, LONGEST_PAUSE_S, ServerLink, unpack
from pi0_ros.types import InputError

QUESTION = {'state': np.arange(3.0)}


def echo(question):
    return packed(actions=question['state'])


class Clock:
    """Time that passes when it is told to."""

    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def serve():
    """Return a function that starts a server, which dies with the test."""
    servers = []

    def start(answer=echo, **options):
        servers.append(PolicyServer(answer, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.die()


@pytest.fixture
def dial(clock):
    """Return a function that makes a link, which is closed with the test."""
    links = []

    def make(address, deadline_s=30.0):
        links.append(ServerLink(address, deadline_s, clock))
        return links[-1]

    yield make
    for link in links:
        link.close()


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


def test_an_answer_comes_back_over_one_connection(serve, dial):
    server = serve()
    link = dial(server.address)
    for values in ([1.0, 2.0], [3.0, 4.0]):
        assert link.ask({'state': np.array(values)})['actions'].tolist() == values
    assert len(server.connections) == 1


def test_a_late_answer_is_never_taken_for_the_next(serve, dial, clock):
    server = serve()
    server.hold.clear()
    link = dial(server.address, deadline_s=0.1)
    with pytest.raises(InputError, match=f'{server.port}: no answer within 0.1 s'):
        link.ask({'state': np.array([1.0])})
    server.hold.set()
    clock.now_s += LONGEST_PAUSE_S
    link._deadline_s = 30.0
    assert link.ask({'state': np.array([2.0])})['actions'].tolist() == [2.0]
    assert len(server.connections) == 2


def test_a_server_that_accepts_and_says_nothing_is_late_too(dial):
    with socket.create_server(('127.0.0.1', 0)) as listener:
        link = dial(f'127.0.0.1:{listener.getsockname()[1]}', deadline_s=0.1)
        with pytest.raises(InputError, match='no connection within'):
            link.ask(QUESTION)


def test_a_server_that_reads_nothing_does_not_hold_the_sender(serve, dial):
    server = serve()
    server.hold.clear()
    link = dial(server.address, deadline_s=0.5)
    with pytest.raises(InputError, match='no answer within'):
        link.ask({'state': np.zeros(4_000_000)})  # more than the network's buffers take


def test_a_server_that_is_away_is_asked_ever_more_rarely(dial, clock):
    link = dial(f'127.0.0.1:{free_port()}')
    pauses = []
    for _ in range(7):
        with pytest.raises(InputError, match='cannot connect'):
            link.ask(QUESTION)
        pauses.append(link._retry_at_s - clock.now_s)
        with pytest.raises(InputError, match=r'cannot connect.*; trying again in'):
            link.ask(QUESTION)
        clock.now_s = link._retry_at_s
    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_server_that_dies_and_comes_back_is_found_again(serve, dial, clock):
    first = serve()
    link = dial(first.address)
    link.ask(QUESTION)
    first.die()
    with pytest.raises(InputError, match='connection lost'):
        link.ask(QUESTION)
    clock.now_s += LONGEST_PAUSE_S
    with pytest.raises(InputError, match='cannot connect'):
        link.ask(QUESTION)
    serve(port=first.port)
    clock.now_s += LONGEST_PAUSE_S
    assert link.ask(QUESTION)['actions'].tolist() == [0.0, 1.0, 2.0]
    assert link._failures == 0


def test_a_server_that_hangs_up_instead_of_answering_is_named(serve, dial):
    server = serve(lambda _question: server.connections[-1].close_socket() or b'')
    with pytest.raises(InputError, match='connection lost'):
        dial(server.address).ask(QUESTION)


def test_an_answer_without_end_is_not_swallowed(serve, dial):
    server = serve(lambda _question: bytes(LARGEST_ANSWER_BYTES + 1))
    with pytest.raises(InputError, match=r'connection lost.*too big'):
        dial(server.address).ask(QUESTION)


def test_the_servers_own_error_is_passed_on(serve, dial):
    text = 'Traceback (most recent call last):\n  File "x.py"\nKeyError: \'images\'\n'
    server = serve(lambda _question: text)
    with pytest.raises(InputError, match=r"the server reports an error: KeyError: 'images'"):
        dial(server.address).ask(QUESTION)


@pytest.mark.parametrize('metadata', ['go away', b'\x01', b''])
def test_a_server_of_another_kind_is_refused(serve, dial, metadata):
    server = serve(metadata=metadata)
    with pytest.raises(InputError, match=f'{server.port}: '):
        dial(server.address).ask(QUESTION)
    assert not server.questions


def test_a_port_that_speaks_something_else_is_refused(dial):
    with socket.create_server(('127.0.0.1', 0)) as listener:

        def speak():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b'220 mail.example.org ESMTP\r\n')

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(InputError, match='cannot connect'):
            dial(f'127.0.0.1:{listener.getsockname()[1]}').ask(QUESTION)
        thread.join()


def array(dtype, data=b'\x01' * 8, shape=(1,)):
    return {b'__ndarray__': True, b'dtype': dtype, b'data': data, b'shape': shape}


@pytest.mark.parametrize(
    'answer',
    [
        array('|O'),  # bytes from the network as addresses of objects
        array([['a', '|O']]),
        array('f8, ('),
        array('V8'),
        array('<f8', shape=(9,)),
        array('<f8', data=1),
        {b'__ndarray__': True},
        {b'__npgeneric__': True, b'dtype': '|O', b'data': {}},
        {b'__npgeneric__': True, b'dtype': '<i4', b'data': 2**40},
    ],
    ids=str,
)
def test_only_arrays_of_numbers_are_unpacked(answer):
    with pytest.raises(InputError, match='not in openpi'):
        unpack(raw({'actions': answer}))


@pytest.mark.parametrize('message', [b'', b'\xc1', b'\x93\x01', b'\x01\x02', b'\x91' * 5000])
def test_bytes_that_are_no_answer_are_refused(message):
    with pytest.raises(InputError, match='not in openpi'):
        unpack(message)


def test_an_answer_is_a_mapping():
    with pytest.raises(InputError, match='found list'):
        unpack(raw([1, 2]))
    assert unpack(packed(a=np.float32(2.0), b=np.array([True]))) == {'a': 2.0, 'b': [True]}


@pytest.mark.parametrize(
    'address',
    ['', 'gpu', ':8000', 'gpu:', 'gpu:port', 'gpu:99999', 'http://gpu:80', 'ws://gpu', 'ws://'],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InputError, match='parameter server'):
        ServerLink(address, 1.0)


@pytest.mark.parametrize(
    ('address', 'uri'),
    [
        ('gpu:8000', 'ws://gpu:8000'),
        ('wss://gpu.example.org:443/pi0', 'wss://gpu.example.org:443/pi0'),
        ('[::1]:8000', 'ws://[::1]:8000'),
    ],
)
def test_addresses(dial, address, uri):
    assert dial(address).name == f'openpi server {uri}'


def test_a_name_that_cannot_be_looked_up_is_refused(dial):
    with pytest.raises(InputError, match='cannot connect'):
        dial('a' * 70 + ':8000').ask(QUESTION)
