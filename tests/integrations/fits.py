"""Real fits with a trainer, each in a process of its own: what was said, what is left, and what has been learnt.

``python fits.py lightning.pytorch`` imports the trainer, which takes longer than a fit, and forks for each line that it reads,
``{"options": {"right": false, "fail_on": "never"}, "out": FILE, "err": FILE}``. It answers with the exit code. Behind all that
the trainer prints stands a line of JSON in the first file.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import sys
import tempfile
import traceback
import warnings
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.simplefilter("ignore")


class Classifier(nn.Module):
    """The README's model, with its bug or without."""

    def __init__(self, right: bool = False) -> None:
        super().__init__()
        self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(64, 5)
        self.right = right

    def forward(self, x: torch.Tensor, labels: torch.Tensor | None = None) -> Any:
        _, (h_n, _) = self.rnn(x)
        if self.right:
            h_n = h_n.transpose(0, 1).contiguous()
        scores = self.fc(h_n.view(x.size(0), -1))
        return scores if labels is None else {"loss": nn.functional.cross_entropy(scores, labels), "logits": scores}


def loader(samples: int = 32) -> DataLoader[Any]:
    return DataLoader(TensorDataset(torch.randn(samples, 9, 10), torch.arange(samples) % 5), batch_size=8)


Ended = tuple[nn.Module, list[Any], Any]
"""The model, the stages with their reports or the name of an exception, and what else is told."""


def lightning(package: str, right: bool, devices: int = 1, watched: bool = True, **options: Any) -> Ended:
    pl = importlib.import_module(package)
    from lightning_module import DataModule, Module

    callbacks = []
    if watched:
        from rnnshape.integrations.lightning import RNNShapeCallback

        callbacks = [RNNShapeCallback(**options)]
    module = Module(Classifier(right))
    folder = tempfile.mkdtemp()
    logs = importlib.import_module(f"{package}.loggers").CSVLogger(folder, name="", version="")
    trainer = pl.Trainer(
        max_epochs=2, callbacks=callbacks, logger=logs,
        enable_progress_bar=False, enable_checkpointing=False, accelerator="cpu",
        enable_model_summary=False, devices=devices, strategy="ddp_spawn" if devices > 1 else "auto",
    )  # fmt: skip
    try:
        trainer.fit(module, DataModule())
        if devices == 1:
            trainer.validate(module, DataModule(), verbose=False)
            trainer.test(module, DataModule(), verbose=False)
    except Exception as error:
        return module, [type(error).__name__], callbacks
    columns = open(f"{folder}/metrics.csv").readline() if watched else ""  # noqa: SIM115
    stages = [(stage, report) for callback in callbacks for stage, report in callback.reports.items()]
    return module, stages, sorted(name for name in columns.strip().split(",") if "rnnshape" in name)


def transformers(right: bool, watched: bool = True, **options: Any) -> Ended:
    from transformers import Trainer, TrainingArguments

    callbacks = []
    if watched:
        from rnnshape.integrations.transformers import RNNShapeCallback

        callbacks = [RNNShapeCallback(**options)]
    data: Any = [{"x": x, "labels": y} for x, y in loader().dataset]
    arguments = TrainingArguments(
        tempfile.mkdtemp(), per_device_train_batch_size=8, num_train_epochs=2, report_to=[], use_cpu=True, disable_tqdm=True,
        save_strategy="no",
    )  # fmt: skip
    model = Classifier(right)
    try:
        Trainer(model, arguments, train_dataset=data, callbacks=callbacks).train()
    except Exception as error:
        return model, [type(error).__name__], callbacks
    return model, [("training", callback.report) for callback in callbacks], None


def ignite(right: bool, watched: bool = True, **options: Any) -> Ended:
    from ignite.engine import create_supervised_trainer

    model = Classifier(right)
    trainer = create_supervised_trainer(model, torch.optim.SGD(model.parameters(), 0.1), nn.functional.cross_entropy)
    handler: Any = None
    if watched:
        from rnnshape.integrations.ignite import RNNShapeHandler

        handler = RNNShapeHandler(model, **options)
        handler.attach(trainer)
    try:
        trainer.run(loader(), max_epochs=2)
    except Exception as error:
        return model, [type(error).__name__], handler
    return model, [("the run", handler.report)] if handler else [], None


def skorch(right: bool, watched: bool = True, **options: Any) -> Ended:
    from skorch import NeuralNetClassifier

    callbacks = []
    if watched:
        from rnnshape.integrations.skorch import RNNShapeCallback

        callbacks = [("rnnshape", RNNShapeCallback(**options))]
    net = NeuralNetClassifier(
        Classifier, module__right=right, criterion=nn.CrossEntropyLoss, max_epochs=2, batch_size=8, verbose=0,
        callbacks=callbacks, train_split=None,
    )  # fmt: skip
    x, y = loader().dataset.tensors  # type: ignore[attr-defined]
    try:
        net.fit(x, y)
    except Exception as error:
        return net.module_, [type(error).__name__], None
    return net.module_, [("training", dict(net.callbacks_)["rnnshape"].report_)] if watched else [], None


def main(name: str, options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    fits = {"transformers": transformers, "ignite": ignite, "skorch": skorch}
    if name in fits:
        logging.basicConfig(format="%(message)s")  # Lightning has a handler of its own
        model, stages, more = fits[name](**options)
    else:
        model, stages, more = lightning(name, **options)
    weights = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest()
    told = {
        stage: [report.counts, *(f"{f.code} {f.location.line if f.location else 0}" for f in report.findings)]
        for stage, report in (s for s in stages if isinstance(s, tuple))
    }
    left = [torch._C._len_torch_function_stack(), "__call__" in vars(nn.RNNBase)]
    raised = [s for s in stages if isinstance(s, str)]
    print(json.dumps({"told": told, "raised": raised, "left": left, "weights": weights, "random": torch.rand(()).item(),
                      "more": more if isinstance(more, list) and all(isinstance(m, str) for m in more) else None}))  # fmt: skip


def forked(name: str, job: dict[str, Any]) -> int:
    """Return the exit code of a fit in a process of its own."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for number, file in enumerate((os.devnull, job["out"], job["err"])):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), number)
    code = 1
    try:
        main(name, job["options"])
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    importlib.import_module(sys.argv[1])
    for line in iter(sys.stdin.readline, ""):
        print(forked(sys.argv[1], json.loads(line)), flush=True)
