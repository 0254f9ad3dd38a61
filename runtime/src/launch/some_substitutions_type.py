# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the real package keeps SomeSubstitutionsType: text, a substitution, or a list of both."""

from launch.substitution import SomeSubstitutionsType

__all__ = ['SomeSubstitutionsType']
