# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A safetensors file whose tensors are filled after it was made, one by one.

safetensors itself writes tensors that are all in memory. Here they are the file's own pages, so
a model can be written that is larger than memory. The format: an 8-byte length, a JSON header,
the tensors' bytes (huggingface/safetensors, README, Format).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, pairwise
import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

_NAMES = {torch.float32: 'F32', torch.bfloat16: 'BF16'}
_LENGTH_BYTES = 8
_ALIGNMENT = 8  # of the header's end


def create_mapped(path: Path, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """
    Make a file and return its tensors, all zero; what is written to them is written to the file.

    :param path: of a file that doesn't exist yet.
    :param like: tensors of the shapes and dtypes, float32 or bfloat16, on the meta device.
    :raises OSError: if the file can't be made, or there is not enough space for it.
    """
    ordered = sorted(like.items(), key=lambda item: (-item[1].itemsize, item[0]))  # all aligned
    header: dict[str, object] = {'__metadata__': {'format': 'pt'}}
    ends = list(accumulate(tensor.nbytes for _, tensor in ordered))
    spans = list(pairwise([0, *ends]))
    for (name, tensor), span in zip(ordered, spans, strict=True):
        header[name] = {
            'dtype': _NAMES[tensor.dtype],
            'shape': list(tensor.shape),
            'data_offsets': span,
        }
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % _ALIGNMENT)
    with path.open('xb') as file:
        file.write(len(text).to_bytes(_LENGTH_BYTES, 'little') + text)
        file.flush()
        os.posix_fallocate(file.fileno(), 0, file.tell() + ends[-1])  # a full disk is noticed here
    data = np.memmap(path, np.uint8, 'r+', offset=_LENGTH_BYTES + len(text))
    return {
        name: torch.from_numpy(data[start:end]).view(tensor.dtype).view(tensor.shape)
        for (name, tensor), (start, end) in zip(ordered, spans, strict=True)
    }
