# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy server, as openpi's src/openpi/serving/websocket_policy_server.py, told what to say."""

import threading

import msgpack
from openpi_client import msgpack_numpy
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

METADATA = msgpack_numpy.packb({'reset_pose': [0.0] * 14})


class PolicyServer:
    """
    Answers on threads of its own until it dies.

    :param answer: makes what is sent (bytes or text) of what was asked.
    """

    def __init__(self, answer, *, metadata=METADATA, port=0):
        self.answer = answer
        self.metadata = metadata
        self.questions = []
        self.hold = threading.Event()  # no answer before it is set
        self.hold.set()
        self.connections = []
        self._server = serve(self._talk, '127.0.0.1', port, compression=None, max_size=None)
        self.port = self._server.socket.getsockname()[1]
        self.address = f'127.0.0.1:{self.port}'
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _talk(self, connection):
        self.connections.append(connection)
        try:
            connection.send(self.metadata)
            while True:
                self.questions.append(msgpack_numpy.unpackb(connection.recv()))
                answer = self.answer(self.questions[-1])
                assert self.hold.wait(timeout=30)
                connection.send(answer)
        except ConnectionClosed:
            pass

    def die(self):
        """Without a farewell, as a process does that is killed."""
        self.hold.set()
        for connection in self.connections:
            connection.close_socket()
        self._server.shutdown()
        self._thread.join()


def packed(**answer):
    return msgpack_numpy.packb(answer)


def raw(answer):
    """What openpi's packer would refuse to send."""
    return msgpack.packb(answer)
