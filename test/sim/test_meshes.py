# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clustered meshes keep their shape within a cell and lose vertices."""

from __future__ import annotations

import numpy as np
import pytest

from pi0_ros.sim.meshes import TRIANGLE, cluster, read_stl
from pi0_ros.types import InputError


def write_stl(path, triangles):
    records = np.zeros(len(triangles), TRIANGLE)
    records['corners'] = triangles
    path.write_bytes(bytes(80) + len(triangles).to_bytes(4, 'little') + records.tobytes())


def test_reads_what_was_written(tmp_path):
    triangles = np.arange(18, dtype=np.float64).reshape(2, 3, 3)
    write_stl(tmp_path / 'a.stl', triangles)
    np.testing.assert_array_equal(read_stl(tmp_path / 'a.stl'), triangles)


def test_a_cut_file_is_refused(tmp_path):
    write_stl(tmp_path / 'a.stl', np.zeros((2, 3, 3)))
    whole = (tmp_path / 'a.stl').read_bytes()
    (tmp_path / 'a.stl').write_bytes(whole[:-1])
    with pytest.raises(InputError, match=r'a\.stl: 2 triangles take 184 bytes, found 183'):
        read_stl(tmp_path / 'a.stl')


def test_small_triangles_vanish_and_near_corners_merge():
    large = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0]], dtype=np.float64)
    small = large / 100
    vertices, faces = cluster(np.stack([large, large + 0.1, small]), 2.0)
    assert faces.shape == (1, 3)
    assert len(vertices) == 3
    distances = np.linalg.norm(vertices[faces[0]] - large, axis=1)
    assert distances.max() < 0.2


def test_faces_keep_their_orientation():
    triangle = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0]], dtype=np.float64)
    for corners in (triangle, triangle[::-1]):
        vertices, faces = cluster(corners[None], 1.0)
        np.testing.assert_allclose(vertices[faces[0]], corners)
