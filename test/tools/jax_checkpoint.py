# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What openpi's JAX training would have saved of a model of ours, in orbax's layout.

The mapping is written from openpi's einsum equations (src/openpi/models/gemma.py) and flax's
layers, each of which is computed here beside ours; it shares nothing with the one under test. The
layout is the one orbax 0.11.13 and 0.12.8 were seen to write.
"""

from __future__ import annotations

import json

import numpy as np
import tensorstore


def write_params(folder, arrays, *, wrapped=True, dtype='<f4', complete=True):
    """Write arrays by name, as orbax does the tree {'params': arrays}."""
    folder.mkdir(parents=True)
    leaves = {}
    for name, array in arrays.items():
        path = ('params', *name.split('/'), *(['value'] if wrapped else []))
        leaves[str(path)] = {
            'key_metadata': [{'key': key, 'key_type': 2} for key in path],
            'value_metadata': {'value_type': 'jax.Array', 'skip_deserialize': False},
        }
        spec = {
            'driver': 'zarr',
            'kvstore': base(folder) | {'path': '.'.join(path) + '/'},
            'metadata': {
                'shape': list(array.shape),
                'chunks': list(array.shape),
                'dtype': dtype,
                'compressor': {'id': 'zstd', 'level': 1},
                'dimension_separator': '.',
            },
            'store_data_equal_to_fill_value': complete,
        }
        store = tensorstore.open(spec, create=True, open=True).result()
        store.write(array.astype(store.dtype.numpy_dtype)).result()
    metadata = {
        'tree_metadata': leaves,
        'use_ocdbt': True,
        'use_zarr3': False,
        'store_array_data_equal_to_fill_value': complete,
        'custom_metadata': None,
    }
    (folder / '_METADATA').write_text(json.dumps(metadata))


def jax_arrays(model):
    """Return name to array of what openpi would have of the model."""
    ours = {name: p.detach().numpy() for name, p in model.named_parameters()}
    config = model.config
    arrays = {'PaliGemma/llm/embedder/input_embedding': ours['embed_tokens.weight']}
    arrays |= _vision(ours, config.vision)
    arrays |= _stack(ours, 'text', '', config.text)
    arrays |= _stack(ours, 'expert', '_1', config.expert)
    for name in ours:
        if name.endswith('.weight') and name.count('.') == 1 and name != 'embed_tokens.weight':
            layer = name.removesuffix('.weight')
            arrays |= _dense(layer, ours, layer)
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _dense(there, ours, here):
    """flax Dense: y = x @ kernel + bias."""
    return {
        f'{there}/kernel': ours[f'{here}.weight'].T,
        f'{there}/bias': ours[f'{here}.bias'],
    }


def _norm(there, ours, here):
    return {
        f'{there}/scale': ours[f'{here}.weight'],
        f'{there}/bias': ours[f'{here}.bias'],
    }


def _scan(layers):
    """flax scan: one array for all layers, along a new first axis."""
    return {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}


def _vision(ours, config):
    heads, size, width = config.num_attention_heads, -1, config.hidden_size
    layers = []
    for i in range(config.num_hidden_layers):
        here = f'vision.encoder.layers.{i}.'
        layer = _norm('LayerNorm_0', ours, here + 'layer_norm1')
        layer |= _norm('LayerNorm_1', ours, here + 'layer_norm2')
        layer |= _dense('MlpBlock_0/Dense_0', ours, here + 'mlp.fc1')
        layer |= _dense('MlpBlock_0/Dense_1', ours, here + 'mlp.fc2')
        attention = 'MultiHeadDotProductAttention_0'
        for name in ('query', 'key', 'value'):
            dense = _dense(name, ours, f'{here}self_attn.{name[0]}_proj')
            # flax DenseGeneral: the kernel's outputs are (heads, size), the head first.
            layer[f'{attention}/{name}/kernel'] = dense[f'{name}/kernel'].reshape(
                width, heads, size
            )
            layer[f'{attention}/{name}/bias'] = dense[f'{name}/bias'].reshape(heads, size)
        dense = _dense('out', ours, f'{here}self_attn.out_proj')
        layer[f'{attention}/out/kernel'] = dense['out/kernel'].reshape(heads, size, width)
        layer[f'{attention}/out/bias'] = dense['out/bias']
        layers.append(layer)
    img = 'PaliGemma/img'
    arrays = {f'{img}/Transformer/encoderblock/{n}': a for n, a in _scan(layers).items()}
    arrays |= _norm(f'{img}/Transformer/encoder_norm', ours, 'vision.post_layernorm')
    arrays |= _dense(f'{img}/head', ours, 'vision.projector')
    # flax Conv: rows, columns, in, out; pictures are (rows, columns, colours).
    kernel = ours['vision.patch_embedding.weight']  # (out, in, rows, columns)
    arrays[f'{img}/embedding/kernel'] = np.moveaxis(kernel, (0, 1), (3, 2))
    arrays[f'{img}/embedding/bias'] = ours['vision.patch_embedding.bias']
    arrays[f'{img}/pos_embedding'] = ours['vision.position_embedding.weight'][None]
    return arrays


def _stack(ours, stack, n, config):
    heads, keys, size = config.num_heads, config.num_kv_heads, config.head_dim
    layers = []
    for i in range(config.depth):
        here = f'{stack}.layers.{i}.'
        q, k, v, o = (ours[f'{here}self_attn.{name}_proj.weight'] for name in 'qkvo')
        gate, up, down = (ours[f'{here}mlp.{name}_proj.weight'] for name in ('gate', 'up', 'down'))
        # BTD,NDH->BTNH and BSD,2KDH->2BSKH
        q, k, v = (
            np.stack([head.T for head in np.split(x, parts)])
            for x, parts in ((q, heads), (k, keys), (v, keys))
        )
        layer = _rms(f'pre_attention_norm{n}', ours, here + 'input_layernorm')
        layer |= _rms(f'pre_ffw_norm{n}', ours, here + 'post_attention_layernorm')
        if keys == heads:
            layer[f'attn/qkv_einsum{n}/w'] = np.stack([q, k, v])
        else:
            layer[f'attn/q_einsum{n}/w'] = q
            layer[f'attn/kv_einsum{n}/w'] = np.stack([k, v])
        # BTNH,NHD->BTD
        layer[f'attn/attn_vec_einsum{n}/w'] = np.stack([x.T for x in np.split(o, heads, axis=1)])
        # x @ gating[0], x @ gating[1], x @ linear
        layer[f'mlp{n}/gating_einsum'] = np.stack([gate.T, up.T])
        layer[f'mlp{n}/linear'] = down.T
        assert layer[f'attn/attn_vec_einsum{n}/w'].shape == (heads, size, config.width)
        layers.append(layer)
    llm = 'PaliGemma/llm'
    arrays = {f'{llm}/layers/{name}': array for name, array in _scan(layers).items()}
    return arrays | _rms(f'{llm}/final_norm{n}', ours, f'{stack}.norm')


def _rms(there, ours, here):
    if f'{here}.weight' in ours:
        return {f'{there}/scale': ours[f'{here}.weight']}
    return _dense(f'{there}/Dense_0', ours, f'{here}.dense')


def remove(folder, key):
    """Take a key out of the store."""
    store = tensorstore.KvStore.open(base(folder)).result()
    assert key.encode() in store.list().result()
    store.write(key, None).result()


def base(folder):
    """Return where the store is, in tensorstore's words."""
    return {'driver': 'ocdbt', 'base': {'driver': 'file', 'path': f'{folder}/'}}
