"""What is called for every registered operation, in the spellings that people use."""

from __future__ import annotations

import einops
import torch
import torch.nn.functional as F
from torch import Tensor

A, B = (4, 3, 2), (3, 4)
INDEX = torch.tensor([2, 0, 0, 1])
ORDER = torch.tensor([[2, 0], [1, 1], [0, 2], [2, 2]])


def written(index, value):
    def work(x):
        buffer = torch.zeros(4, 3, 2)
        buffer[index] = value(x)
        return buffer

    return work


def into(name, *args, **kwargs):
    """Return a call of a method on a zero buffer of the sizes (4, 3, 2)."""
    return lambda x: getattr(torch.zeros(4, 3, 2), name)(*(a(x) if callable(a) else a for a in args), **kwargs)


MOVEMENT = {
    "permute": [
        (A, lambda x: x.permute(2, 0, 1)),
        (A, lambda x: torch.permute(x, (1, 0, 2))),
        (A, lambda x: x.permute([-1, 0, 1])),
    ],
    "transpose": [
        (A, lambda x: x.transpose(0, -1)),
        (A, lambda x: torch.transpose(input=x, dim0=1, dim1=2)),
    ],
    "swapaxes": [(A, lambda x: x.swapaxes(0, 1))],
    "swapdims": [(A, lambda x: torch.swapdims(x, -1, 0))],
    "movedim": [(A, lambda x: x.movedim(0, -1)), (A, lambda x: torch.movedim(x, (0, 1), (2, 0)))],
    "moveaxis": [(A, lambda x: torch.moveaxis(x, source=0, destination=1))],
    "t": [(B, lambda x: x.t()), (B, torch.t)],
    "adjoint": [(A, lambda x: x.adjoint())],
    "unsqueeze": [(A, lambda x: x.unsqueeze(1)), (A, lambda x: torch.unsqueeze(x, dim=-1))],
    "T.get": [(B, lambda x: x.T)],
    "mT.get": [(A, lambda x: x.mT)],
    "H.get": [(B, lambda x: x.H)],
    "mH.get": [(A, lambda x: x.mH)],
    "swapaxes_": [(A, lambda x: x.clone().swapaxes_(0, 1))],
    "swapdims_": [(A, lambda x: x.clone().swapdims_(0, 2))],
    "transpose_": [
        (A, lambda x: x.clone().transpose_(0, 1)),
        (A, lambda x: torch.nn.utils.rnn.unpad_sequence(x.clone(), torch.tensor([3, 1, 4]), batch_first=False)),
    ],
    "t_": [(B, lambda x: x.clone().t_()), ((3, 3), lambda x: x.clone().t_())],
    "unsqueeze_": [(A, lambda x: x.clone().unsqueeze_(0))],
    "squeeze_": [((3, 1, 2), lambda x: x.clone().squeeze_(1))],
    "squeeze": [
        ((3, 1, 2), lambda x: x.squeeze()),
        ((1, 3, 1), lambda x: torch.squeeze(x, dim=0)),
        (A, lambda x: x.squeeze(1)),
    ],
    "flatten": [(A, lambda x: x.flatten()), (A, lambda x: torch.flatten(x, start_dim=1)), (A, lambda x: x.flatten(0, 1))],
    "ravel": [(A, lambda x: x.ravel())],
    "view": [
        (A, lambda x: x.contiguous().view(3, 8)),
        (A, lambda x: x.contiguous().view(-1, 6)),
        (A, lambda x: x.clone().view(size=(2, 12))),
        (A, lambda x: x.clone().view(torch.int32).view(torch.float32)),
    ],
    "reshape": [
        (A, lambda x: x.reshape(2, 3, 4)),
        (A, lambda x: torch.reshape(x, (6, 4))),
        (A, lambda x: x.transpose(0, 1).reshape(12, 2)),
        (A, lambda x: x.reshape(2, 2, 3, 2)),
        (A, lambda x: x.reshape(4, 6).reshape(2, 2, 6)),
        (A, lambda x: x.reshape(1, 4, 1, 6)),
    ],
    "view_as": [(A, lambda x: x.contiguous().view_as(torch.zeros(12, 2)))],
    "reshape_as": [(A, lambda x: x.reshape_as(torch.zeros(8, 3)))],
    "unflatten": [(A, lambda x: x.unflatten(0, (2, 2))), (A, lambda x: torch.unflatten(x, dim=-3, sizes=(2, -1)))],
    "_unsafe_view": [(A, lambda x: torch.ops.aten._unsafe_view(x.contiguous(), [12, 2]))],
    "atleast_1d": [((3,), torch.atleast_1d)],
    "atleast_2d": [((3,), torch.atleast_2d)],
    "expand": [
        ((4, 1, 2), lambda x: x.expand(4, 3, 2)),
        ((3,), lambda x: x.expand(2, -1)),
        ((1, 2), lambda x: x.expand(size=(3, 5, 2))),
    ],
    "expand_as": [((4, 1), lambda x: x.expand_as(torch.zeros(2, 4, 3)))],
    "broadcast_to": [((1, 2), lambda x: torch.broadcast_to(x, (3, 2)))],
    "__getitem__": [
        (A, lambda x: x[1]),
        (A, lambda x: x[:, -1]),
        (A, lambda x: x[..., 0]),
        (A, lambda x: x[:, None, 1:]),
        (A, lambda x: x[1:3, :, 1]),
        (A, lambda x: x[::2]),
        (A, lambda x: x[INDEX]),
        (A, lambda x: x[:, INDEX]),
        (A, lambda x: x[torch.arange(4), INDEX]),
        (A, lambda x: x[0, :, torch.tensor([1, 0])]),
        (A, lambda x: x[x > 7]),
        (A, lambda x: x[x[:, 0, 0] > 7]),
        (A, lambda x: x[[2, 0]]),
        (A, lambda x: x[torch.tensor([True, False, True, True]), 1]),
        (A, lambda x: x[INDEX[:, None], torch.tensor([0, 2])]),
        (A, lambda x: x[..., [0]]),
        (A, lambda x: x[0:0]),
        (A, lambda x: x[torch.tensor(2)]),
        (A, lambda x: x[None]),
        (A, lambda x: x[torch.tensor([3, 1]), :, torch.tensor([1, 0])]),
        (A, lambda x: x[-1, ..., -1]),
        (A, lambda x: x[True]),
    ],
    "select": [(A, lambda x: x.select(1, -1)), (A, lambda x: torch.select(x, dim=0, index=2))],
    "narrow": [(A, lambda x: x.narrow(0, 1, 2)), (A, lambda x: torch.narrow(x, -2, 0, 2))],
    "split": [
        (A, lambda x: x.split(3)),
        (A, lambda x: x.split([1, 2], dim=1)),
        (A, lambda x: torch.split(x, 1, -1)),
        (A, lambda x: torch.split(tensor=x, split_size_or_sections=[1, 3], dim=0)),
    ],
    "split_with_sizes": [(A, lambda x: x.split_with_sizes([1, 3])), (A, lambda x: torch.split_with_sizes(x, [2, 1], dim=1))],
    "unsafe_split": [(A, lambda x: torch.unsafe_split(x, 2))],
    "unsafe_chunk": [(A, lambda x: torch.unsafe_chunk(x, 2, 1))],
    "chunk": [(A, lambda x: x.chunk(2)), (A, lambda x: torch.chunk(x, chunks=2, dim=-1))],
    "tensor_split": [(A, lambda x: x.tensor_split(3)), (A, lambda x: torch.tensor_split(x, (1, 2), dim=1))],
    "hsplit": [(A, lambda x: x.hsplit(3))],
    "vsplit": [(A, lambda x: torch.vsplit(x, 2))],
    "dsplit": [(A, lambda x: x.dsplit(2))],
    "unbind": [(A, lambda x: x.unbind()), (A, lambda x: torch.unbind(x, dim=-2)), (A, lambda x: [*x])],
    "index_select": [(A, lambda x: x.index_select(1, INDEX)), (A, lambda x: torch.index_select(input=x, dim=0, index=INDEX))],
    "gather": [
        (A, lambda x: x.gather(1, torch.tensor([[[2, 0]], [[1, 1]]]))),
        (B, lambda x: torch.gather(x, dim=0, index=ORDER[:3].T)),
    ],
    "take_along_dim": [
        ((3, 2), lambda x: x.take_along_dim(ORDER, dim=0)),
        ((3, 2), lambda x: torch.take_along_dim(x, ORDER[:1], 0)),
    ],
    "masked_select": [
        (A, lambda x: x.masked_select(x % 3 == 0)),
        (A, lambda x: torch.masked_select(x, torch.tensor([True, False]))),
    ],
    "repeat": [(A, lambda x: x.repeat(2, 1, 3)), ((3, 1), lambda x: x.repeat(2, 1, 4)), (B, lambda x: x.repeat([2, 2]))],
    "tile": [(A, lambda x: x.tile(2)), (A, lambda x: torch.tile(x, (2, 1, 1, 2)))],
    "repeat_interleave": [
        (A, lambda x: x.repeat_interleave(2)),
        (A, lambda x: x.repeat_interleave(2, dim=1)),
        (A, lambda x: torch.repeat_interleave(x, torch.tensor([1, 0, 3]), dim=1)),
    ],
    "roll": [(A, lambda x: x.roll(1)), (A, lambda x: x.roll(-1, 0)), (A, lambda x: torch.roll(x, shifts=(1, 1), dims=(0, 2)))],
    "flip": [(A, lambda x: x.flip(0)), (A, lambda x: x.flip(0, 1)), (A, lambda x: torch.flip(x, dims=[-1]))],
    "fliplr": [(A, torch.fliplr)],
    "flipud": [(A, lambda x: x.flipud())],
    "rot90": [(A, lambda x: x.rot90(1, (0, 1)))],
    "unfold": [
        (A, lambda x: x.unfold(0, 2, 1)),
        (A, lambda x: x.unfold(-2, 3, 1)),
        ((2, 2, 3, 3), lambda x: F.unfold(x, 2)),
        ((1, 1, 3, 3), lambda x: F.unfold(x, kernel_size=2, padding=1)),
    ],
    "diagonal": [(A, lambda x: x.diagonal()), (A, lambda x: torch.diagonal(x, 0, 1, 2))],
    "cat": [
        (A, lambda x: torch.cat([x, x])),
        (A, lambda x: torch.cat((x[:, :1], x[:, 1:]), dim=1)),
        (A, lambda x: torch.cat(tensors=[x, x], dim=-1)),
        (A, lambda x: torch.cat([x, torch.zeros(4, 1, 2)], 1)),
        (A, lambda x: torch.cat([torch.zeros(0), x], 0)),
        (A, lambda x: torch.cat([x, x], out=torch.zeros(8, 3, 2))),
    ],
    "concat": [(A, lambda x: torch.concat([x, x.flip(0)], 2))],
    "concatenate": [(A, lambda x: torch.concatenate([x, x], axis=1))],
    "stack": [
        (A, lambda x: torch.stack([*x], 1)),
        (A, lambda x: torch.stack(tensors=(x, torch.zeros(A)), dim=-1)),
        (B, lambda x: torch.stack([x, x])),
    ],
    "hstack": [(A, lambda x: torch.hstack([x, x])), ((3,), lambda x: torch.hstack([x, x]))],
    "vstack": [((3,), lambda x: torch.vstack([x, x])), (A, lambda x: torch.vstack([x, x]))],
    "dstack": [(B, lambda x: torch.dstack([x, x]))],
    "column_stack": [((3,), lambda x: torch.column_stack([x, x]))],
    "row_stack": [((3,), lambda x: torch.row_stack([x, x]))],
    "pad": [
        (A, lambda x: F.pad(x, (1, 0))),
        (A, lambda x: F.pad(x, (0, 0, 2, 1))),
        (A, lambda x: F.pad(x, (-1, 0, 0, 2))),
        (A, lambda x: F.pad(x, pad=(1, 1), mode="replicate")),
        (A, lambda x: F.pad(x, (1, 1), "reflect")),
        (A, lambda x: F.pad(x, (0, 1), mode="circular")),
        (A, lambda x: F.pad(x, (0, 0, 0, 0, 0, 1), value=0.0)),
    ],
    "constant_pad_nd": [(A, lambda x: torch.constant_pad_nd(x, (1, 2)))],
    "sort": [
        (A, lambda x: x.sort()[0]),
        (A, lambda x: torch.sort(x, 0, True).values),
        (A, lambda x: x.sort(dim=1, descending=True)[0]),
        (A, lambda x: torch.sort(input=-x, dim=1)[0].neg()),
    ],
    "topk": [(A, lambda x: x.topk(2)[0]), (A, lambda x: torch.topk(x, k=2, dim=1).values), (A, lambda x: x.topk(1, 0)[0])],
    "kthvalue": [(A, lambda x: x.kthvalue(2, 1)[0]), (A, lambda x: x.kthvalue(1, keepdim=True).values)],
    "mode": [(A, lambda x: x.mode(0)[0])],
    "__setitem__": [
        (B, written((slice(None), slice(None), 0), lambda x: x.T)),
        ((3, 2), written(1, lambda x: x)),
        ((2,), written(1, lambda x: x)),
        ((4, 3, 2), written(..., lambda x: x)),
        ((2, 2), written((slice(1, 3), 0), lambda x: x)),
        ((1, 2), written(slice(None), lambda x: x)),
        ((4, 2), written((torch.arange(4), INDEX), lambda x: x)),
        ((2, 3, 2), written(slice(None, None, 2), lambda x: x)),
        ((3, 2), written((None, 2), lambda x: x)),
        ((2,), written(torch.ones(4, 3, dtype=torch.bool), lambda x: x)),
        ((4, 1), written((slice(None), slice(1, 2), 0), lambda x: x)),
    ],
    "copy_": [(A, into("copy_", lambda x: x)), ((2,), into("copy_", lambda x: x))],
    "index_put_": [((2, 2), into("index_put_", (torch.tensor([1, 2]), torch.tensor([0, 1])), lambda x: x))],
    "index_put": [((2,), into("index_put", (torch.tensor([1]),), lambda x: x))],
    "index_copy_": [((2, 3, 2), into("index_copy_", 0, torch.tensor([3, 1]), lambda x: x))],
    "index_copy": [((4, 1, 2), into("index_copy", 1, torch.tensor([2]), lambda x: x))],
    "scatter_": [
        ((2, 3, 2), into("scatter_", 0, torch.tensor([[[3], [1], [0]], [[0], [2], [1]]]).expand(2, 3, 2), lambda x: x))
    ],
    "scatter": [((4, 1, 2), into("scatter", 1, torch.ones(4, 1, 2, dtype=torch.long), lambda x: x))],
    "masked_scatter_": [((5,), into("masked_scatter_", torch.arange(24).view(A) % 5 == 1, lambda x: x))],
    "masked_scatter": [((24,), into("masked_scatter", torch.arange(24).view(A) % 2 == 1, lambda x: x))],
    "long": [(A, lambda x: x.long())],
    "int": [(A, lambda x: x.int())],
    "short": [(A, lambda x: x.short())],
    "to": [(A, lambda x: x.to(torch.int64)), (A, lambda x: x.to("cpu", copy=True))],
    "type": [(A, lambda x: x.type(torch.int64))],
    "index_fill_": [(A, lambda x: x.clone().index_fill_(0, torch.tensor([1]), 0.0))],
    "index_fill": [(A, lambda x: torch.index_fill(x, 1, torch.tensor([0, 2]), 0))],
    "select_scatter": [((3, 2), into("select_scatter", lambda x: x, 0, 1))],
    "slice_scatter": [((2, 3, 2), into("slice_scatter", lambda x: x, 0, 1, 3))],
    "_pack_padded_sequence": [
        (A, lambda x: torch.nn.utils.rnn.pack_padded_sequence(x, [4, 2, 1]).data),
        (A, lambda x: torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor([1, 3, 2, 3]), True, enforce_sorted=False).data),
    ],
    "_pad_packed_sequence": [
        (A, lambda x: torch.nn.utils.rnn.pad_packed_sequence(torch.nn.utils.rnn.pack_padded_sequence(x, [4, 2, 1]))[0]),
        (A, lambda x: torch.nn.utils.rnn.unpack_sequence(torch.nn.utils.rnn.pack_padded_sequence(x, [4, 3, 1]))),
    ],
    "pad_sequence": [
        (A, lambda x: torch.nn.utils.rnn.pad_sequence([x[0], x[1, :1]])),
        (A, lambda x: torch.nn.utils.rnn.pad_sequence([x[0, :2], x[1]], batch_first=True, padding_side="left")),
        (A, lambda x: torch.nn.utils.rnn.pack_sequence([x[0], x[1, :2]]).data),
    ],
}

EINOPS = [
    (A, lambda x: einops.rearrange(x, "a b c -> (b a) c")),
    (A, lambda x: einops.rearrange(x, "(a d) b c -> d b (a c)", d=2)),
    (A, lambda x: einops.repeat(x, "a b c -> a (b r) c", r=2)),
    (A, lambda x: einops.rearrange([x, x], "n a b c -> a (n b) c")),
]

DRAWN = (5, 4, 3)


def weights(*sizes: int) -> Tensor:
    return torch.randn(*sizes, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def ids(x: Tensor) -> Tensor:
    """Return class numbers 0 to 2 that depend on the values of each element, and on nothing else."""
    return (x * 10).long() % 3
