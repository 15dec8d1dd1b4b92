"""The configuration that is recommended, and when none is."""

import math
import tomllib
from typing import Any

import pytest

from adapters.compare.comparison import Compared, hold
from adapters.compare.diagnosis import diagnose
from adapters.compare.loss_curve import LossCurve
from adapters.compare.recommendation import Recommendation, recommend
from adapters.train.plan_reading import read_table
from tests.adapters.compare.compared import compared, divergence, record, scores

NOTE_1B, NOTE_27B = record(1e-5, 500, 4), record(5e-6, 400, 1)
ALL_BUT_TEN = range(10, 26)


def ask(*adapters: Compared) -> Recommendation:
    held = hold(adapters)
    return recommend(held, diagnose(held))


def table(*adapters: Compared) -> dict[str, Any]:
    """The recommended file, as adapters.train reads it."""
    found = tomllib.loads(ask(*adapters).toml)
    faults: list[str] = []
    read_table(found, "recommended", faults)
    assert faults == []
    return found


def test_where_nothing_is_wrong_nothing_is_changed_and_what_was_not_measured_is_named() -> None:
    found = ask(compared("mild"))
    assert found.settings == () and found.adapter is None
    assert "no change is recommended" in found.text and "no --model that they fit was given" in found.text


def test_the_notes_broken_configuration_becomes_its_recommended_one() -> None:
    hot = compared("1B", training=NOTE_1B, layers=ALL_BUT_TEN, divergence=divergence(3.0))
    found = table(hot)
    assert (found["learning-rate"], found["layers"], found["batch-size"]) == (5e-6, "8", 1)
    assert (found["rank"], found["scale"], found["targets"]) == (8, 20, ["self_attn.q_proj"])


def test_a_healthy_adapter_beside_it_gives_its_rate_and_steps() -> None:
    hot = compared("1B", training=NOTE_1B, layers=ALL_BUT_TEN, scores=scores(1.0, flagged=5))
    healthy = compared("27B", training=record(4e-6, 400, 1), relative=0.01, scores=scores(11.0))
    found = table(hot, healthy)
    assert (found["learning-rate"], found["steps"]) == (4e-6, 400)


def test_an_update_that_outweighs_the_base_lowers_the_rate_by_as_much() -> None:
    assert table(compared("x", training=NOTE_1B, relative=10.0))["learning-rate"] == 1e-6


def test_a_flat_gain_shortens_the_training_and_changes_nothing_else() -> None:
    flat = LossCurve(training=tuple((step, 1 + 2 * math.exp(-step / 20)) for step in range(1, 201)), validation=())
    found = table(compared("x", training=record(1e-5, 200, 4), layers=ALL_BUT_TEN, curve=flat))
    assert found["steps"] < 100
    assert (found["learning-rate"], found["layers"], found["batch-size"]) == (1e-5, "16", 4)


def test_a_loss_that_did_not_move_doubles_the_rate() -> None:
    unmoved = LossCurve(training=tuple((step, 2.0) for step in range(1, 201)), validation=())
    assert table(compared("x", training=record(1e-6, 200, 1), curve=unmoved))["learning-rate"] == 2e-6


def test_without_a_record_the_notes_rate_is_taken_and_no_steps_invented() -> None:
    found = table(compared("x", divergence=divergence(3.0), base_layers=None, layers=ALL_BUT_TEN))
    assert found["learning-rate"] == 5e-6 and "steps" not in found
    assert found["layers"] == "8"


@pytest.mark.parametrize("name", ["a # b", 'quo"te', "back\\slash", "ünï"])
def test_names_in_reasons_do_not_break_the_file(name: str) -> None:
    hot = compared("1B", training=NOTE_1B, layers=ALL_BUT_TEN, divergence=divergence(3.0))
    assert table(hot, compared(name, training=NOTE_27B, relative=0.01))["learning-rate"] == 5e-6
