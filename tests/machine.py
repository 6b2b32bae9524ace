"""What torch can do on the machine at hand: what it cannot do by itself is nothing to test rnnshape with."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["CASTS_LSTM", "NO_CAST"]

NO_CAST = "torch itself has no LSTM under autocast on this CPU"


def _casts() -> bool:
    """Tell whether an LSTM runs under autocast to bfloat16, of which oneDNN has none for some CPUs."""
    try:
        with torch.autocast("cpu", torch.bfloat16), torch.random.fork_rng():
            nn.LSTM(4, 8)(torch.zeros(9, 6, 4))
    except RuntimeError:
        return False
    return True


CASTS_LSTM = _casts()
