"""RNS4xx: padding, packing and the order of samples."""

from __future__ import annotations

from rnnshape.catalogue.entry import Rule

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS401",
        "packed along another axis",
        "error",
        "pack_padded_sequence and pad_packed_sequence have a batch_first of their own, False by default, which is not "
        "that of the layer.",
        "pack_padded_sequence(x, lengths)                    # (batch, seq, feature)",
        "pack_padded_sequence(x, lengths, batch_first=True)",
    ),
    Rule(
        "RNS402",
        "samples in another order",
        "error",
        "The rows were sorted (by length, for packing), and meet targets or states that were not.",
        "lengths, order = lengths.sort(descending=True)\n...\nreturn fc(h_n[-1])",
        "return fc(h_n[-1])[order.argsort()]",
    ),
)
