"""What MultiheadAttention and scaled_dot_product_attention refuse."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from torch import Tensor

from rnnshape import text
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import Edit, because

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["attended", "scaled"]


def attended(op: Raised, error: Exception) -> Mistake | None:
    """Queries, keys and masks of MultiheadAttention, which reads (steps, batch, features) in here."""
    query, key, value, width = (op.argument(i, n) for i, n in enumerate(("query", "key", "value", "embed_dim_to_check")))
    if not all(isinstance(t, Tensor) for t in (query, key, value)) or query.dim() < 2:
        return None
    heads = op.argument(4, "num_heads")
    if not op.kwargs.get("use_separate_proj_weight") and query.size(-1) != width:
        message = f"MultiheadAttention is made for {width} features and gets {op.described_dim(query, query.dim() - 1)}"
        return because("RNS211", message, f"nn.MultiheadAttention({query.size(-1)}, ...) fits", op.layout(query))
    if key.dim() == value.dim() and key.size(0) != value.size(0):
        keys, values = op.described_dim(key, 0), op.described_dim(value, 0)
        message = f"MultiheadAttention needs a value for each key, and gets {keys} keys and {values} values"
        return because("RNS213", message, None, op.layout(key, value))
    if query.dim() == key.dim() == 3 and query.size(1) != key.size(1):
        one, two = op.described_dim(query, 1), op.described_dim(key, 1)
        message = f"MultiheadAttention takes {one} for the batch of the queries and {two} for that of the keys"
        fits = query.transpose(0, 1).size(1) == key.size(1)
        return because("RNS213", message, "query.transpose(0, 1) fits" if fits else None, op.layout(query, key))
    return _padding(op, query, key) or _mask(op, query, key, heads)


def _padding(op: Raised, query: Tensor, key: Tensor) -> Mistake | None:
    mask = op.kwargs.get("key_padding_mask")
    if not isinstance(mask, Tensor) or key.dim() != 3 or tuple(mask.shape) == (key.size(1), key.size(0)):
        return None
    message = f"key_padding_mask is {op.described(mask)}, and MultiheadAttention reads a row for each sample, "
    message += f"{text.sizes((key.size(1), key.size(0)))}: batch and keys"
    fits = tuple(mask.shape) == (key.size(0), key.size(1))
    return because("RNS213", message, "key_padding_mask.t() fits" if fits else None, op.layout(key))


def _mask(op: Raised, query: Tensor, key: Tensor, heads: object) -> Mistake | None:
    mask = op.kwargs.get("attn_mask")
    if not isinstance(mask, Tensor) or query.dim() != 3 or type(heads) is not int:
        return None
    allowed = ((query.size(0), key.size(0)), (query.size(1) * heads, query.size(0), key.size(0)))
    if tuple(mask.shape) in allowed:
        return None
    message = f"attn_mask is {op.described(mask)}, and MultiheadAttention reads {text.sizes(allowed[0])}, queries and keys, or "
    message += f"{text.sizes(allowed[1])}, each sample's heads in front of them"
    fits = None
    if mask.dim() == 3 and tuple(mask.shape) == (query.size(1), query.size(0), key.size(0)):
        fits = f"attn_mask.repeat_interleave({heads}, 0) fits"
    elif mask.dim() == 2 and tuple(mask.t().shape) == allowed[0]:
        fits = "attn_mask.t() fits"
    elif tuple(mask.shape) == (key.size(1), key.size(0)):
        fits = "key_padding_mask= in place of attn_mask= fits"
    return because("RNS213", message, fits, op.layout(query, key))


def scaled(op: Raised, error: Exception) -> Mistake | None:
    """Queries, keys, values and a mask of scaled_dot_product_attention."""
    query, key, value = (op.argument(i, n) for i, n in enumerate(("query", "key", "value")))
    if not isinstance(query, Tensor) or not isinstance(key, Tensor) or not isinstance(value, Tensor):
        return None
    mask = op.argument(3, "attn_mask")
    name = "scaled_dot_product_attention"
    if query.size(-1) != key.size(-1):
        one, two = op.described_dim(query, query.dim() - 1), op.described_dim(key, key.dim() - 1)
        message = f"{name} multiplies the features of query and key, and these are {one} and {two}"
        turn = Edit(".transpose(-2, -1)", functools.partial(Tensor.transpose, dim0=-2, dim1=-1))
        fits = f"key{turn.code} in place of key fits" if op.passes({id(key): turn}) else None
        return because("RNS211", message, fits, op.layout(query, key))
    if min(key.dim(), value.dim()) > 1 and key.size(-2) != value.size(-2):
        one, two = op.described_dim(key, key.dim() - 2), op.described_dim(value, value.dim() - 2)
        return because(
            "RNS213", f"{name} needs a value for each key, and gets {one} keys and {two} values", None, op.layout(key, value)
        )
    if not isinstance(mask, Tensor) or query.dim() < 2:
        return None
    scores = (*query.shape[:-1], key.size(-2))
    message = f"attn_mask {op.described(mask)} does not fit the scores {text.sizes(scores)}"
    message += ", of which the last two dims are queries and keys"
    fits = None
    if mask.dim() == 2 and len(scores) == 4 and tuple(mask.shape) == (scores[0], scores[3]):
        fits = "attn_mask[:, None, None, :] fits"
    elif mask.dim() == 2 and len(scores) == 3 and tuple(mask.shape) == (scores[0], scores[2]):
        fits = "attn_mask[:, None, :] fits"
    elif mask.dim() == 3 and len(scores) == 4 and tuple(mask.shape) == (scores[0], scores[2], scores[3]):
        fits = "attn_mask[:, None] fits"
    return because("RNS213", message, fits, op.layout(query, key))
