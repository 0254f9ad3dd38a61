# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""std_srvs/srv: classes, each made when it is first asked for."""

from ros_wire.packages import lazy_classes

__getattr__, __dir__, __all__ = lazy_classes('std_srvs/srv')
