# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Cyclone DDS's configuration for a domain, from the variables that ROS 2 users know.

Reads ROS_AUTOMATIC_DISCOVERY_RANGE, ROS_LOCALHOST_ONLY, ROS_STATIC_PEERS and CYCLONEDDS_URI (which
is appended, so that the user's file wins, as rmw_cyclonedds does). Gives text; sets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
import os

# Large datagrams and receive buffers let whole images through; quick NACKs and heartbeats repair
# what a kernel with small buffers drops. `max` and never `min`: a minimum that the kernel refuses
# makes the participant fail.
_TEMPLATE = """<CycloneDDS><Domain>
<General><AllowMulticast>{multicast}</AllowMulticast><MaxMessageSize>65500B</MaxMessageSize></General>
<Discovery><ParticipantIndex>{index}</ParticipantIndex>
<MaxAutoParticipantIndex>100</MaxAutoParticipantIndex>{extra}</Discovery>
<Internal><SocketReceiveBufferSize max="32MB"/><NackDelay>1ms</NackDelay>
<HeartbeatInterval min="1ms" minsched="2ms">10ms</HeartbeatInterval></Internal>
</Domain></CycloneDDS>"""
# Multicast, and which ports are taken; nothing is configured for the last.
_REACHES = {
    'SUBNET': ('spdp', 'auto'),
    'LOCALHOST': ('false', 'auto'),
    'OFF': ('false', 'none'),
    'SYSTEM_DEFAULT': ('', ''),
}


def domain_configuration(environment: Mapping[str, str]) -> str:
    """
    The configuration for one domain.

    :raises ValueError: ROS_AUTOMATIC_DISCOVERY_RANGE isn't one of ROS 2's.
    """
    reach = environment.get('ROS_AUTOMATIC_DISCOVERY_RANGE', 'SUBNET').upper() or 'SUBNET'
    if environment.get('ROS_LOCALHOST_ONLY') == '1':
        reach = 'LOCALHOST'
    if reach not in _REACHES:
        raise ValueError(f'ROS_AUTOMATIC_DISCOVERY_RANGE={reach!r}: {", ".join(_REACHES)}')
    peers = environment.get('ROS_STATIC_PEERS', '').split(';')
    if reach == 'LOCALHOST':
        peers.insert(0, 'localhost')
    listed = ''.join(f'<Peer address="{peer}"/>' for peer in peers if peer)
    extra = f'<Peers>{listed}</Peers>' if listed else ''
    if reach == 'OFF':
        extra = f'<Tag>ros_discovery_off_{os.getpid()}</Tag>'
    multicast, index = _REACHES[reach]
    text = _TEMPLATE.format(multicast=multicast, index=index, extra=extra) if index else ''
    return ','.join(part for part in (text, environment.get('CYCLONEDDS_URI', '')) if part)
