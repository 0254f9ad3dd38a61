# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which value belongs to an instant, and what is said when none does."""

import numpy as np
import pytest

from pi0_ros.train.rosbag.series import Series, common_instants
from pi0_ros.types import InputError

MS = 1_000_000


def series(*times_ms, name='bag: topic x'):
    made = Series(name)
    for number, time in enumerate(times_ms):
        made.add(time * MS, number)
    return made


def instants(*times_ms):
    return np.array(times_ms) * MS


def test_newest_is_never_newer_than_the_instant():
    found = series(10, 20, 30).newest(instants(10, 19, 20, 31), limit_s=1)
    assert found.tolist() == [0, 0, 1, 2]


def test_nearest_is_the_older_of_two():
    found = series(10, 20, 30).nearest(instants(1, 14, 15, 16, 40), limit_s=1)
    assert found.tolist() == [0, 0, 0, 1, 2]
    assert series(10).nearest(instants(5, 15), limit_s=1).tolist() == [0, 0]


def test_value_that_comes_late_is_left_out_as_at_work():
    made = series(10, 30, 20, 30)
    assert made.values == [0, 1, 3]
    assert made.newest(instants(30), limit_s=1).tolist() == [2]


@pytest.mark.parametrize('way', ['newest', 'nearest'])
def test_gap_is_named_with_its_length(way):
    made = series(10, 1010)
    with pytest.raises(InputError, match=r'topic x: at 0\.400 s .* 0\.390 s \(limit 0\.3 s'):
        getattr(made, way)(instants(200, 400), limit_s=0.3)


def test_slow_topic_is_named_with_both_rates():
    made = series(*range(100, 1000, 50))
    made.check_rate(25, 'rate_hz of robot arm')
    with pytest.raises(InputError, match=r'at 20 Hz, but rate_hz of robot arm is 50 Hz'):
        made.check_rate(50, 'rate_hz of robot arm')


def test_instants_begin_at_an_anchor_once_all_have_begun_and_end_with_the_first():
    both = [series(10, 90), series(35, 100)]
    found = common_instants(both, [10 * MS, 50 * MS, 40 * MS], 50, 'bag')
    assert found.tolist() == instants(40, 60, 80).tolist()
    assert np.ptp(common_instants([series(1, 3001)], [MS], 30, 'bag')) == 3_000_000_000


def test_inputs_without_common_time_are_named():
    with pytest.raises(InputError, match=r'bag: .* early ends too early for late'):
        common_instants([series(10, 20, name='early'), series(30, name='late')], [30 * MS], 50,
                        'bag')  # fmt: skip


def test_nothing_and_unset_stamps_are_refused():
    with pytest.raises(InputError, match='topic x: nothing'):
        _ = series().span_ns
    with pytest.raises(InputError, match='stamp is not set'):
        series(0)
