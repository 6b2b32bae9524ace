"""Training scripts as learners write them, nobody naming an axis: as they are, and with the bug that is in each."""

from __future__ import annotations

import pathlib
import sys

import pytest
import torch

import rnnshape as rs

SCRIPTS = sorted((pathlib.Path(__file__).parent / "scripts").glob("*.py"))

TOLD = {
    "actor_critic": {"RNS205"},
    "anglers_paid_for_what_comes": {"RNS250"},
    "answers_copied_out_of_a_text": {"RNS206"},
    "ants_behind_one_another": {"RNS203"},
    "autoencoder_repeats": {"RNS203"},
    "bakeries_held_against_every_day": {"RNS504"},
    "birds_in_two_orders": {"RNS234"},
    "bones_side_by_side": {"RNS209"},
    "buoys_cut_into_columns": {"RNS209"},
    "calls_of_whales_merged": {"RNS237"},
    "chapters_from_anywhere": {"RNS201"},
    "couriers_choose_the_next_stop": {"RNS230"},
    "demand_two_directions": {"RNS305"},
    "dishes_guessed_by_beams": {"RNS501"},
    "drills_shuffled_like_cards": {"RNS203"},
    "entities_packed": {"RNS502"},
    "gaits_convolved": {"RNS209"},
    "gestures_in_windows": {"RNS209"},
    "gestures_packed": {"RNS203"},
    "geysers_forecast_into_the_front": {"RNS317"},
    "guests_weighed_by_their_stars": {"RNS206"},
    "heartbeats_drawn_by_numpy": {"RNS201"},
    "hives_weighed_each_hour": {"RNS511"},
    "hours_ahead": {"RNS504"},
    "kilns_in_one_buffer": {"RNS316"},
    "lakes_by_layers_of_ones_own": {"RNS201"},
    "letters_from_chunks": {"RNS502"},
    "letters_language_model": {"RNS502"},
    "letters_to_the_editor_read_together": {"RNS220"},
    "lifts_played_again": {"RNS203"},
    "looms_in_columns": {"RNS201"},
    "melodies_in_pieces": {"RNS201"},
    "orders_walked_across_the_shops": {"RNS201"},
    "phones_walked_across": {"RNS502"},
    "poems_with_a_mask_of_ones": {"RNS235"},
    "prescriptions_as_lists": {"RNS402"},
    "prices_windows": {"RNS504"},
    "quakes_levelled": {"RNS241"},
    "replies_word_by_word": {"RNS201", "RNS501", "RNS502"},
    "reservoirs_of_tomorrow": {"RNS511"},
    "reviews_sorted_inside": {"RNS402"},
    "reviews_time_first": {"RNS301", "RNS408", "RNS502"},
    "sensors_viewed": {"RNS201"},
    "shelves_searched": {"RNS248"},
    "strides_levelled_by_the_batch": {"RNS241"},
    "strokes_reversed": {"RNS501"},
    "surnames_by_hand": {"RNS203"},
    "tides_in_one_batch": {"RNS504"},
    "titles_packed_in_a_square": {"RNS401"},
    "translation_of_slices": {"RNS220"},
    "translation_with_attention": {"RNS206"},
    "trips_in_dataclasses": {"RNS402"},
    "valves_shuffled_by_epoch": {"RNS201"},
    "verses_begun_and_never_read_on": {"RNS311"},
    "voices_out_of_a_hall": {"RNS209"},
    "walks_reset_by_flags": {"RNS501"},
    "waves_cell_by_cell": {"RNS203", "RNS502"},
    "wells_carried": {"RNS301", "RNS502"},
}
"""What is told of each where it is broken."""


def ran(path: pathlib.Path, broken: bool, capsys: pytest.CaptureFixture[str]) -> tuple[rs.Report, str]:
    """Run a script under a watch of the process, as `rnnshape run` does; its loss may be broken off by an exception."""
    source = path.read_text()
    assert source.count("BROKEN = False") == 1
    code = compile(source.replace("BROKEN = False", f"BROKEN = {broken}"), str(path), "exec")
    torch.manual_seed(0)
    with rs.watch(track=3, on="record") as report:
        exec(code, {"__name__": "__main__", "__file__": str(path)})
    assert not [what for what in report.unfollowed if "mistake" in what], report.unfollowed
    return report, capsys.readouterr().out


def codes(report: rs.Report) -> set[str]:
    return {f.code for f in report.findings if f.severity in ("error", "warning")}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_correct_script_is_not_blamed(path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, _ = ran(path, False, capsys)
    assert codes(report) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_its_bug_is_told(path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, _ = ran(path, True, capsys)
    assert codes(report) == TOLD[path.stem]


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))
