# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Make meshes lighter: read an STL file, and merge the vertices that share a cell of a grid.

A software renderer pays for vertices, not for pixels, so this is what makes the cameras cheap.
It knows nothing of MuJoCo.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pi0_ros.types import InputError

HEADER_BYTES = 84
TRIANGLE = np.dtype([('normal', '<f4', 3), ('corners', '<f4', (3, 3)), ('attribute', '<u2')])


def read_stl(path: Path) -> NDArray[np.float64]:
    """
    Read a binary STL file.

    :return: corners of the triangles in the file's unit, (T, 3, 3).
    :raises InputError: if the file's size is not the one its triangle count asks for.
    """
    data = path.read_bytes()
    count = int.from_bytes(data[80:HEADER_BYTES], 'little')
    expected = HEADER_BYTES + count * TRIANGLE.itemsize
    if len(data) != expected:
        raise InputError(f'{path}: {count} triangles take {expected} bytes, found {len(data)}')
    triangles = np.frombuffer(data, TRIANGLE, count, HEADER_BYTES)
    return triangles['corners'].astype(np.float64)


def cluster(
    triangles: NDArray[np.float64], cell: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """
    Merge all vertices of a grid cell into their mean; drop triangles that lose their area.

    Vertex clustering: Rossignac and Borrel, "Multi-resolution 3D approximations for rendering
    complex scenes", 1993.

    :param triangles: corners, (T, 3, 3).
    :param cell: edge of a grid cell, in the unit of the corners.
    :return: vertices, (V, 3), and faces as indices into them, (F, 3).
    """
    corners = triangles.reshape(-1, 3)  # (3T, 3)
    cells = np.round(corners / cell).astype(np.int64)
    _, index = np.unique(cells, axis=0, return_inverse=True)
    index = index.reshape(-1)  # (3T,)
    count = np.bincount(index)
    vertices = np.stack([np.bincount(index, axis) / count for axis in corners.T], axis=1)
    faces = index.reshape(-1, 3).astype(np.int64)
    ordered = np.sort(faces, axis=1)
    solid = (np.diff(ordered, axis=1) > 0).all(axis=1)
    _, first = np.unique(ordered[solid], axis=0, return_index=True)
    return vertices, faces[solid][first]
