# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The prefixes under which packages are installed, the first one wins."""

from __future__ import annotations

import os
from pathlib import Path
import sys


def get_search_paths() -> list[str]:
    """Return the existing folders of AMENT_PREFIX_PATH, then sys.prefix."""
    listed = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    found = [path for path in listed if path and Path(path).is_dir()]
    return list(dict.fromkeys([*found, sys.prefix]))
