"""RNS4xx: padding, packing and the order of samples."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule

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
    Rule(
        "RNS403",
        "lengths of other samples",
        "error",
        "Samples are packed with the lengths of others: the samples were sorted and the lengths were not, or the other "
        "way round. "
        "Long samples are cut off and short ones keep padding.",
        "_, order = lengths.sort(descending=True)\npack_padded_sequence(x[order], lengths, enforce_sorted=False)",
        "pack_padded_sequence(x, lengths, enforce_sorted=False)",
    ),
    Rule(
        "RNS404",
        "padding averaged in",
        "warning",
        "A mean over the steps of a padded output divides by the longest length and counts what stands in the padding: "
        "a sample's "
        "answer depends on the other samples of its batch.",
        "out.mean(1)                      # out from pad_packed_sequence",
        "out.sum(1) / lengths[:, None]    # padding of pad_packed_sequence is zero",
    ),
    Rule(
        "RNS405",
        "padding picked or weighed",
        "info",
        "A maximum over the steps that picks the zeros behind a shorter sample, or attention whose weights fall on them: a "
        "sample's answer depends on how long the others of its batch are. The numbers of the run have shown it; a mask, "
        "however it is applied, ends it.",
        "weights = scores.softmax(1)",
        "weights = scores.masked_fill(padding, float('-inf')).softmax(1)",
    ),
    Rule(
        "RNS406",
        "lengths that are not sorted",
        "error",
        "pack_padded_sequence wants the longest sample first, unless enforce_sorted=False lets it sort, and put back, itself.",
        "pack_padded_sequence(x, lengths)",
        "pack_padded_sequence(x, lengths, enforce_sorted=False)",
    ),
)
