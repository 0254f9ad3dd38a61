# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Products by oneDNN are products, and have a derivative."""

import pytest
import torch
from torch import nn

from pi0_ros.policy import onednn

pytestmark = pytest.mark.skipif(not onednn._can_multiply(), reason='needs oneDNN in PyTorch')


@pytest.fixture
def machine(monkeypatch):
    """Return what says what machine this is."""

    def be(*, slow, able):
        monkeypatch.setattr(onednn, '_mkl_is_slow', lambda: slow)
        monkeypatch.setattr(onednn, '_can_multiply', lambda: able)

    return be


@pytest.mark.parametrize(('slow', 'able'), [(True, True), (True, False), (False, True)])
def test_it_is_for_large_matrices_where_it_is_faster(machine, slow, able):
    machine(slow=slow, able=able)
    assert onednn.prefers_onednn(10_000_000) == (slow and able)
    assert not onednn.prefers_onednn(1000)


def test_a_pytorch_with_other_operators_is_not_asked(monkeypatch):
    def fail(*_args):
        raise NotImplementedError('no such operator')

    monkeypatch.setattr(onednn, 'pack', fail)
    assert not onednn._can_multiply.__wrapped__()


@pytest.mark.parametrize('shape', [(1, 5), (3, 7, 5), (2, 4, 3, 5)])
@pytest.mark.parametrize('packed', [False, True])
@pytest.mark.parametrize('bias', [False, True])
def test_it_is_the_same_product(shape, packed, bias):
    torch.manual_seed(3)
    linear = nn.Linear(5, 6, bias=bias).requires_grad_(False)
    x, back = torch.randn(shape), torch.randn(*shape[:-1], 6)
    expected, plain_pull = torch.func.vjp(linear, x)
    if packed:
        onednn.pack(linear)
        onednn.pack(linear)
    assert linear.weight.is_mkldnn == packed
    found, pull = torch.func.vjp(lambda x: onednn.multiply(x, linear), x)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(pull(back), plain_pull(back))
