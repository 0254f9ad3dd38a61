# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a peer sees on the wire: no type information, hashes, domain configuration."""

import pytest
from ros_wire.dds import Participant, Quality, user_data
from ros_wire.dds_config import domain_configuration
from ros_wire.definitions import type_hash
from ros_wire.graph import Graph
from ros_wire.library import strip_type_information


@pytest.fixture
def participant(domain):
    participant = Participant(domain)
    yield participant
    participant.close()


def test_endpoints_announce_a_hash_and_no_type_information(participant):
    writer = participant.writer('rt/x', 'std_msgs/msg/String', Quality(), 'clientid=1;')
    reader = participant.reader('rt/x', 'std_msgs/msg/String', Quality())
    expected = f'typehash={type_hash("std_msgs/msg/String")};'
    (seen,) = reader.matched().values()
    assert user_data(seen) == 'clientid=1;' + expected
    assert seen.type_name == 'std_msgs::msg::dds_::String_'
    assert seen.type_id is None
    assert not strip_type_information(writer.entity.topic)


def test_endpoints_leave_the_graph(participant):
    graph = Graph(participant)
    writer = participant.writer('rt/x', 'std_msgs/msg/String', Quality())
    assert 'rt/x' in [endpoint.topic for endpoint in graph.endpoints()]
    writer.close()
    assert 'rt/x' not in [endpoint.topic for endpoint in graph.endpoints()]


def test_service_identities_differ(participant):
    first, second = participant.new_service_id(), participant.new_service_id()
    assert first != second
    assert len(first.split('.')) == 16


def test_a_configuration_that_is_refused_is_named(monkeypatch):
    interface = '<Interfaces><NetworkInterface name="none0"/></Interfaces>'
    text = f'<CycloneDDS><Domain><General>{interface}</General></Domain></CycloneDDS>'
    monkeypatch.setenv('CYCLONEDDS_URI', text)
    with pytest.raises(RuntimeError, match=r'CYCLONEDDS_URI(.|\n)*none0'):
        Participant(150)


def test_configuration_of_the_domain():
    local = domain_configuration({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'localhost'})
    assert '<Peer address="localhost"/>' in local
    assert '<AllowMulticast>false' in local
    assert domain_configuration({'ROS_LOCALHOST_ONLY': '1'}) == local
    assert '<AllowMulticast>spdp' in domain_configuration({})
    peers = domain_configuration({'ROS_STATIC_PEERS': '10.0.0.1;10.0.0.2'})
    assert '<Peer address="10.0.0.1"/><Peer address="10.0.0.2"/>' in peers
    mine = domain_configuration({'CYCLONEDDS_URI': 'file:///mine.xml'})
    assert mine.endswith(',file:///mine.xml')
    with pytest.raises(ValueError, match='NEAR'):
        domain_configuration({'ROS_AUTOMATIC_DISCOVERY_RANGE': 'near'})
