"""Diagnose and probe published recurrent models, unmodified, on made-up data: what is found, and what could not be followed.

Not part of the suite, since it needs packages that nothing else here needs. In an environment of its own:

    python3 -m venv /tmp/pub
    /tmp/pub/bin/pip install torch==2.13.0 -e . lightning pandas scipy scikit-learn scikit-base toolz pydantic soundfile \\
        lazy_loader orjson msgpack
    /tmp/pub/bin/pip install --no-deps neuralforecast coreforecast utilsforecast ray optuna pytorch-forecasting gluonts \\
        asteroid asteroid-filterbanks sktime torch_geometric stanza pypots speechbrain openunmix
    /tmp/pub/bin/python tests/published_models.py [part of a name]

A package that is not installed is named and passed over.
"""

from __future__ import annotations

import logging
import sys
import types
import warnings
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

import rnnshape as rs
from rnnshape.operations.followed import OPERATIONS
from rnnshape.operations.pointwise import is_pointwise
from rnnshape.operations.registry import name_of

MODELS: dict[str, Callable[[], tuple[Any, ...]]] = {}


def published(function: Callable[[], tuple[Any, ...]]) -> Callable[[], tuple[Any, ...]]:
    """Register a function that returns a model, its arguments, their axes, and optionally target, its axes and a loss."""
    MODELS[function.__name__] = function
    return function


def _neuralforecast(name: str, **options: Any) -> tuple[Any, ...]:
    import neuralforecast.models as models

    model = getattr(models, name)(
        h=3, input_size=8, hist_exog_list=["a"], futr_exog_list=["b"], stat_exog_list=["c"], max_steps=1, **options
    )
    batch = {
        "insample_y": torch.randn(5, 8, 1),
        "futr_exog": torch.randn(5, 11, 1),
        "hist_exog": torch.randn(5, 8, 1),
        "stat_exog": torch.randn(5, 1),
        "insample_mask": torch.ones(5, 8, 1),
    }
    axes = {
        "insample_y": "batch seq feature",
        "futr_exog": "batch all feature",
        "hist_exog": "batch seq feature",
        "stat_exog": "batch feature",
        "insample_mask": "batch seq feature",
    }
    return model, (batch,), (axes,)


for _name in ("LSTM", "GRU", "RNN", "TCN"):
    MODELS[f"neuralforecast_{_name}"] = lambda name=_name: _neuralforecast(name, encoder_hidden_size=6, decoder_hidden_size=7)
MODELS["neuralforecast_LSTM_recurrent"] = lambda: _neuralforecast("LSTM", encoder_hidden_size=6, recurrent=True)
MODELS["neuralforecast_DilatedRNN"] = lambda: _neuralforecast(
    "DilatedRNN", cell_type="LSTM", dilations=[[1, 2], [4, 8]], encoder_hidden_size=6, decoder_hidden_size=7
)
MODELS["neuralforecast_TFT"] = lambda: _neuralforecast("TFT", hidden_size=8)


@published
def gluonts_deepar() -> tuple[Any, ...]:
    from gluonts.torch.model.deepar.module import DeepARModel

    model = DeepARModel("D", 6, 3, 2, 1, 1, [4], num_layers=2, hidden_size=7, num_parallel_samples=4, lags_seq=[1, 2])
    past = model._past_length
    args = (
        torch.randint(4, (5, 1)),
        torch.randn(5, 1),
        torch.randn(5, past, 2),
        torch.randn(5, past),
        torch.ones(5, past),
        torch.randn(5, 3, 2),
    )
    return (
        model,
        args,
        ("batch static", "batch static", "batch seq feature", "batch seq", "batch seq", "batch future feature"),
    )


@published
def gluonts_tft() -> tuple[Any, ...]:
    from gluonts.torch.model.tft.module import TemporalFusionTransformerModel

    model = TemporalFusionTransformerModel(
        context_length=6,
        prediction_length=3,
        d_var=8,
        d_hidden=8,
        num_heads=2,
        d_past_feat_dynamic_real=[2],
        c_past_feat_dynamic_cat=[3],
        d_feat_dynamic_real=[2],
        c_feat_dynamic_cat=[3],
        d_feat_static_real=[2],
        c_feat_static_cat=[4],
    )
    args = (
        torch.randn(5, 6),
        torch.ones(5, 6),
        torch.randn(5, 2),
        torch.randint(4, (5, 1)),
        torch.randn(5, 9, 2),
        torch.randint(3, (5, 9, 1)),
        torch.randn(5, 6, 2),
        torch.randint(3, (5, 6, 1)),
    )
    axes = (
        "batch seq",
        "batch seq",
        "batch static",
        "batch kinds",
        "batch all feature",
        "batch all kinds",
        "batch seq feature",
        "batch seq kinds",
    )
    return model, args, axes


def _asteroid(name: str, **options: Any) -> tuple[Any, ...]:
    import asteroid.models as models

    return getattr(models, name)(n_src=2, **options), (torch.randn(3, 1600),), "batch seq"


MODELS["asteroid_DPRNNTasNet"] = lambda: _asteroid(
    "DPRNNTasNet", bn_chan=8, hid_size=6, chunk_size=10, n_repeats=2, kernel_size=16, n_filters=12
)
MODELS["asteroid_LSTMTasNet"] = lambda: _asteroid("LSTMTasNet", hid_size=6, n_layers=2, kernel_size=16, n_filters=12)
MODELS["asteroid_DPTNet"] = lambda: _asteroid("DPTNet", n_heads=2, ff_hid=8, chunk_size=10, n_repeats=1, n_filters=12)
MODELS["asteroid_SuDORMRF"] = lambda: _asteroid("SuDORMRFNet", bn_chan=8, num_blocks=1, upsampling_depth=2, n_filters=12)


@published
def sktime_gru() -> tuple[Any, ...]:
    from sktime.networks.gru import GRU

    return GRU(4, 6, 2, batch_first=True, num_classes=3, bidirectional=True), (torch.randn(5, 8, 4),), "batch seq feature"


@published
def sktime_gru_fcnn() -> tuple[Any, ...]:
    from sktime.networks.gru import GRUFCNN

    model = GRUFCNN(
        input_size=4,
        hidden_dim=6,
        gru_layers=2,
        batch_first=True,
        num_classes=3,
        conv_layers=[8, 8, 8],
        kernel_sizes=[3, 3, 3],
    )
    return model, (torch.randn(5, 8, 4),), "batch seq feature"


@published
def torch_geometric_lstm_aggregation() -> tuple[Any, ...]:
    from torch_geometric.nn import LSTMAggregation

    return LSTMAggregation(4, 6), (torch.randn(9, 4), torch.tensor([0, 0, 0, 1, 1, 2, 3, 3, 4])), ("node feature", "node")


@published
def torch_geometric_jumping_knowledge() -> tuple[Any, ...]:
    from torch_geometric.nn import JumpingKnowledge

    return JumpingKnowledge("lstm", 4, 3), ([torch.randn(9, 4) for _ in range(3)],), (["batch feature"] * 3,)


def _stanza(**options: Any) -> tuple[Any, ...]:
    from stanza.models.common.seq2seq_model import Seq2SeqModel

    given = {
        "vocab_size": 12,
        "emb_dim": 4,
        "hidden_dim": 6,
        "num_layers": 2,
        "dropout": 0.1,
        "emb_dropout": 0.1,
        "max_dec_len": 5,
        "attn_type": "soft",
        **options,
    }
    lengths = torch.tensor([8, 6, 5, 3])
    padding = torch.arange(8)[None] >= lengths[:, None]
    source = torch.randint(4, 12, (4, 8)).masked_fill(padding, 0)
    return Seq2SeqModel(given), (source, padding, torch.randint(4, 12, (4, 5))), ("batch seq", "batch seq", "batch target")


MODELS["stanza_seq2seq"] = _stanza


@published
def stanza_highway_lstm() -> tuple[Any, ...]:
    from stanza.models.common.hlstm import HighwayLSTM
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = HighwayLSTM(4, 6, 2, batch_first=True, bidirectional=True, rec_dropout=0.0)

        def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            packed = pack_padded_sequence(x, lengths, batch_first=True)
            out, _ = self.layer(packed, lengths)
            return pad_packed_sequence(out, batch_first=True)[0]

    return Packed(), (torch.randn(4, 8, 4), torch.tensor([8, 6, 5, 3])), ("batch seq feature", "batch")


@published
def pypots_brits() -> tuple[Any, ...]:
    from pypots.nn.modules.brits import BackboneBRITS

    def one() -> dict[str, torch.Tensor]:
        return {"X": torch.randn(5, 8, 4), "missing_mask": (torch.rand(5, 8, 4) > 0.3).float(), "deltas": torch.rand(5, 8, 4)}

    names = {"X": "batch seq feature", "missing_mask": "batch seq feature", "deltas": "batch seq feature"}
    return BackboneBRITS(8, 4, 6), ({"forward": one(), "backward": one()},), ({"forward": names, "backward": names},)


@published
def pypots_grud() -> tuple[Any, ...]:
    from pypots.nn.modules.grud import BackboneGRUD

    x = torch.randn(5, 8, 4)
    args = (x, (x > 0).float(), torch.rand(5, 8, 4), torch.randn(4), torch.randn(5, 8, 4))
    step = "batch seq feature"
    return BackboneGRUD(8, 4, 6), args, (step, step, step, "feature", step)


@published
def openunmix() -> tuple[Any, ...]:
    _without_torchaudio()
    from openunmix.model import OpenUnmix

    return (
        OpenUnmix(nb_bins=11, nb_channels=2, hidden_size=8, nb_layers=2),
        (torch.rand(3, 2, 11, 7),),
        "batch channel bin seq",
    )


def _speechbrain(name: str, **options: Any) -> tuple[Any, ...]:
    _without_torchaudio()
    import speechbrain.nnet.RNN as layers

    return (
        getattr(layers, name)(hidden_size=6, input_shape=(5, 8, 4), **options),
        (torch.randn(5, 8, 4),),
        "batch seq feature",
    )


for _name in ("LSTM", "LiGRU", "QuasiRNN", "GRU"):
    MODELS[f"speechbrain_{_name}"] = lambda name=_name: _speechbrain(name, num_layers=2, bidirectional=True)


def _attentional(kind: str) -> tuple[Any, ...]:
    _without_torchaudio()
    from speechbrain.nnet.RNN import AttentionalRNNDecoder

    model = AttentionalRNNDecoder("gru", kind, hidden_size=6, attn_dim=5, num_layers=2, enc_dim=4, input_size=3)
    args = (torch.randn(5, 7, 3), torch.randn(5, 8, 4), torch.tensor([1.0, 0.5, 0.25, 1.0, 0.75]))
    return model, args, ("batch target feature", "batch seq feature", "batch")


MODELS["speechbrain_attentional_decoder"] = lambda: _attentional("content")
MODELS["speechbrain_keyvalue_attention"] = lambda: _attentional("keyvalue")


@published
def speechbrain_crdnn() -> tuple[Any, ...]:
    _without_torchaudio()
    from speechbrain.lobes.models.CRDNN import CRDNN

    model = CRDNN(input_size=8, cnn_channels=(4, 4), rnn_layers=2, rnn_neurons=6, dnn_neurons=5, time_pooling=True)
    return model, (torch.randn(3, 16, 8),), "batch seq feature"


def _dataset() -> Any:
    import pandas as pd
    from pytorch_forecasting import TimeSeriesDataSet

    rows = [(g, t, torch.randn(1).item(), str(g), float(t)) for g in "abcde" for t in range(30)]
    frame = pd.DataFrame(rows, columns=["group", "time", "value", "kind", "price"])
    return TimeSeriesDataSet(
        frame,
        time_idx="time",
        target="value",
        group_ids=["group"],
        max_encoder_length=8,
        max_prediction_length=3,
        static_categoricals=["kind"],
        time_varying_known_reals=["price"],
        time_varying_unknown_reals=["value"],
    )


def _pytorch_forecasting(name: str, **options: Any) -> tuple[Any, ...]:
    import pytorch_forecasting as pf

    data = _dataset()
    x, _ = next(iter(data.to_dataloader(train=False, batch_size=4)))
    axes = {
        "encoder_cat": "batch seq kinds",
        "encoder_cont": "batch seq feature",
        "encoder_target": "batch seq",
        "encoder_lengths": "batch",
        "decoder_cat": "batch future kinds",
        "decoder_cont": "batch future feature",
        "decoder_target": "batch future",
        "decoder_lengths": "batch",
        "target_scale": "batch scale",
    }
    model = getattr(pf, name).from_dataset(data, **options)
    return model, (x,), ({key: axes.get(key) for key in x},)


MODELS["pytorch_forecasting_TFT"] = lambda: _pytorch_forecasting("TemporalFusionTransformer", hidden_size=8, lstm_layers=2)
MODELS["pytorch_forecasting_DeepAR"] = lambda: _pytorch_forecasting("DeepAR", hidden_size=8, rnn_layers=2)
MODELS["pytorch_forecasting_RecurrentNetwork"] = lambda: _pytorch_forecasting("RecurrentNetwork", hidden_size=8, rnn_layers=2)


def _without_torchaudio() -> None:
    """Let packages be imported that load sound files with torchaudio; no model here uses it."""
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError):

        class Absent(types.ModuleType):
            __path__: list[str] = []  # noqa: RUF012

            def __getattr__(self, name: str) -> Any:
                if name.startswith("__"):
                    raise AttributeError(name)
                return Absent(name)

            def __call__(self, *args: Any, **kwargs: Any) -> Any:
                return args[0] if len(args) == 1 and callable(args[0]) else []

        for part in ("", ".transforms", ".functional", ".compliance", ".backend"):
            name = f"torchaudio{part}"
            sys.modules[name] = Absent(name)
            sys.modules[name].__spec__ = ModuleSpec(name, None)
        sys.modules["torchaudio"].__version__ = "2.8.0"


class Count(TorchFunctionMode):
    """Counts what the tracker sees, less what only asks a tensor for its size."""

    operations = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.operations += name_of(func) in OPERATIONS or is_pointwise(name_of(func))
        return func(*args, **(kwargs or {}))


def main(part: str = "") -> None:
    """Diagnose every model whose name has a part, and print what was found."""
    warnings.simplefilter("ignore")
    logging.getLogger("rnnshape").addHandler(logging.StreamHandler(sys.stdout))
    wrong = 0
    for name, build in MODELS.items():
        if part not in name:
            continue
        torch.manual_seed(0)
        try:
            model, args, axes = build()
        except Exception as error:
            print(f"{name}: not run: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
            continue
        for mode in (True, False):
            model.train(mode)
            with Count() as count:
                report = rs.diagnose(model, *args, axes=axes)
            found = [f for f in report.findings if f.severity != "info"]
            wrong += bool(found)
            words = f"{name} ({'train' if mode else 'eval'}): {count.operations} operations"
            print(f"{words}, {len(report.unfollowed)} kinds of them not followed, {len(found)} findings")
            for finding in report.findings:
                print(f"    {finding.code} {finding.severity}: {finding.message}\n        {finding.location}")
            for line in report.unfollowed:
                print(f"    {line}")
            if report.exception is not None:
                print(f"    raised {type(report.exception).__name__}: {report.exception}"[:300])
        model, args, axes = build()  # anew, as some keep what a run has made
        influence = rs.probe(model.eval(), *args, axes=axes)
        said = ", ".join(f"{experiment.name} {experiment.verdict}" for experiment in influence.experiments)
        print(f"{name} (probed in eval mode): {said or influence.untried[0]}")
        for finding in influence.findings:
            print(f"    {finding!r}")
    print(f"{wrong} runs with findings")


if __name__ == "__main__":
    main(*sys.argv[1:])
