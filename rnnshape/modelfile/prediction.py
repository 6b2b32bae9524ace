"""`predict_file`: a model in a file, answered without torch."""

from __future__ import annotations

import os
from collections.abc import Iterable

from rnnshape.calculator.model import ModelPrediction
from rnnshape.modelfile.description import described
from rnnshape.modelfile.reading import read
from rnnshape.modelfile.walk import walked

__all__ = ["predict_file"]


def predict_file(path: str | os.PathLike[str], *, ignore: Iterable[str] = ()) -> ModelPrediction:
    """Predict every tensor of a model that a TOML or JSON file describes, without torch.

    The file has an ``[input]`` with its layout, and a ``[[layer]]`` table for each layer in order; `json_schema` documents it.
    Sizes may be numbers or symbols. Mistakes of layout are findings with the file's line.

    Args:
        path: of a ``.toml`` or ``.json`` file of at most 256 KiB.
        ignore: codes of rules that are not reported.

    Raises:
        SpecError: where the file cannot be read as a model's description. Each mistake has a line, ``file:line: ...``.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp(), "tagger.toml")
    >>> _ = file.write_text('''
    ... [input]
    ... layout = "batch seq feature=10"
    ...
    ... [[layer]]
    ... type = "GRU"
    ... input_size = 10
    ... hidden_size = 16
    ... batch_first = true
    ... bidirectional = true
    ... ''')
    >>> print(predict_file(file)["gru"].layout("output"))
    batch seq (directions=2 hidden=16)
    """
    document = read(path)
    return walked(document, described(document), ignore).prediction()
