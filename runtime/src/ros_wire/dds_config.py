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
<Internal><SocketReceiveBufferSize max="8MB"/><NackDelay>1ms</NackDelay>
<HeartbeatInterval min="1ms" minsched="2ms">10ms</HeartbeatInterval></Internal>
</Domain></CycloneDDS>"""


def domain_configuration(environment: Mapping[str, str]) -> str:
    """
    The configuration for one domain.

    :raises ValueError: ROS_AUTOMATIC_DISCOVERY_RANGE isn't one of ROS 2's.
    """
    reach = environment.get('ROS_AUTOMATIC_DISCOVERY_RANGE', 'SUBNET').upper() or 'SUBNET'
    if environment.get('ROS_LOCALHOST_ONLY') == '1':
        reach = 'LOCALHOST'
    static = [peer for peer in environment.get('ROS_STATIC_PEERS', '').split(';') if peer]
    if reach == 'LOCALHOST':
        text = _configuration(['localhost', *static], multicast='false')
    elif reach == 'SUBNET':
        text = _configuration(static, multicast='spdp')
    elif reach == 'OFF':
        tag = f'<Tag>ros_discovery_off_{os.getpid()}</Tag>'
        text = _TEMPLATE.format(multicast='false', index='none', extra=tag)
    elif reach == 'SYSTEM_DEFAULT':
        text = ''
    else:
        raise ValueError(
            f'ROS_AUTOMATIC_DISCOVERY_RANGE={reach!r}: SUBNET, LOCALHOST, OFF or SYSTEM_DEFAULT'
        )
    return ','.join(part for part in (text, environment.get('CYCLONEDDS_URI', '')) if part)


def _configuration(peers: list[str], multicast: str) -> str:
    listed = ''.join(f'<Peer address="{peer}"/>' for peer in peers)
    extra = f'<Peers>{listed}</Peers>' if peers else ''
    return _TEMPLATE.format(multicast=multicast, index='auto', extra=extra)
