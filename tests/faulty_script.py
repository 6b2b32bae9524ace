"""The script of `faults`, which `rnnshape.run` runs: it trains the model that is at hand."""

from faults import Script

Script.body()
