"""Forecast a time series with Lightning: a DataModule of windows, a GRU, and the point after the window.

The series is a sum of two sines and a little noise. Needs lightning: pip install lightning

What it shows:

- windows (batch, seq, 1) and targets (batch,) of a DataModule, in fit and in validation;
- the last state of the top layer, (batch, hidden), and a head whose last axis of size 1 is squeezed away before the loss;
- a plain Trainer: ``rnnshape run`` watches what it calls. In code, ``rnnshape.integrations.lightning.RNNShapeCallback`` does.

How to run it:

    python examples/lightning_forecast.py
    rnnshape run examples/lightning_forecast.py
    rnnshape run examples/lightning_forecast.py --break
"""

import argparse
import logging
import warnings

import lightning.pytorch as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

POINTS = 600


def make_series(generator):
    """Return two sines and noise, (POINTS,)."""
    time = torch.arange(POINTS) * 0.2
    return torch.sin(time) + 0.5 * torch.sin(2.3 * time) + 0.05 * torch.randn(POINTS, generator=generator)


class Windows(pl.LightningDataModule):
    """Windows of one series: the first three quarters to train on, the rest to validate."""

    def __init__(self, series, options):
        super().__init__()
        windows = series.unfold(0, options.window + 1, 1)
        # x (number, window, 1) and the point that follows, y (number,)
        x, y = windows[:, :-1].unsqueeze(2), windows[:, -1]
        cut = 3 * len(x) // 4
        # a window behind the cut shares no point with those before it
        gap = cut + options.window
        self.parts = TensorDataset(x[:cut], y[:cut]), TensorDataset(x[gap:], y[gap:])
        self.batch = options.batch

    def train_dataloader(self):
        return DataLoader(self.parts[0], self.batch, shuffle=True)

    def val_dataloader(self):
        return DataLoader(self.parts[1], self.batch)


class Forecast(pl.LightningModule):
    """A GRU over the window, and a Linear on its last state."""

    def __init__(self, hidden=32, broken=False):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 1)
        self.broken = broken
        self.losses, self.validated = [], []

    def forward(self, x):
        """Map windows (batch, seq, 1) to forecasts (batch,)."""
        _, h_n = self.gru(x)
        if self.broken:
            return self.fc(h_n[-1])  # the bug: (batch, 1), which less the targets (batch,) is (batch, batch)
        return self.fc(h_n[-1]).squeeze(1)

    def training_step(self, batch, number):
        x, y = batch
        loss = (self(x) - y).square().mean()
        self.losses.append(loss.item())
        return loss

    def validation_step(self, batch, number):
        x, y = batch
        self.validated.append((self(x).flatten() - y).square().mean().item())

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.01)


def quiet_trainer(steps):
    """Return a Trainer on the CPU that writes nothing to the disk and says nothing."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    # a series in memory needs no more workers; the other is between Lightning and torch
    warnings.filterwarnings("ignore", message=".*num_workers.*|.*LeafSpec.*")
    return pl.Trainer(
        accelerator="cpu",
        max_steps=steps,
        max_epochs=-1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train a GRU with Lightning to forecast the next point of a series.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=200, help="batches to train on")
    parser.add_argument("--batch", type=int, default=32, help="windows in a batch")
    parser.add_argument("--window", type=int, default=24, help="points that a forecast is made from")
    parser.add_argument("--seed", type=int, default=0, help="of the noise, the shuffling and the initial weights")
    parser.add_argument("--break", dest="broken", action="store_true", help="do not squeeze the forecasts before the loss")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    windows = Windows(make_series(torch.Generator().manual_seed(options.seed)), options)
    model = Forecast(broken=options.broken)
    trainer = quiet_trainer(options.steps)
    trainer.fit(model, windows)
    model.validated.clear()
    trainer.validate(model, windows, verbose=False)
    error = sum(model.validated) / len(model.validated)
    _, y = windows.parts[1].tensors
    print(f"loss        {model.losses[0]:.4f} -> {model.losses[-1]:.4f}")
    print(f"validation  {error:.4f}; always the mean {y.var().item():.4f}")


if __name__ == "__main__":
    main()
