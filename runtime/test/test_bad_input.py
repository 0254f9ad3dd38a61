# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What peers send wrongly is reported and dropped; nothing else happens.

The decoder is given random bytes: FUZZ_EXAMPLES tells how many (100,000 take some minutes).
"""

import os
import tracemalloc
from types import SimpleNamespace
import uuid

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
import pytest
from rclpy.serialization import serialize_message
from ros_fixtures import spin_until
from ros_process import Process
from ros_wire.codec import DecodeError, deserialize
from ros_wire.dds import Participant, Quality, foreign, peer
from ros_wire.graph import Graph
from ros_wire.messages import message_class
from sensor_msgs.msg import Image, JointState, NavSatFix
from std_msgs.msg import Bool, Float64MultiArray, String
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
from wire_types import TYPES

EXAMPLES = int(os.environ.get('FUZZ_EXAMPLES', '0'))  # 0: few, always the same
# Python's objects for what was decoded: a list of empty strings is some twenty times its CDR.
BYTES_PER_BYTE = 100


# ---- the decoder ----


def samples():
    """Valid bytes to begin with: empty ones of every type, full ones of a few."""
    point = JointTrajectoryPoint(positions=[1.0] * 7)
    full = [
        JointState(name=['a', 'bc'], position=[1.0, 2.0]),
        JointTrajectory(joint_names=['x'] * 3, points=[point] * 3),
        Image(encoding='rgb8', height=2, width=2, step=6, data=bytes(range(12))),
    ]
    return [(type(m), serialize_message(m)) for m in full] + [
        (cls, serialize_message(cls())) for cls in map(message_class, TYPES)
    ]


@st.composite
def damaged(draw):
    """A class and bytes that are nearly a message of it, or of another class."""
    cls, data = draw(st.sampled_from(SAMPLES))
    data = bytearray(data)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(4, len(data)))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(COUNTS)))
        data[at : at + draw(st.sampled_from([0, len(piece)]))] = piece
    data = data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data
    if draw(st.integers(0, 9)) == 0:
        cls, _ = draw(st.sampled_from(SAMPLES))
    return cls, bytes(data)


SAMPLES = samples()
COUNTS = [n.to_bytes(4, 'little') for n in (0, 1, 255, 1 << 16, 1 << 24, 1 << 31, (1 << 32) - 1)]


@settings(max_examples=EXAMPLES or 500, derandomize=not EXAMPLES, deadline=None,
          database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
@given(damaged())
def test_no_bytes_do_more_than_be_refused(pair):
    cls, data = pair
    tracemalloc.start()
    try:
        message = deserialize(data, cls)
    except DecodeError as error:
        assert cls.ros_type in str(error)  # noqa: PT017 either outcome is right
    else:
        assert serialize_message(message)[:2] == b'\0\1'
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20_000 + BYTES_PER_BYTE * len(data)


@pytest.mark.parametrize('cut', [0, 1, 3, 4, 5, 9, 20])
def test_cut_bytes_are_refused(cut):
    whole = serialize_message(JointState(name=['a', 'b'], position=[1.0, 2.0]))
    with pytest.raises(DecodeError, match='JointState'):
        deserialize(whole[:cut], JointState)


@pytest.mark.parametrize(
    ('cls', 'body', 'what'),
    [
        (String, 'ffffffff 6162', '4294967295 x 1 bytes'),
        (String, '03000000 616263', 'no string'),  # without its end
        (Float64MultiArray, '00000000 00000000 ffffff7f', '2147483647 x 8 bytes'),
        (JointTrajectory, '00' * 12 + '01000000 00000000 ffffff7f', '2147483647 x'),
        (TFMessage, 'ffffff7f', ' x 72 bytes'),
        (Bool, '02', 'no boolean'),
        (String, '02000000 6100 0000 00000000 00', 'ends at 10 of 17'),
    ],
)
def test_wrong_contents_are_named(cls, body, what):
    with pytest.raises(DecodeError, match=what):
        deserialize(b'\0\1\0\0' + bytes.fromhex(body), cls)


@pytest.mark.parametrize('header', ['0000', '0002', '0003', '0007', '0009', 'ffff'])
def test_other_encodings_are_refused(header):
    data = bytes.fromhex(header) + b'\0\0' + serialize_message(String(data='a'))[4:]
    with pytest.raises(DecodeError, match=f"not little-endian CDR, its header is '{header}0000'"):
        deserialize(data, String)


def test_text_that_is_not_utf_8_is_replaced():
    # As rclpy does: rosidl_python, rosidl_generator_py/resource/_msg_support.c.em.
    assert deserialize(b'\0\1\0\0\4\0\0\0\xffa\xfe\0', String).data == '�a�'


# ---- topics ----


@pytest.fixture
def stranger(domain, context):
    """Writes anything under any name."""
    participant = Participant(domain)
    yield participant
    participant.close()


def test_a_subscription_reports_what_is_malformed_and_goes_on(
    stranger, make_node, executor, capfd
):
    heard, node = [], make_node()
    node.create_subscription(JointState, 'joints', heard.append, 10)
    writer = stranger.writer('rt/joints', 'sensor_msgs/msg/JointState', Quality())
    spin_until(executor, writer.matched)
    for message in (String(data='no'), NavSatFix(), Image()):
        writer.write(bytearray(serialize_message(message)))
    for _ in range(50):
        writer.write(bytearray(b'\0\0\0\0\0\0\0\0'))
    writer.write(bytearray(serialize_message(JointState(name=['a']))))
    spin_until(executor, lambda: heard)
    assert heard == [JointState(name=['a'])]
    errors = [line for line in capfd.readouterr().err.splitlines() if 'dropped' in line]
    assert 1 <= len(errors) <= 10  # of 53
    guid = writer.guid.hex('.')
    expected = f'dropped a message on /joints from Cyclone DDS {guid}: bytes are not a sensor_msgs'
    assert expected in errors[0]


def test_a_wrong_type_behind_the_right_name(stranger, make_node, executor, capfd):
    heard, node = [], make_node()
    node.create_subscription(String, 'words', heard.append, 10)
    writer = stranger.writer('rt/words', 'std_msgs/msg/String', Quality())
    spin_until(executor, writer.matched)
    writer.write(bytearray(serialize_message(JointState(name=['b']))))
    writer.write(bytearray(serialize_message(String(data='end'))))
    spin_until(executor, lambda: heard)
    assert heard == [String(data='end')]
    assert 'bytes are not a std_msgs/msg/String' in capfd.readouterr().err


def test_malformed_news_of_nodes_are_reported(stranger, make_node, executor, caplog):
    node = make_node('watcher')
    info = 'rmw_dds_common/msg/ParticipantEntitiesInfo'
    writer = stranger.writer('ros_discovery_info', info, Quality(transient_local=True))
    writer.write(bytearray(b'\0\1\0\0' + bytes(7)))
    graph = Graph(stranger)
    spin_until(executor, lambda: caplog.records or not node.get_node_names())
    assert node.get_node_names() == ['watcher']
    assert 'another ROS_DISTRO' in caplog.text
    graph.close()


# ---- services ----


def test_a_server_drops_what_is_no_request(stranger, make_node, executor, capfd):
    asked, node = [], make_node()
    node.create_service(SetBool, 'set', lambda request, answer: asked.append(request) or answer)
    kind = 'std_srvs/srv/SetBool'
    label = f'clientid={stranger.new_service_id()};'
    writer = stranger.writer('rq/setRequest', f'{kind}_Request', Quality(), label)
    spin_until(executor, writer.matched)
    for body in (b'', bytes(16), bytes(16) + b'\2', bytes(16) + b'\1'):
        writer.write(bytearray(b'\0\1\0\0' + body))
    spin_until(executor, lambda: asked)
    assert asked == [SetBool.Request(data=True)]
    assert 'dropped a request to /set from Cyclone DDS' in capfd.readouterr().err


def test_a_server_refuses_clients_of_another_protocol(stranger, make_node, executor, capfd):
    asked, node, text = [], make_node(), ''
    node.create_service(SetBool, 'set', lambda request, answer: asked.append(request) or answer)
    writer = stranger.writer('rq/setRequest', 'std_srvs/srv/SetBool_Request', Quality())
    spin_until(executor, writer.matched)
    writer.write(bytearray(b'\0\1\0\0\1'))

    def is_said():
        nonlocal text
        text += capfd.readouterr().err
        return 'dropped a request to /set' in text

    spin_until(executor, is_said)
    assert 'RMW_IMPLEMENTATION=rmw_cyclonedds_cpp' in text
    assert not asked


def test_a_client_does_not_call_servers_of_another_protocol(stranger, make_node, executor, capfd):
    client, text = make_node().create_client(SetBool, 'set'), ''
    kind = 'std_srvs/srv/SetBool'
    reader = stranger.reader('rq/setRequest', f'{kind}_Request', Quality())
    writer = stranger.writer('rr/setReply', f'{kind}_Response', Quality())

    def is_said():
        nonlocal text
        assert not client.service_is_ready()
        text += capfd.readouterr().err
        return '/set is not called: Cyclone DDS' in text

    spin_until(executor, is_said)
    assert 'RMW_IMPLEMENTATION=rmw_cyclonedds_cpp' in text
    reader.close()
    writer.close()


def test_a_malformed_reply_is_the_callers_error(stranger, make_node, executor, capfd):
    client = make_node().create_client(SetBool, 'set')
    kind, label = 'std_srvs/srv/SetBool', f'serviceid={stranger.new_service_id()};'
    reader = stranger.reader('rq/setRequest', f'{kind}_Request', Quality(), label)
    writer = stranger.writer('rr/setReply', f'{kind}_Response', Quality(), label)
    spin_until(executor, client.service_is_ready)
    future, requests = client.call_async(SetBool.Request()), []
    spin_until(executor, lambda: (sample := reader.take()) and requests.append(sample) is None)
    writer.write(bytearray(b'\0\1\0\0'))
    writer.write(bytearray(requests[0].data[:20] + b'\7'))
    spin_until(executor, future.done)
    assert isinstance(future.exception(), DecodeError)
    assert 'no request id' in capfd.readouterr().err


def test_peers_are_told_by_their_makers():
    fast = SimpleNamespace(key=uuid.UUID(hex='010f' + '00' * 14))
    assert peer(fast).startswith('Fast DDS 01.0f.00')
    assert 'RMW_IMPLEMENTATION=rmw_cyclonedds_cpp' in foreign(fast)
    assert peer(SimpleNamespace(key=uuid.UUID(int=0))).startswith('another DDS')
    assert peer(None) == 'one that has gone'


# ---- another distribution's graph ----


def test_humbles_layout_of_the_graph(monkeypatch):
    monkeypatch.setenv('ROS_DISTRO', 'humble')
    code = """
        from rosbags.typesys import Stores, get_typestore
        from ros_wire.codec import serialize
        from ros_wire.definitions import type_label
        from ros_wire.graph import NodeEntities, announcement

        reader, writer = bytes(range(16)), bytes(range(100, 116))
        sent = announcement(bytes(range(50, 66)), [NodeEntities('n', '/s', {reader}, {writer})])
        store = get_typestore(Stores.ROS2_HUMBLE)
        known = store.deserialize_cdr(bytes(serialize(sent)), sent.ros_type)
        node = known.node_entities_info_seq[0]
        print(node.node_namespace, node.node_name, len(serialize(sent)))
        for gid in (known.gid, *node.reader_gid_seq, *node.writer_gid_seq):
            print(bytes(gid.data).hex())
        print(type_label('std_msgs/msg/String') or 'no hash')
    """
    with Process(code) as process:
        lines = process.rest().splitlines()
    gids = [bytes(range(first, first + 16)).hex() + '00' * 8 for first in (50, 0, 100)]
    # 4 + Gid 24 + count 4 + namespace 4 + 3 + pad 1 + name 4 + 2 + pad 2 + (count 4 + Gid 24) x 2
    assert lines == ['/s n 104', *gids, 'no hash']
