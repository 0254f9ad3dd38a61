# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of episodes, and of all episodes from theirs."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
import pytest

from pi0_ros.train.lerobot.stats import (
    combine,
    describe,
    describe_pictures,
    pictures_to_describe,
    thin_out,
)


def test_parts_make_the_whole():
    rng = np.random.default_rng(0)
    parts = [rng.normal(i, 1 + i, (length, 3)) for i, length in enumerate((50, 7, 1))]
    whole, found = describe(np.concatenate(parts)), combine({'a': describe(p)} for p in parts)['a']
    for name in ('min', 'max', 'mean', 'std', 'count'):
        assert_allclose(found[name], whole[name])
    assert (found['q01'] <= whole['q01']).all()
    assert (found['q99'] >= whole['q99']).all()
    assert_allclose(whole['q50'], np.median(np.concatenate(parts), axis=0))


def test_pictures_are_described_by_colour():
    pictures = [np.full((4, 6, 3), (0, 51, 255), np.uint8), np.full((4, 6, 3), 51, np.uint8)]
    stats = describe_pictures(pictures)
    assert_allclose(stats['mean'], np.array([0.1, 0.2, 0.6]).reshape(3, 1, 1))
    assert_allclose(stats['std'], np.array([0.1, 0.0, 0.4]).reshape(3, 1, 1), atol=1e-9)
    assert_array_equal(stats['count'], [2])
    both = combine([{'a': stats}, {'a': stats}])['a']
    assert both['std'].shape == (3, 1, 1)
    assert_allclose(both['std'], stats['std'], atol=1e-9)
    assert_array_equal(both['count'], [4])


@pytest.mark.parametrize(('count', 'samples'), [(1, 1), (100, 100), (1000, 177), (10_000, 1000)])
def test_so_many_pictures_are_described(count, samples):
    """The numbers stand in LeRobot's own text."""
    wanted = pictures_to_describe(count)
    assert len(wanted) == samples
    assert {0, count - 1} <= wanted


def test_large_pictures_are_thinned_out():
    assert thin_out(np.zeros((299, 200, 3), np.uint8)).shape == (299, 200, 3)
    assert thin_out(np.zeros((480, 640, 3), np.uint8)).shape == (120, 160, 3)
