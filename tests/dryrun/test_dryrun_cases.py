"""Every bug of tests/cases and its corrected twin in a dry run: the sizes are the real ones, and the bugs are found.

Every word that is said of them is in predicted.txt of the case.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import pathlib
import sys
import warnings
from typing import Any

import pytest
import torch

import rnnshape

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "oracle"))
from expected import Expected, prediction_text, sections
from forwards import layout_for, layouts_for, predicted_calls, real_calls
from test_cases import MISSES as MISSES_WITH_DATA
from test_cases import RESIZED
from thinned import NIGHTLY, every, thinned

FOLDERS = sorted(f.parent for f in (pathlib.Path(__file__).parents[1] / "cases").glob("*/case.json"))

MISSES = MISSES_WITH_DATA | {
    "planner-scores-the-lower-of-its-cells": "only an experiment tells that nothing reads a cell",
    "poem-judged-without-its-lines": "only an experiment tells that nothing reads a layer",
    "score-ends-as-the-cell-of-its-reader": "behind a product only an experiment tells a cell state from a hidden one",
    "trail-guide-points-from-its-first-state": "only an experiment tells that a cell never goes on from its own state",
    "replies-begun-without-what-was-asked": "only an experiment tells that nothing reads a layer",
    "rivers-read-anew-by-every-layer": "only an experiment tells that nothing reads a layer",
    "a2c-rollout-view": "a dim that is a product has no factors here, only its size",
    "flat-windows-viewed-with-steps-and-channels-exchanged": "a dim that is a product has no factors here, only its size",
    "chatbot-masknll-broadcast": "how many elements a mask selects depends on its values",
    "dkt-masked-select-orders": "how many elements a mask selects depends on its values",
    "qmix-stack-view": "what is gathered depends on the values of the index",
    "sat-images-not-sorted": "the loop runs for as long as the caption lengths say, which are values",
    "shuffled-inputs-not-labels": "the order of a random permutation is not known",
    "instance-standardise-over-batch": "an experiment finds it, which needs values",
    "packed-by-the-calls-at-each-minute": "lengths are values",
    "residues-read-backwards-weighed-by-contacts": "whether weights are the same from the end shows in values",
    "beds-filled-with-hours-of-the-next-monitor": "which steps were read shows in values",
    "best-melodies-take-layers-of-the-others": "what is the best so far shows in values",
    "readings-counted-down-the-patients": "which steps an index picks are values",
    "first-frames-of-a-pendulum-cut-off-the-swings": "a dry run keeps no graph that tells what is made of samples",
    "first-word-narrowed-off-the-poems": "a dry run keeps no graph that tells what is made of samples",
    "glucose-warm-up-cut-off-the-patients": "a dry run keeps no graph that tells what is made of samples",
    "highest-place-of-a-trail-behind-its-end": "where the padding is shows in values",
    "meals-of-a-week-added-where-there-are-none": "where the padding is shows in values",
    "tags-judged-where-no-word-stands": "where the padding is shows in values",
    "chunk-loss-over-padding": "where the padding is shows in values",
    "next-frames-recognised-in-padding-first-of-all": "where the padding is shows in values",
    "next-tracks-told-apart-in-the-padding": "where the padding is shows in values",
    "true-motions-judged-behind-their-ends": "where the padding is shows in values",
    "max-pool-sees-zero-filling": "where the padding is shows in values",
    "news-states-averaged-over-padding": "where the padding is shows in values",
    "next-word-loss-over-padding": "where the padding is shows in values",
    "pair-max-pool-of-unpacked-states": "where the padding is shows in values",
    "query-sum-divided-by-lengths": "where the padding is shows in values",
    "tagger-loss-counts-padding": "where the padding is shows in values",
    "title-mean-of-all-steps": "where the padding is shows in values",
    "topic-max-over-states-of-padding": "where the padding is shows in values",
    "track-error-over-padding": "where the padding is shows in values",
    "command-tagger-reverse-starts-in-padding": "where the padding is shows in values",
    "left-padded-indexed-by-length": "where the padding is shows in values",
    "review-state-behind-the-padding": "where the padding is shows in values",
    "unpacked-shorter-than-mask": "lengths that are computed from values are not known",
    "chances-of-moments-viewed-for-a-convolution": "an operation without a rule is in between, and experiments need values",
    "scaled-error-of-states-viewed-as-heads": "an operation without a rule is in between, and experiments need values",
    "bases-appended-from-the-last-to-the-first": "who reads from the end only an experiment tells, which needs values",
    "gestures-whose-second-pass-was-added-as-it-came": "who reads from the end only an experiment tells, which needs values",
    "tides-read-from-both-ends-and-never-turned": "who reads from the end only an experiment tells, which needs values",
    "speed-of-joints-viewed-for-a-convolution": "an operation without a rule is in between, and experiments need values",
    "river-gates-halved-along-the-gauges": "whether two matrices are copies of one shows in values",
    "churned-customers-picked-by-their-flags": "whether all numbers are 0 or 1 shows in values",
    "phones-laid-in-one-row-with-their-filling": "how many labels are no filling shows in values",
    "attention-reads-the-padding": "which weights fall on padding shows in values",
    "flip-padded-for-backward": "where the padding is shows in values",
    "penalty-adds-up-past-the-end": "where the padding is shows in values",
    "phonemes-without-their-logarithms": "whether scores are logarithms of probabilities shows in values",
    "divergence-of-all-visits-charged-to-each": "whether something is a mask shows in values",
    "smoothness-of-every-frame-summed-before-its-mask": "whether something is a mask shows in values",
    "hours-of-all-houses-share-one-attention": "whether something is a weight shows in values",
    "kaggle-attention-sum-over-batch": "whether something is a weight shows in values",
    "surprise-of-all-players-taken-from-each-move": "whether a sum is a number of flags shows in values",
    "pedestrian-decoder-at-the-same-state": "an experiment finds it, which needs values",
    "recipe-bridge-halves-of-stacked-layers": "an experiment finds it, which needs values",
    "recipe-decoder-hears-the-title-twice": "a dry run keeps no graph that tells which layers have a part in the output",
    "speech-state-twice-and-the-face-never": "a dry run keeps no graph that tells which layers have a part in the output",
    "two-way-reader-by-hand-joins-one-way-twice": "a dry run keeps no graph that tells which layers have a part in the output",
    "answer-copied-from-the-decoders-input": "whether targets are words of the input shows in values",
    "caption-scored-against-the-word-just-given": "whether targets are words of the input shows in values",
    "lines-of-verse-echoed-by-a-cell": "whether targets are words of the input shows in values",
    "recipe-decoder-says-what-it-is-told": "whether targets are words of the input shows in values",
    "letters-guessed-from-the-sum-of-directions": "whether targets are words of the input shows in values",
    "rhymes-said-by-both-directions": "whether targets are words of the input shows in values",
    "boilers-attend-to-the-minute-they-foretell": "whether targets are numbers of the input shows in values",
    "clouds-of-the-next-picture-painted-from-both-sides": "whether targets are numbers of the input shows in values",
    "snow-of-the-next-day-within-the-window": "whether targets are numbers of the input shows in values",
    "tides-of-the-next-hour-read-from-both-ends": "whether targets are numbers of the input shows in values",
    "copied-weights-overwrite-one-another": "whether a word stands in a text twice shows in values",
    "stroke-cells-fed-once-for-each-drawing": "what depends on the number of samples shows an experiment",
    "word-vectors-summed-then-shared-among-the-texts": "what depends on the number of samples shows an experiment",
    "last-reading-looked-up-by-the-number-of-meters": "what depends on the number of samples shows an experiment",
    "attention-without-mask": "which weights fall on padding shows in values",
    "attention-given-the-turned-float-mask": "what a mask leaves out shows in values",
    "melody-attends-to-what-is-not-yet-played": "what a mask leaves out shows in values",
    "parcels-wait-for-those-behind-them": "what a mask leaves out shows in values",
    "slides-told-from-the-first-look": "whether states are the same shows in values",
    "tides-with-an-empty-memory-at-each-hour": "whether states are the same shows in values",
    "patients-h-set-to-zeros-before-every-visit": "whether states are the same shows in values",
    "words-of-a-tale-judged-by-those-before": "whether targets are words of the input shows in values",
    "encoder-block-hides-the-past": "what a mask leaves out shows in values",
    "codes-of-a-lock-seen-too-early": "what a mask leaves out shows in values",
    "moves-of-a-game-by-hand-see-the-next": "what a mask leaves out shows in values",
    "prices-whose-past-weighs-a-little-more": "what a mask leaves out shows in values",
    "by-hand-causal-mask-hides-the-past": "what a mask leaves out shows in values",
    "causal-mask-hides-the-past": "what a mask leaves out shows in values",
    "key-mask-laid-along-the-queries": "which weights fall on padding shows in values",
    "mha-key-padding-mask-true-where-real": "what a mask leaves out shows in values",
    "mha-mask-from-lengths-inverted": "what a mask leaves out shows in values",
    "scores-filled-where-the-words-are": "what a mask leaves out shows in values",
    "sdpa-mask-true-where-padding": "what a mask leaves out shows in values",
    "float-bias-where-the-words-are": "what a mask leaves out shows in values",
    "float-mask-argument-as-key-padding-mask": "what a mask leaves out shows in values",
    "mask-of-ids-that-nobody-called-padding": "what a mask leaves out shows in values",
    "cell-mask-of-steps-inverted": "what a mask leaves out shows in values",
    "lstm-cell-rows-written-where-padding-is": "what a mask leaves out shows in values",
    "lerp-towards-the-state-of-the-padding": "what a mask leaves out shows in values",
    "learned-query-reads-the-padding-only": "what a mask leaves out shows in values",
    "packed-to-a-total-length-mask-inverted": "what a mask leaves out shows in values",
    "hand-made-mask-on-the-rows-of-the-scores": "which weights fall on padding shows in values",
    "added-mask-on-the-rows-of-the-scores": "which weights fall on padding shows in values",
    "beam-states-picked-without-their-samples-offset": "which rows are picked depends on the values of the index",
    "second-hop-at-the-first-texts-best-sentence": "what is picked depends on the values of the index",
    "melody-goes-on-from-the-bar-of-one-song": "what is picked depends on the values of the index",
    "glimpse-drawn-for-one-film-and-seen-in-all": "what is picked depends on the values of the index",
    "tool-that-the-first-robot-chose": "what is picked depends on the values of the index",
    "beam-state-repeat-tokens-interleave": "to which sample a token belongs depends on values",
    "autoencoder-target-flip-batch": "experiments alone find it, and they take values",
    "copy-attention-viewed": "experiments alone find it, and they take values",
    "drqn-strided-last-step": "experiments alone find it, and they take values",
    "flat-index-last-relevant": "experiments alone find it, and they take values",
    "flip-both-axes-handmade-birnn": "experiments alone find it, and they take values",
    "rsl-rl-dones-as-index": "experiments alone find it, and they take values",
    "social-rel-to-abs-cumsum": "experiments alone find it, and they take values",
    "velocity-difference-over-batch": "experiments alone find it, and they take values",
    "neighbours-to-the-right-of-another-word": "that two texts have the same words shows in values",
    "memory-wiped-where-the-flags-point": "that an index is of flags shows in values",
    "cell-state-reset-by-ints-of-the-samples": "that an index is of flags shows in values",
    "variance-of-every-step-for-one-mean": "gaussian_nll_loss looks at the values of the variance first",
    "rollout-log-probabilities-and-advantages": "which action was taken is not known, so what gather returns is not either",
}
"""Bugs that are not found: those that are not with data, and those that take values."""

STOPS = {
    "chatbot-masknll-broadcast", "dkt-masked-select-orders", "review-state-behind-the-padding", "sat-images-not-sorted",
    "unpacked-shorter-than-mask", "packed-by-the-calls-at-each-minute", "added-mask-on-the-rows-of-the-scores",
    "variance-of-every-step-for-one-mean",
}  # fmt: skip
"""Twins whose sizes depend on values."""


def load(path: pathlib.Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"dry_{path.parent.name}_{path.stem}".replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def axes_of(case: Any, model: Any, inputs: Any) -> Any:
    axes = case.INPUT_AXES
    names = inspect.signature(model.forward).parameters
    return [axes.get(name) for name in names][: len(inputs)] if isinstance(axes, dict) else axes


def made(path: pathlib.Path, sizes: dict[str, int] | None = None) -> tuple[Any, Any, Any]:
    case = load(path)
    torch.manual_seed(1)
    accepted = inspect.signature(case.make_inputs).parameters
    return case, case.make_model(), case.make_inputs(**{k: v for k, v in (sizes or {}).items() if k in accepted})


def predicted(path: pathlib.Path, sizes: dict[str, int] | None = None, train: bool = True) -> rnnshape.ModelPrediction:
    case, model, inputs = made(path, sizes)
    extra = {}
    if hasattr(case, "loss_fn") and hasattr(case, "make_target") and not sizes:
        target = case.make_target()
        given = getattr(case, "TARGET_AXES", None)
        described = layouts_for((target,), given)[0] if isinstance(target, torch.Tensor) else layout_for(target, given)
        if isinstance(described, str) and ": [" in described:  # of a target only the sizes are known
            described = f"{described.split(':')[0]}: {str(target.dtype).removeprefix('torch.')}"
        extra = {"target": described, "loss": case.loss_fn}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of the models' own code
        return rnnshape.predict(model.train(train), *layouts_for(tuple(inputs), axes_of(case, model, inputs)), **extra)


def wrong(prediction: rnnshape.ModelPrediction) -> list[Any]:
    return [f for f in prediction.findings if f.severity in ("error", "warning")]


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda f: f.name)
def folder(request: pytest.FixtureRequest) -> pathlib.Path:
    return request.param


@pytest.fixture(scope="module")
def buggy(folder: pathlib.Path) -> rnnshape.ModelPrediction:
    return predicted(folder / "buggy.py")


@pytest.fixture(scope="module")
def fixed(folder: pathlib.Path) -> rnnshape.ModelPrediction:
    return predicted(folder / "fixed.py")


def test_the_bug_is_found(folder: pathlib.Path, buggy: rnnshape.ModelPrediction) -> None:
    case = json.loads((folder / "case.json").read_text())
    found = [f for f in wrong(buggy) if f.code != "RNS000"]
    hit = any(f.code[3] in "".join(case["expected_families"]).replace("RNS", "") for f in found)
    if folder.name in MISSES and not hit:
        pytest.xfail(MISSES[folder.name])
    assert hit == (folder.name not in MISSES), found


def test_the_corrected_twin_has_no_finding_and_its_real_sizes(folder: pathlib.Path, fixed: rnnshape.ModelPrediction) -> None:
    assert wrong(fixed) == []
    assert not [u for u in fixed.unfollowed if "made a mistake" in u], fixed.unfollowed
    assert bool(fixed.stopped) == (folder.name in STOPS), fixed.stopped
    _, model, inputs = made(folder / "fixed.py")
    if not fixed.stopped:
        assert predicted_calls(fixed) == real_calls(model, *inputs)


def test_every_word_is_expected(
    folder: pathlib.Path, buggy: rnnshape.ModelPrediction, fixed: rnnshape.ModelPrediction, expected: Expected
) -> None:
    said = {"buggy.py": prediction_text(buggy, folder), "fixed.py": prediction_text(fixed, folder)}
    expected(folder / "predicted.txt", sections(said))


def test_no_words_are_expected_of_a_case_that_is_gone(expected: Expected) -> None:
    expected.no_others(FOLDERS[0].parent.glob("*/predicted.txt"), [folder / "predicted.txt" for folder in FOLDERS])


WAYS = {
    "a batch of one, train": ({"batch": 1}, True),
    "as many samples as steps, eval": ({"batch": 6, "seq": 6}, False),
    "a batch of one, eval": ({"batch": 1}, False),
    "as many samples as steps, train": ({"batch": 6, "seq": 6}, True),
}


@pytest.mark.parametrize(
    ("folder", "way"), thinned(FOLDERS if NIGHTLY else every(2, RESIZED), WAYS), ids=lambda given: getattr(given, "name", given)
)
def test_sizes_are_the_real_ones(folder: pathlib.Path, way: str) -> None:
    """Twins that take other sizes, half of them in eval mode; with their own sizes, in training, all are tested above."""
    sizes, train = WAYS[way]
    prediction = predicted(folder / "fixed.py", sizes, train)
    _, model, inputs = made(folder / "fixed.py", sizes)
    raised = None
    try:
        real = real_calls(model.train(train), *inputs)
    except Exception as error:
        raised, real = error, []
    if raised is not None:
        assert [f.code for f in wrong(prediction)], f"the real model raised {raised}"
    elif not prediction.stopped:
        assert predicted_calls(prediction) == real
