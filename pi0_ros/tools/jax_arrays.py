# Copyright 2026 The pi0_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
openpi's JAX arrays: their names, what each of their axes is, and which of our parameters they are.

Knows names only. Names and axes are those of openpi at 15a9616 (src/openpi/models/gemma.py,
siglip.py, lora.py, pi0.py); what becomes what is as in examples/convert_jax_model_to_pytorch.py.
An axis has a letter, and a letter one size in all of a checkpoint::

    L N K H    layers, heads, heads of key and value, head size: both Gemma stacks share them
    D M R V    the text stack's width, MLP, rank of its adapters; rows of the embedding
    E F r      the expert's width, MLP, rank of its adapters
    A          numbers of a state or an action
    l n h      the vision tower's layers, heads, head size
    w m s      its width, MLP, patches of a picture
    p q c      rows and columns of a patch, colours
    e O q G T  as E, N and p; 3 E and 2 E: an array's axes have different letters
    x          the parts of an array that holds several parameters
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from pi0_ros.types import InputError


class Lora(NamedTuple):
    """
    Two factors whose product is to be added to an array.

    :param a: name of the first.
    :param b: name of the second.
    :param product: torch.einsum's formula for one part of the array.
    """

    a: str
    b: str
    product: str


class Row(NamedTuple):
    """
    An array, and the parameters that its parts are.

    :param key: its name.
    :param stacked: its first axes, along which the parts lie: layers, then x, or none.
    :param axes: the axes of a part here and there, as torch.einsum's formula.
    :param targets: our names of the parts along x; ``*`` is the number of the layer.
    """

    key: str
    stacked: str
    axes: str
    targets: tuple[str, ...]
    lora: Lora | None = None

    def arrays(self) -> list[tuple[str, str]]:
        """Return the names of the row's arrays, and the letters of their axes."""
        found = [(self.key, self.stacked + self.axes.partition('->')[0])]
        if self.lora:
            a, b = self.lora.product.partition('->')[0].split(',')
            found += [(self.lora.a, self.stacked + a), (self.lora.b, self.stacked + b)]
        return found

    def names(self, layers: int) -> list[str]:
        """Return our names of the parts, in the order in which they lie in the array."""
        if self.stacked in {'', 'x'}:
            return list(self.targets)
        return [name.replace('*', str(i)) for i in range(layers) for name in self.targets]


def is_pi05(keys: Collection[str]) -> bool:
    """Return whether a checkpoint with arrays of these names is π0.5's."""
    return 'time_mlp_in/kernel' in keys


def rows_of(keys: Collection[str]) -> list[Row]:
    """
    Return the rows of the model whose checkpoint has arrays of these names.

    :raises InputError: listing what is missing and what is unexpected.
    """
    text, expert = _stack('text', '', keys), _stack('expert', '_1', keys)
    embedding = Row(
        'PaliGemma/llm/embedder/input_embedding', '', 'VD->VD', ('embed_tokens.weight',)
    )
    rows = [*_vision(), embedding, *text, *map(_of_expert, expert), *_linear(keys)]
    expected = {key for row in rows for key, _ in row.arrays()}
    missing, unexpected = sorted(expected - set(keys)), sorted(set(keys) - expected)
    if missing or unexpected:
        lists = {'missing': missing, 'unexpected': unexpected}
        report = (
            '\n    '.join((f'  {title} ({len(names)}):', *names)) for title, names in lists.items()
        )
        raise InputError('\n'.join(('not the arrays of π0 or π0.5', *report)))
    return rows


def _vision() -> list[Row]:
    img, block = 'PaliGemma/img/', 'PaliGemma/img/Transformer/encoderblock/'
    attention = block + 'MultiHeadDotProductAttention_0/'
    one = (
        (img + 'embedding/kernel', 'pqcw->wcpq', 'patch_embedding.weight'),
        (img + 'embedding/bias', 'w->w', 'patch_embedding.bias'),
        (img + 'Transformer/encoder_norm/scale', 'w->w', 'post_layernorm.weight'),
        (img + 'Transformer/encoder_norm/bias', 'w->w', 'post_layernorm.bias'),
        (img + 'head/kernel', 'wD->Dw', 'projector.weight'),
        (img + 'head/bias', 'D->D', 'projector.bias'),
    )
    layers = (
        (block + 'LayerNorm_0/scale', 'w->w', 'layer_norm1.weight'),
        (block + 'LayerNorm_0/bias', 'w->w', 'layer_norm1.bias'),
        (block + 'LayerNorm_1/scale', 'w->w', 'layer_norm2.weight'),
        (block + 'LayerNorm_1/bias', 'w->w', 'layer_norm2.bias'),
        (block + 'MlpBlock_0/Dense_0/kernel', 'wm->mw', 'mlp.fc1.weight'),
        (block + 'MlpBlock_0/Dense_0/bias', 'm->m', 'mlp.fc1.bias'),
        (block + 'MlpBlock_0/Dense_1/kernel', 'mw->wm', 'mlp.fc2.weight'),
        (block + 'MlpBlock_0/Dense_1/bias', 'w->w', 'mlp.fc2.bias'),
        (attention + 'query/kernel', 'wnh->nhw', 'self_attn.q_proj.weight'),
        (attention + 'query/bias', 'nh->nh', 'self_attn.q_proj.bias'),
        (attention + 'key/kernel', 'wnh->nhw', 'self_attn.k_proj.weight'),
        (attention + 'key/bias', 'nh->nh', 'self_attn.k_proj.bias'),
        (attention + 'value/kernel', 'wnh->nhw', 'self_attn.v_proj.weight'),
        (attention + 'value/bias', 'nh->nh', 'self_attn.v_proj.bias'),
        (attention + 'out/kernel', 'nhw->wnh', 'self_attn.out_proj.weight'),
        (attention + 'out/bias', 'w->w', 'self_attn.out_proj.bias'),
    )
    position = Row(img + 'pos_embedding', 'x', 'sw->sw', ('vision.position_embedding.weight',))
    return [
        position,
        *(Row(key, '', axes, (f'vision.{name}',)) for key, axes, name in one),
        *(Row(key, 'l', axes, (f'vision.encoder.layers.*.{name}',)) for key, axes, name in layers),
    ]


def _stack(stack: str, n: str, keys: Collection[str]) -> list[Row]:
    """Return a Gemma stack's rows in the text's letters; n is what its JAX names carry."""
    there, here = 'PaliGemma/llm/layers/', f'{stack}.layers.*.'
    q, k, v, o = (f'{here}self_attn.{name}_proj.weight' for name in 'qkvo')
    gate, up, down = (f'{here}mlp.{name}_proj.weight' for name in ('gate', 'up', 'down'))
    together = f'{there}attn/qkv_einsum{n}/w'
    if together in keys:  # as openpi does where each head has a key of its own
        read = [Row(together, 'Lx', 'NDH->NHD', (q, k, v))]
    else:
        read = [
            Row(f'{there}attn/q_einsum{n}/w', 'L', 'NDH->NHD', (q,)),
            Row(f'{there}attn/kv_einsum{n}/w', 'Lx', 'KDH->KHD', (k, v)),
        ]
    projections = [
        *read,
        Row(f'{there}attn/attn_vec_einsum{n}/w', 'L', 'NHD->DNH', (o,)),
        Row(f'{there}mlp{n}/gating_einsum', 'Lx', 'DM->MD', (gate, up)),
        Row(f'{there}mlp{n}/linear', 'L', 'MD->DM', (down,)),
    ]
    if f'{there}mlp{n}/linear_lora_a' in keys:
        projections = [_with_lora(row) for row in projections]
    norms = (
        (f'{there}pre_attention_norm{n}/', 'L', f'{here}input_layernorm.'),
        (f'{there}pre_ffw_norm{n}/', 'L', f'{here}post_attention_layernorm.'),
        (f'PaliGemma/llm/final_norm{n}/', '', f'{stack}.norm.'),
    )
    if stack == 'text' or not is_pi05(keys):
        return projections + [Row(a + 'scale', x, 'D->D', (b + 'weight',)) for a, x, b in norms]
    return [
        *projections,
        *(Row(a + 'Dense_0/kernel', x, 'DG->GD', (b + 'dense.weight',)) for a, x, b in norms),
        *(Row(a + 'Dense_0/bias', x, 'G->G', (b + 'dense.bias',)) for a, x, b in norms),
    ]


# The adapters' axes for those of their array. The one behind the attention sums over the heads
# in both factors (openpi, src/openpi/models/lora.py, Einsum, with the equation BTNH,NHD->BTD).
_LORA = {
    'NDH': 'NDR,NRH',
    'KDH': 'KDR,KRH',
    'NHD': 'NHR,ORD',
    'DM': 'DR,RM',
    'MD': 'MR,RD',
}


def _with_lora(row: Row) -> Row:
    axes = row.axes.partition('->')[0]
    key = row.key.removesuffix('w') if row.key.endswith('/w') else f'{row.key}_'
    return row._replace(lora=Lora(f'{key}lora_a', f'{key}lora_b', f'{_LORA[axes]}->{axes}'))


def _of_expert(row: Row) -> Row:
    """Return the row in the expert's letters."""
    letters = str.maketrans('DMR', 'EFr')
    lora = row.lora and row.lora._replace(product=row.lora.product.translate(letters))
    return row._replace(axes=row.axes.translate(letters), lora=lora)


def _linear(keys: Collection[str]) -> list[Row]:
    """Return the rows of what touches states, actions and time."""
    between = {'action_in_proj': 'AE->EA', 'action_out_proj': 'EA->AE'}
    if is_pi05(keys):
        between |= {'time_mlp_in': 'eE->Ee', 'time_mlp_out': 'eE->Ee'}
    else:
        between |= {
            'state_proj': 'AE->EA',
            'action_time_mlp_in': 'TE->ET',
            'action_time_mlp_out': 'eE->Ee',
        }
    kernels = [Row(f'{n}/kernel', '', axes, (f'{n}.weight',)) for n, axes in between.items()]
    biases = [
        Row(f'{n}/bias', '', f'{axes[1]}->{axes[1]}', (f'{n}.bias',))
        for n, axes in between.items()
    ]
    return kernels + biases
