# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""LaunchDescriptionSource: gives a launch description, e.g. from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from launch.substitution import SomeSubstitutionsType, TextSubstitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

if TYPE_CHECKING:
    from launch.launch_context import LaunchContext
    from launch.launch_description import LaunchDescription


class LaunchDescriptionSource:
    """
    A launch description in a file, read once.

    :param location: the path, as text or substitutions.
    """

    def __init__(self, location: SomeSubstitutionsType) -> None:
        self._location = normalize_to_list_of_substitutions(location)
        self._description: LaunchDescription | None = None
        self.location = ' + '.join(sub.describe() for sub in self._location)

    def get_launch_description(self, context: LaunchContext) -> LaunchDescription:
        """Return the description; from now on ``location`` is the path it came from."""
        if self._description is None:
            self.location = perform_substitutions(context, self._location)
            self._description = self._load(self.location)
        return self._description

    def try_get_launch_description_without_context(self) -> LaunchDescription | None:
        """Return the description if its path is known before launching, else None."""
        if self._description is None and all(
            isinstance(sub, TextSubstitution) for sub in self._location
        ):
            self.location = ''.join(
                sub.text for sub in self._location if isinstance(sub, TextSubstitution)
            )
            self._description = self._load(self.location)
        return self._description

    def _load(self, location: str) -> LaunchDescription:
        raise NotImplementedError(f'{type(self).__name__} reads no files')
