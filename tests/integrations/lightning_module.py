"""A module and its data for Lightning, of whichever of its two packages is there first."""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch import nn

if "lightning.pytorch" in sys.modules:
    import lightning.pytorch as pl
else:
    import pytorch_lightning as pl

from fits import loader


class DataModule(pl.LightningDataModule):
    def train_dataloader(self) -> Any:
        return loader()

    def val_dataloader(self) -> Any:
        return loader(16)

    test_dataloader = val_dataloader


class Module(pl.LightningModule):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def training_step(self, batch: Any, _: int) -> torch.Tensor:
        x, y = batch
        return nn.functional.cross_entropy(self.model(x), y)

    def validation_step(self, batch: Any, _: int) -> None:
        self.training_step(batch, 0)

    test_step = validation_step

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), 0.1)
