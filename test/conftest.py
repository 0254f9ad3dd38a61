# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every test may use."""

import importlib.util
import os
import signal

# Small networks: a second thread costs more than it brings. Set before torch is imported.
os.environ.setdefault('OMP_NUM_THREADS', '1')
# Tests keep to this machine, and each run to a domain of its own.
os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
os.environ['ROS_DOMAIN_ID'] = str(1 + os.getpid() % 100)

# In the background of a script SIGINT is ignored, by every process that a test starts too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What is recorded and read as rosbag2 needs rosbags, which a robot may do without.
collect_ignore = []
if importlib.util.find_spec('rosbags') is None:
    collect_ignore += ['test_recording.py', 'nodes/test_record_node.py', 'launch/test_record.py',
                       'train/rosbag']  # fmt: skip
# So does the policy on a server, with openpi-client.
if importlib.util.find_spec('openpi_client') is None:
    collect_ignore += ['nodes/test_backend.py', 'policy/test_remote.py',
                       'policy/test_server_link.py']  # fmt: skip
# Likewise JAX checkpoints and tensorstore.
if importlib.util.find_spec('tensorstore') is None:
    collect_ignore += ['tools/test_convert_checkpoint.py']
