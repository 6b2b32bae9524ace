"""Operations that compute: for each, calls whose results depend on samples in ways that are measured."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from operations import weights
from torch import nn

S = 3
"""Samples: the sizes along which the batch is laid, in turn."""

MATRIX, CUBE, CLIP = (3, 3), (3, 3, 3), (3, 3, 2, 1, 3)


def layer(kind, *args, train=True, **kwargs):
    torch.manual_seed(0)
    made = kind(*args, **kwargs).double()
    return made if train else made.eval()


LINEAR = weights(4, 3)
CONV1, CONV2, CONV3 = weights(2, 3, 2), weights(2, 3, 2, 2), weights(2, 3, 1, 1, 1)
LSTM, GRU = layer(nn.LSTM, 3, 2, bidirectional=True), layer(nn.GRU, 3, 2, batch_first=True)
TANH, RELU = layer(nn.RNN, 3, 2), layer(nn.RNN, 3, 2, nonlinearity="relu")
CELLS = layer(nn.LSTMCell, 3, 3), layer(nn.GRUCell, 3, 3), layer(nn.RNNCell, 3, 3), layer(nn.RNNCell, 3, 3, nonlinearity="relu")
TABLE = weights(3, 2)
ATTENTION = layer(nn.MultiheadAttention, 3, 1)


def ids(x):
    return (x * 10).long() % 3


COMPUTED = {
    "linear": [
        ([CUBE], lambda x: F.linear(x, LINEAR)),
        ([MATRIX], lambda x: F.linear(input=x, weight=LINEAR, bias=LINEAR[:, 0])),
        ([MATRIX, MATRIX], lambda x, w: F.linear(x, w)),
        ([MATRIX, (3,)], lambda x, b: F.linear(x, LINEAR[:3], b)),
    ],
    "matmul": [
        ([CUBE, CUBE], torch.matmul),
        ([CUBE], lambda x: x @ weights(3, 5)),
        ([CUBE, (3,)], torch.matmul),
        ([(3,), CUBE], torch.matmul),
        ([(3,), MATRIX], torch.matmul),
        ([MATRIX, (3,)], torch.matmul),
        ([(3,), (3,)], torch.matmul),
        ([CUBE, MATRIX], lambda x, y: torch.matmul(input=x, other=y)),
        ([MATRIX], lambda x: x @ x.T),
    ],
    "__rmatmul__": [([MATRIX], lambda x: x.__rmatmul__(weights(2, 3)))],
    "bmm": [([CUBE, CUBE], torch.bmm), ([CUBE, CUBE], lambda x, y: x.bmm(mat2=y))],
    "mm": [([MATRIX, MATRIX], torch.mm)],
    "mv": [([MATRIX, (3,)], torch.mv)],
    "dot": [([(3,), (3,)], torch.dot)],
    "addmm": [([MATRIX, MATRIX, MATRIX], torch.addmm), ([(3,), MATRIX], lambda b, x: torch.addmm(b, x, weights(3, 3)))],
    "baddbmm": [
        ([CUBE, CUBE, CUBE], lambda a, b, c: torch.baddbmm(a, batch1=b, batch2=c)),
        ([CUBE, CUBE, CUBE], torch.baddbmm),
    ],
    "addmm_": [([MATRIX, MATRIX], lambda a, x: a.addmm_(x, weights(3, 3)))],
    "baddbmm_": [([CUBE, CUBE], lambda a, x: a.baddbmm_(x, weights(3, 3, 3)))],
    "einsum": [
        ([CUBE, CUBE], lambda a, b: torch.einsum("bij,bjk->bik", a, b)),
        ([CUBE, MATRIX], lambda a, b: torch.einsum("bij,jk", a, b)),
        ([CUBE], lambda a: torch.einsum("bij->jb", a)),
        ([MATRIX], lambda a: torch.einsum("ii->i", a)),
        ([CUBE, MATRIX], lambda a, b: torch.einsum("...ij,jk->...ik", a, b)),
        ([MATRIX, MATRIX], lambda a, b: torch.einsum("ij,kj->ik", [a, b])),
        ([(3,), (3,)], lambda a, b: torch.einsum("i,j->ij", a, b)),
    ],
    "softmax": [
        ([CUBE], lambda x: x.softmax(-1)),
        ([CUBE], lambda x: F.softmax(x, dim=0)),
        ([CUBE], lambda x: torch.softmax(input=x, dim=1)),
    ],
    "log_softmax": [([CUBE], lambda x: F.log_softmax(x, 1))],
    "softmin": [([MATRIX], lambda x: F.softmin(x, dim=1))],
    "gumbel_softmax": [([MATRIX], lambda x: F.gumbel_softmax(x, dim=-1)), ([MATRIX], F.gumbel_softmax)],
    "_softmax": [([MATRIX], lambda x: torch._softmax(x, 1, False))],
    "_log_softmax": [([MATRIX], lambda x: torch._log_softmax(x, 0, False))],
    "cumsum": [([CUBE], lambda x: x.cumsum(0)), ([CUBE], lambda x: torch.cumsum(x, dim=-2))],
    "cumprod": [([MATRIX], lambda x: x.cumprod(1))],
    "cummax": [([MATRIX], lambda x: x.cummax(0))],
    "cummin": [([MATRIX], lambda x: torch.cummin(x, dim=1))],
    "logcumsumexp": [([MATRIX], lambda x: x.logcumsumexp(0))],
    "cumsum_": [([MATRIX], lambda x: x.cumsum_(0))],
    "cumprod_": [([MATRIX], lambda x: x.cumprod_(1))],
    "normalize": [
        ([CUBE], F.normalize),
        ([CUBE], lambda x: F.normalize(x, dim=-1)),
        ([CUBE], lambda x: F.normalize(x, p=2.0, dim=0)),
    ],
    "layer_norm": [([CUBE], lambda x: F.layer_norm(x, (3,))), ([CUBE], lambda x: F.layer_norm(x, (3, 3)))],
    "rms_norm": [([CUBE], lambda x: F.rms_norm(x, (3,)))],
    "instance_norm": [([CUBE], F.instance_norm)],
    "group_norm": [([CUBE], lambda x: F.group_norm(x, 1))],
    "batch_norm": [([CUBE], lambda x: F.batch_norm(x, torch.zeros(3).double(), torch.ones(3).double()))],
    "dropout1d": [([CUBE], lambda x: F.dropout1d(x, 0.5)), ([CUBE], lambda x: F.dropout1d(x, 0.5, training=False))],
    "dropout2d": [([CUBE], lambda x: F.dropout2d(x.unsqueeze(0), 0.5).squeeze(0))],
    "prelu": [([CUBE], lambda x: F.prelu(x, weights(3))), ([CUBE, (3,)], F.prelu)],
    "tril": [([MATRIX], lambda x: x.tril())],
    "view_as_complex": [([(3, 3, 2)], lambda x: torch.view_as_complex(x).abs())],
    "view_as_real": [([(3, 3, 2)], lambda x: torch.view_as_real(torch.view_as_complex(x).conj().resolve_conj()))],
    "triu": [([MATRIX], lambda x: torch.triu(x, 1))],
    "glu": [([(3, 6)], F.glu), ([(3, 6)], lambda x: F.glu(x.T, dim=0)), ([(3, 6)], lambda x: F.glu(x.reshape(6, 3), 0))],
    **{
        name: [
            ([CUBE], lambda x, n=name: getattr(x, n)(dim=1)),
            ([CUBE], lambda x, n=name: getattr(torch, n)(x, -1, keepdim=True)),
            ([CUBE], lambda x, n=name: getattr(torch, n)(x, dim=0)),
        ]
        for name in (
            "sum",
            "mean",
            "prod",
            "amax",
            "amin",
            "argmax",
            "argmin",
            "median",
            "nanmedian",
            "nanmean",
            "nansum",
            "logsumexp",
            "var",
            "std",
            "max",
            "min",
        )
    },
    "argsort": [
        ([CUBE], torch.argsort),
        ([CUBE], lambda x: x.argsort(1, descending=True)),
        ([CUBE], lambda x: torch.argsort(x, dim=0)),
    ],
    "var_mean": [([CUBE], lambda x: torch.var_mean(x, dim=1))],
    "std_mean": [([CUBE], lambda x: torch.std_mean(x, 0))],
    "cdist": [([CUBE, CUBE], torch.cdist)],
    "cosine_similarity": [
        ([CUBE, CUBE], lambda a, b: F.cosine_similarity(a, b, dim=-1)),
        ([CUBE, CUBE], F.cosine_similarity),
        ([CUBE, MATRIX], lambda a, b: F.cosine_similarity(a[:, None], b, -1)),
    ],
    "pairwise_distance": [([MATRIX, MATRIX], F.pairwise_distance)],
    "bilinear": [([MATRIX, MATRIX], lambda a, b: F.bilinear(a, b, weights(2, 3, 3)))],
    "outer": [([(3,), (3,)], torch.outer), ([(3,)], lambda a: torch.outer(a, weights(4)))],
    "ger": [([(3,), (3,)], torch.ger)],
    "tensordot": [
        ([CUBE, CUBE], lambda a, b: torch.tensordot(a, b, dims=1)),
        ([CUBE, MATRIX], lambda a, b: torch.tensordot(a, b, dims=([2], [0]))),
        ([CUBE], lambda a: torch.tensordot(a, weights(3, 2), 1)),
    ],
    **{
        f"fft_{name}": [
            ([CUBE], lambda x, n=name: getattr(torch.fft, n)(x).abs()),
            ([CUBE], lambda x, n=name: getattr(torch.fft, n)(x, dim=1).abs()),
        ]
        for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fftshift", "ifftshift")
    },
    "diff": [([CUBE], lambda x: x.diff(dim=1)), ([CUBE], lambda x: torch.diff(x, 1, 0))],
    "gradient": [([CUBE], lambda x: torch.gradient(x, dim=1)), ([CUBE], torch.gradient)],
    "renorm": [([CUBE], lambda x: x.renorm(2, 0, 0.1)), ([CUBE], lambda x: torch.renorm(x, p=2, dim=1, maxnorm=0.1))],
    "interpolate": [
        ([CUBE], lambda x: F.interpolate(x, size=5)),
        ([CUBE], lambda x: F.interpolate(x, scale_factor=2.0, mode="linear")),
        ([CUBE], lambda x: F.interpolate(x, size=3, mode="linear")),
    ],
    "affine_grid": [([(3, 2, 3)], lambda x: F.affine_grid(x, (3, 1, 2, 3), align_corners=True))],
    "affine_grid_generator": [([(3, 2, 3)], lambda x: torch.affine_grid_generator(x, (3, 1, 2, 3), True))],
    "grid_sample": [
        ([(3, 3, 3, 3), (3, 3, 3, 2)], lambda x, g: F.grid_sample(x, 0.4 * g.tanh(), align_corners=True)),
        ([(3, 3, 3, 3)], lambda x: F.grid_sample(x, 0.4 * weights(3, 3, 3, 2).tanh(), align_corners=True)),
    ],
    "grid_sampler": [([(3, 3, 3, 3), (3, 3, 3, 2)], lambda x, g: torch.grid_sampler(x, 0.4 * g.tanh(), 0, 0, True))],
    "local_response_norm": [([CUBE], lambda x: F.local_response_norm(x, 2))],
    "pixel_shuffle": [([(3, 4, 3, 3)], lambda x: F.pixel_shuffle(x, 2))],
    "pixel_unshuffle": [([(3, 3, 4, 4)], lambda x: F.pixel_unshuffle(x, 2))],
    "channel_shuffle": [([(3, 4, 3, 3)], lambda x: F.channel_shuffle(x, 2))],
    "max_unpool1d": [([CUBE], lambda x: F.max_unpool1d(x[:, :, :1], torch.zeros(3, 3, 1, dtype=torch.long), 2))],
    "max_unpool2d": [([(3, 3, 3, 3)], lambda x: F.max_unpool2d(x[:, :, :1, :1], torch.zeros(3, 3, 1, 1, dtype=torch.long), 2))],
    "fold": [([(3, 4, 3)], lambda x: F.fold(x, (2, 4), 2, stride=1))],
    "stft": [([(3, 9)], lambda x: torch.stft(x, 4, window=torch.ones(4).double(), return_complex=True).abs())],
    "istft": [([(3, 3, 3)], lambda x: torch.istft(x.to(torch.complex128), 4, window=torch.ones(4).double()))],
    **{
        name: [
            ([MATRIX, MATRIX], lambda a, b, n=name: getattr(a, n)(0, torch.tensor([[0, 2, 1]] * 3), b)),
            ([MATRIX], lambda a, n=name: getattr(torch.zeros(3, 3).double(), n)(1, torch.tensor([[0, 1, 1]] * 3), a)),
        ]
        for name in ("scatter_add", "scatter_add_")
    },
    **{
        name: [
            ([MATRIX], lambda a, n=name: getattr(a, n)(0, torch.tensor([0, 1, 1]), a.clone())),
            ([MATRIX], lambda a, n=name: getattr(torch.zeros(3, 3).double(), n)(1, torch.tensor([2, 0, 2]), a)),
        ]
        for name in ("index_add", "index_add_")
    },
    **{
        name: [
            (
                [MATRIX],
                lambda a, n=name: getattr(torch.zeros(3, 3).double(), n)(1, torch.tensor([[0, 1, 1]] * 3), a, reduce="sum"),
            )
        ]
        for name in ("scatter_reduce", "scatter_reduce_")
    },
    **{
        name: [([MATRIX], lambda a, n=name: getattr(a, n)(1, torch.tensor([2, 0, 2]), a.clone(), "mean"))]
        for name in ("index_reduce", "index_reduce_")
    },
    "broadcast_tensors": [([MATRIX, (3,)], torch.broadcast_tensors)],
    "meshgrid": [([(3,), (3,)], lambda a, b: torch.meshgrid(a, b, indexing="ij"))],
    "diag": [([MATRIX], torch.diag), ([(3,)], torch.diag)],
    "diag_embed": [([MATRIX], torch.diag_embed)],
    "take": [([MATRIX], lambda x: torch.take(x, torch.tensor([0, 4, 5])))],
    "__reversed__": [([MATRIX], lambda x: x.__reversed__())],
    "bucketize": [([MATRIX], lambda x: torch.bucketize(x, torch.tensor([-1.0, 0.0, 1.0]).double()))],
    "isin": [([MATRIX], lambda x: torch.isin(ids(x), torch.tensor([1])))],
    "any": [([CUBE], lambda x: (x > 0).any(1))],
    "all": [([CUBE], lambda x: torch.all(x > 0, dim=-1))],
    "norm": [
        ([CUBE], lambda x: x.norm(dim=1)),
        ([CUBE], lambda x: torch.norm(x, 2, -1)),
        ([CUBE], lambda x: x.norm(2, 1, True)),
    ],
    "linalg_vector_norm": [
        ([CUBE], lambda x: torch.linalg.vector_norm(x, dim=1)),
        ([CUBE], lambda x: torch.linalg.vector_norm(x, 2, -1)),
    ],
    "linalg_norm": [([CUBE], lambda x: torch.linalg.norm(x, dim=1))],
    "aminmax": [([CUBE], lambda x: torch.aminmax(x, dim=1))],
    "count_nonzero": [([CUBE], lambda x: (x > 0).count_nonzero(1))],
    "quantile": [
        ([CUBE], lambda x: x.quantile(0.5, dim=1)),
        ([CUBE], lambda x: torch.quantile(x, torch.tensor([0.2, 0.4, 0.8]).double(), dim=0)),
    ],
    "nanquantile": [([MATRIX], lambda x: x.nanquantile(0.3, 1))],
    "embedding": [
        ([MATRIX], lambda x: F.embedding(ids(x), TABLE)),
        ([MATRIX], lambda x: F.embedding(ids(x), TABLE, padding_idx=0)),
    ],
    "one_hot": [([MATRIX], lambda x: F.one_hot(ids(x), 4))],
    "conv1d": [
        ([CUBE], lambda x: F.conv1d(x, CONV1)),
        ([CUBE], lambda x: F.conv1d(x, weight=CONV1, padding=1)),
        ([MATRIX], lambda x: F.conv1d(x, CONV1)),
    ],
    "conv2d": [([(3, 3, 3, 3)], lambda x: F.conv2d(x, CONV2, padding=1))],
    "conv3d": [([CLIP], lambda x: F.conv3d(x, CONV3))],
    "conv_transpose1d": [([CUBE], lambda x: F.conv_transpose1d(x, CONV1.transpose(0, 1)))],
    "conv_transpose2d": [([(3, 3, 3, 3)], lambda x: F.conv_transpose2d(x, CONV2.transpose(0, 1)))],
    "max_pool1d": [
        ([CUBE], lambda x: F.max_pool1d(x, 2)),
        ([CUBE], lambda x: F.max_pool1d(x, 3, 1, 1)),
        ([MATRIX], lambda x: F.max_pool1d(x, 2)),
    ],
    "max_pool2d": [([CUBE], lambda x: F.max_pool2d(x, 2)), ([(3, 3, 3, 3)], lambda x: F.max_pool2d(x, 3, 1, 1))],
    "avg_pool1d": [([CUBE], lambda x: F.avg_pool1d(x, 2)), ([CUBE], lambda x: F.avg_pool1d(x, 3, 1, 1))],
    "avg_pool2d": [([CUBE], lambda x: F.avg_pool2d(x, 2))],
    "adaptive_avg_pool1d": [([CUBE], lambda x: F.adaptive_avg_pool1d(x, 2))],
    "adaptive_max_pool1d": [([CUBE], lambda x: F.adaptive_max_pool1d(x, 1))],
    "adaptive_avg_pool2d": [([CUBE], lambda x: F.adaptive_avg_pool2d(x, 2))],
    "adaptive_max_pool2d": [([CUBE], lambda x: F.adaptive_max_pool2d(x, 1))],
    "lp_pool1d": [([CUBE], lambda x: F.lp_pool1d(x, 2.0, 2))],
    "lp_pool2d": [([CUBE], lambda x: F.lp_pool2d(x, 2.0, 2))],
    "lp_pool3d": [([CLIP], lambda x: F.lp_pool3d(x, 2.0, (2, 1, 1)))],
    "conv_transpose3d": [([CLIP], lambda x: F.conv_transpose3d(x, CONV3.transpose(0, 1)))],
    "max_pool3d": [([CLIP], lambda x: F.max_pool3d(x, (2, 1, 2)))],
    "avg_pool3d": [([CLIP], lambda x: F.avg_pool3d(x, (1, 1, 2)))],
    "adaptive_avg_pool3d": [([CLIP], lambda x: F.adaptive_avg_pool3d(x, (None, 1, 1)))],
    "adaptive_max_pool3d": [([CLIP], lambda x: F.adaptive_max_pool3d(x, (None, 1, 1)))],
    "max_pool2d_with_indices": [([CUBE], lambda x: F.max_pool2d(x, 2, return_indices=True))],
    "max_pool3d_with_indices": [([CLIP], lambda x: F.max_pool3d(x, (2, 1, 2), return_indices=True))],
    "adaptive_max_pool2d_with_indices": [([CUBE], lambda x: F.adaptive_max_pool2d(x, 1, return_indices=True))],
    "adaptive_max_pool3d_with_indices": [([CLIP], lambda x: F.adaptive_max_pool3d(x, (None, 1, 1), return_indices=True))],
    "max_pool1d_with_indices": [([CUBE], lambda x: F.max_pool1d(x, 2, return_indices=True))],
    "adaptive_max_pool1d_with_indices": [([CUBE], lambda x: F.adaptive_max_pool1d(x, 2, return_indices=True))],
    "multi_head_attention_forward": [
        ([CUBE], lambda x: ATTENTION(x, x, x)),
        ([CUBE, CUBE], lambda q, k: ATTENTION(q, k, k)),
        ([MATRIX], lambda x: ATTENTION(x, x, x)),
    ],
    "scaled_dot_product_attention": [
        ([CUBE, CUBE], lambda q, k: F.scaled_dot_product_attention(q, k, k)),
        ([(3, 2, 3, 3)], lambda x: F.scaled_dot_product_attention(x, x, x)),
        ([CUBE, CUBE, CUBE], lambda q, k, v: F.scaled_dot_product_attention(q, k, value=v)),
    ],
    "lstm": [([CUBE], lambda x: LSTM(x)), ([CUBE], lambda x: LSTM(nn.utils.rnn.pack_padded_sequence(x, [3, 2, 1]))[0].data)],
    "gru": [([CUBE], lambda x: GRU(x)), ([CUBE, (1, 3, 2)], lambda x, h: GRU(x, h))],
    "rnn_tanh": [([CUBE], lambda x: TANH(x))],
    "rnn_relu": [([CUBE], lambda x: RELU(x))],
    "lstm_cell": [([MATRIX, MATRIX], lambda x, h: CELLS[0](x, (h, h)))],
    "gru_cell": [([MATRIX, MATRIX], lambda x, h: CELLS[1](x, h)), ([(3,)], lambda x: CELLS[1](x))],
    "rnn_tanh_cell": [([MATRIX, MATRIX], lambda x, h: CELLS[2](x, h))],
    "rnn_relu_cell": [([MATRIX], lambda x: CELLS[3](x))],
}

SILENT = {
    "linear-2",
    "linear-3",
    "matmul-6",
    "matmul-8",
    "prelu-1",
    "glu-2",
    "quantile-1",
    "conv1d-2",
    "dot-0",
    "einsum-3",
    "einsum-4",
    "gru_cell-1",
    "multi_head_attention_forward-2",
    "fft_fftshift-0",
    "fft_ifftshift-0",
    "gradient-1",
    "renorm-0",
    "renorm-1",
}
"""Calls of which nothing is known, and need not be: unbatched input, samples that meet, weights that depend on the data."""

TARGET = weights(3, 3)
LOSSES = {
    "cross_entropy": lambda x: F.cross_entropy(x, ids(x[:, 0])),
    "nll_loss": lambda x: F.nll_loss(x, ids(x[0])),
    "nll_loss_nd": lambda x: torch._C._nn.nll_loss_nd(x, ids(x[0])),
    "dist": lambda x: torch.dist(x, TARGET),
    "mse_loss": lambda x: F.mse_loss(x, TARGET),
    "l1_loss": lambda x: F.l1_loss(x, TARGET),
    "smooth_l1_loss": lambda x: F.smooth_l1_loss(x, TARGET),
    "huber_loss": lambda x: F.huber_loss(x, TARGET),
    "binary_cross_entropy": lambda x: F.binary_cross_entropy(x.sigmoid(), TARGET.sigmoid()),
    "binary_cross_entropy_with_logits": lambda x: F.binary_cross_entropy_with_logits(x, TARGET.sigmoid()),
    "kl_div": lambda x: F.kl_div(x, TARGET.sigmoid(), reduction="sum"),
    "poisson_nll_loss": lambda x: F.poisson_nll_loss(x, TARGET),
    "soft_margin_loss": lambda x: F.soft_margin_loss(x, TARGET.sign()),
    "hinge_embedding_loss": lambda x: F.hinge_embedding_loss(x, TARGET.sign()),
    "multilabel_soft_margin_loss": lambda x: F.multilabel_soft_margin_loss(x, TARGET.sign()),
    "gaussian_nll_loss": lambda x: F.gaussian_nll_loss(x, TARGET, torch.ones(3, 3)),
    "cosine_embedding_loss": lambda x: F.cosine_embedding_loss(x, TARGET, torch.ones(3)),
    "margin_ranking_loss": lambda x: F.margin_ranking_loss(x, TARGET, torch.ones(3, 3)),
    "triplet_margin_loss": lambda x: F.triplet_margin_loss(x, TARGET, TARGET.flip(0)),
    "multi_margin_loss": lambda x: F.multi_margin_loss(x, ids(x[0])),
    "multilabel_margin_loss": lambda x: F.multilabel_margin_loss(x, ids(x)),
    "ctc_loss": lambda x: F.ctc_loss(x.unsqueeze(1).log_softmax(2), torch.tensor([[1]]), [3], [1]),
}
"""Of two tensors (3, 3), samples along either dim: a loss is one number of all samples, so it claims none."""

POINTWISE = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: torch.sub(a, other=b),
    "__rsub__": lambda a, b: 1 - a,
    "mul": lambda a, b: a.mul(b),
    "div": lambda a, b: a / b,
    "add_": lambda a, b: a.clone().add_(b),
    "mul_": lambda a, b: torch.mul(a.clone(), b).mul_(2),
    "where": lambda a, b: torch.where(a > 0, b, 0.0),
    "relu": lambda a, b: F.relu(a.clone(), inplace=True),
    "masked_fill": lambda a, b: a.masked_fill(b > 0, 0.0),
    "masked_fill_": lambda a, b: a.clone().masked_fill_(b > 0, 0.0),
    "clamp": lambda a, b: a.clamp(min=0),
    "pow": lambda a, b: a**2,
    "lerp": lambda a, b: torch.lerp(a, b, 0.3),
    "addcmul": lambda a, b: torch.addcmul(a, a, b),
    "maximum": lambda a, b: torch.maximum(a, b),
    "max": lambda a, b: torch.max(a, other=b),
    "min": lambda a, b: torch.min(a, b),
    "dropout": lambda a, b: F.dropout(a, 0.5, True, True),
    "sigmoid": lambda a, b: torch.sigmoid(a),
    "tanh": lambda a, b: a.tanh(),
    "gelu": lambda a, b: F.gelu(a),
    "leaky_relu": lambda a, b: F.leaky_relu(a, 0.1, True),
    "softplus": lambda a, b: F.softplus(a),
    "logical_and": lambda a, b: (a > 0).logical_and(b > 0),
    "__and__": lambda a, b: (a > 0) & (b > 0),
    "__eq__": lambda a, b: a == b,
    "clone": lambda a, b: a.clone(),
    "detach": lambda a, b: a.detach(),
    "to": lambda a, b: a.to(torch.float32).double(),
    "contiguous": lambda a, b: a.T.contiguous(),
    "data.get": lambda a, b: a.data,
    "type": lambda a, b: a.type(torch.float32),
    "float": lambda a, b: a.float(),
    "atan2": lambda a, b: torch.atan2(a, b),
    "negative": lambda a, b: torch.negative(a),
    "__rpow__": lambda a, b: 2**a,
    "__floordiv__": lambda a, b: a // b,
    "remainder": lambda a, b: a % b,
    "true_divide": lambda a, b: a.true_divide(b),
    "special_expit": lambda a, b: torch.special.expit(a),
    "xlogy": lambda a, b: torch.xlogy(a, b.exp()),
    "gt": lambda a, b: a > b,
    "isclose": lambda a, b: torch.isclose(a, b),
}
"""Of two tensors that meet by broadcasting."""
