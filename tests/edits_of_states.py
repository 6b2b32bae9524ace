"""What a reader writes for suggestions about states of cells and the order of steps, in the programs of the cases."""

from __future__ import annotations

__all__ = ["OF_STATES"]

OF_STATES: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("h-of-the-encoder-given-twice", "RNS309"): (("h.contiguous(), h.contiguous()", "h.contiguous(), c.contiguous()"),),
    ("cell-state-unpacked-first", "RNS309"): (("c, h = self.cell", "h, c = self.cell"),),
    ("cells-wrapped-return-c-first", "RNS309"): (("new.append((c, h))", "new.append((h, c))"),),
    ("decoder-cell-begins-with-c-first", "RNS309"): (("        h, c = c, h\n", ""),),
    ("head-reads-the-cell-state", "RNS310"): (("self.fc(c)", "self.fc(h)"),),
    ("second-cell-reads-the-first-cell-state", "RNS310"): (("self.second(a[1], b)", "self.second(a[0], b)"),),
    ("last-of-the-state-tuple", "RNS310"): (("h[-1][0], h[-1][1]", "h[0][0], h[0][1]"),),
    ("gru-begins-with-a-cell-state", "RNS310"): (("_, (_, h) =", "_, (h, _) ="),),
    ("states-inserted-in-front", "RNS311"): (("states.insert(0, state[0])", "states.append(state[0])"),),
    ("first-of-the-states-of-a-loop", "RNS311"): (("torch.stack(states)[0]", "torch.stack(states)[-1]"),),
    ("encoder-block-hides-the-past", "RNS223"): (("src_mask=mask", "src_mask=mask.transpose(-2, -1)"),),
    ("backward-cell-appends-its-states", "RNS312"): (("torch.stack(right, 1)]", "torch.stack(right, 1).flip(1)]"),),
    ("newest-state-in-front-read-by-the-next-layer", "RNS312"): (("[h[:, None], history]", "[history, h[:, None]]"),),
    ("number-plates-swept-from-the-right-and-left-so", "RNS312"): (
        ("self.to_left(mirrored)[0]]", "self.to_left(mirrored)[0].flip(0)]"),
    ),
    ("whale-calls-heard-from-both-ends-and-stacked", "RNS312"): (("sigmoid(backwards)", "sigmoid(backwards.flip(1))"),),
    ("states-concatenated-in-front", "RNS311"): (("[h[None], seen]", "[seen, h[None]]"),),
    ("decoder-begins-with-the-last-step-of-both", "RNS302"): (
        ("self.init(states[:, -1])", "self.init(torch.cat([h_n[0], h_n[1]], 1))"),
    ),
    ("classifier-beside-attention-takes-the-last-step", "RNS302"): (
        ("self.intent(output[-1])", "self.intent(h_n.transpose(0, 1).flatten(1))"),
    ),
    ("one-direction-of-a-dialogue-twice", "RNS304"): (("h_n[0])", "h_n[-1])"),),
    ("forward-rows-of-both-floors", "RNS304"): (("ends[0], ends[2]", "ends[2], ends[3]"),),
    ("decoder-begins-with-the-reverse-direction", "RNS304"): (("h_n[-1:]", "h_n.sum(0, keepdim=True)"),),
    ("first-layer-beside-a-tagger", "RNS305"): (("h_n[0]", "h_n[-1]"),),
    ("decoder-begins-with-the-first-layer", "RNS305"): (
        ("(h[:1].contiguous(), c[:1].contiguous())", "(h[-1:].contiguous(), c[-1:].contiguous())"),
    ),
    ("reverse-direction-beside-a-language-model", "RNS304"): (("h[-1]", "(h[-1] + h[-2])"),),
    ("first-step-of-a-one-way-layer", "RNS302"): (("output[:, 0]", "output[:, -1]"),),
    ("first-step-by-select", "RNS302"): (("select(0, 0)", "select(0, -1)"),),
    ("first-step-repeated-into-a-decoder", "RNS302"): (("[0][:1]", "[0][-1:]"),),
    ("decoder-begins-with-the-mean-of-the-batch", "RNS501"): (
        ("output.mean(1, keepdim=True)[-1:].repeat(1, y.size(1), 1)", "output[-1:]"),
    ),
    ("cell-goes-on-from-the-mean-of-the-batch", "RNS501"): (
        ("h.detach().mean(0, keepdim=True).expand(tokens.size(0), -1)", "h.detach()"),
    ),
    ("cell-by-hand-concatenates-the-mean-of-the-batch", "RNS501"): (
        ("h = h.mean(0, keepdim=True).expand(x.size(0), -1)", "h = h.detach()"),
    ),
    ("cell-starts-from-the-sum-of-samples", "RNS501"): (("h = h[-1].sum(0).expand(x.size(0), -1)", "h = h.sum(0)"),),
    ("pieces-go-on-from-a-mean-of-samples", "RNS501"): (("h.mean(1, keepdim=True).repeat(1, len(x), 1)", "h.detach()"),),
    ("second-reader-starts-from-a-mean-of-samples", "RNS501"): (("h.mean((0, 1), keepdim=True)", "h.mean(0, keepdim=True)"),),
    ("RNS310", "RNS310"): (("_, state = self.rnn(x)", "_, (state, _) = self.rnn(x)"), ("state[-1][-1]", "state[-1]")),
    ("RNS311", "RNS311"): (("states.insert(0, h)", "states.append(h)"),),
}
"""Old text, which stands there once, and new, for the code of a finding in a program."""
