# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the standalone runtime knows of the wire: definitions, messages, CDR and DDS."""
