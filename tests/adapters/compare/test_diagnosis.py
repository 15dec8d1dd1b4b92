"""What is said of adapters, and on which numbers."""

import math

import pytest

from adapters.compare.comparison import Compared, hold
from adapters.compare.diagnosis import diagnose
from adapters.compare.loss_curve import LossCurve
from adapters.compare.pressure import find_ratio
from adapters.compare.rules import RULES, Finding
from tests.adapters.compare.compared import compared, divergence, record, scores

NOTE_1B, NOTE_27B = record(1e-5, 500, 4), record(5e-6, 400, 1)
FLAT = LossCurve(training=tuple((step, 1 + 2 * math.exp(-step / 20)) for step in range(1, 201)), validation=())


def said(*adapters: Compared) -> dict[str, str]:
    """Sentences by rule; of several with one rule, the last."""
    return {finding.rule: finding.text for finding in diagnose(adapters)}


def warnings(one: Compared) -> set[str]:
    return {finding.rule for finding in diagnose([one]) if finding.weight == "warning"}


def test_of_a_healthy_adapter_no_warning_is_given() -> None:
    assert warnings(compared("mild", training=NOTE_27B, divergence=divergence(0.05))) == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"relative": 1.5}, {"outweighs-base", "large-as-base"}),
        ({"divergence": divergence(1.2)}, {"far-from-base"}),
        ({"divergence": divergence(0.3, changed=0.6)}, {"most-tokens-changed"}),
        ({"divergence": divergence(0.3, entropy=(2.0, 0.5))}, {"narrowed"}),
        ({"divergence": divergence(0.3, entropy=(0.2, 0.01))}, set()),  # a base that is sure of itself
        ({"divergence": divergence(0.3, entropy=(0.5, 2.0))}, {"vaguer"}),
        ({"breaks": True}, {"not-finite"}),
        ({"curve": FLAT}, {"loss-flat"}),
        ({"scores": scores(4.0, flagged=3)}, {"scored-below-base"}),
        ({"scores": scores(6.0)}, set()),
        ({"scores": scores(6.0, is_own=False)}, {"scores-of-others"}),
        ({"scores": scores(1.0, base=None)}, set()),
    ],
)
def test_warnings_stand_on_their_numbers(changes: dict[str, object], expected: set[str]) -> None:
    assert warnings(compared("x", **changes)) == expected  # type: ignore[arg-type]


def test_the_notes_two_configurations_are_told_apart_in_its_own_numbers() -> None:
    mild = compared("27B", training=NOTE_27B, relative=0.02, layers=range(46, 62), base_layers=62)
    hot = compared("1B", training=NOTE_1B, relative=0.096, layers=range(10, 26), base_layers=26, curve=FLAT)
    sentences = said(*hold([mild, hot]))
    assert sentences["update-norm"] == "it has 4.8 times the update norm of 27B on 2.4 times the layers"
    settings = "2 times the learning rate, 1.25 times the iterations and 4 times the batch of 27B: 5 times the rows seen"
    assert sentences["settings"] == f"it was set to {settings}"
    assert sentences["explained"].endswith("4.8 times was measured: rows seen explain that")
    assert "rate, steps and scale foretell 2.5 times" in sentences["explained"]
    assert sentences["loss-flat"].startswith("the gain in loss was flat after step")


def test_numbers_that_do_not_explain_the_update_are_said_not_to() -> None:
    hot, mild = compared("hot", training=NOTE_1B, relative=0.9), compared("mild", training=NOTE_27B, relative=0.01)
    assert said(*hold([mild, hot]))["explained"].endswith(
        "90 times was measured: what was set does not explain that within a factor of 1.5"
    )


def test_without_records_nothing_is_explained_and_nothing_invented() -> None:
    sentences = said(*hold([compared("a"), compared("b", relative=0.1)]))
    assert "cannot be told" in sentences["explained"]
    assert sentences["no-record"].startswith("its files say nothing")
    assert "settings" not in sentences


def test_the_same_weights_under_two_names_are_said_to_be_the_same() -> None:
    one, other = hold([compared("a"), compared("b", digest="sha256:a")])
    assert said(one, other)["same-weights"].startswith("it is the same adapter as a")


def test_sizes_that_are_about_the_same_are_not_held_against_scores() -> None:
    trio = [("mild", 0.10, -5.0), ("near", 0.11, -3.0), ("hot", 0.20, -9.0)]
    adapters = [compared(name, relative=size, scores=scores(mean)) for name, size, mean in trio]
    assert said(*hold(adapters))["scores-by-size"].startswith(
        "of the 2 pairs whose update norms differ by 1.25 times or more, 2 have the lower"
    )
    assert said(*hold(adapters[:2]))["scores-by-size"].startswith("no update is 1.25 times as large as another")


def test_scores_do_or_do_not_fit_the_size_of_the_update() -> None:
    def of(mild_score: float, hot_score: float) -> str:
        mild, hot = compared("mild", scores=scores(mild_score)), compared("hot", relative=0.2, scores=scores(hot_score, flagged=5))
        return said(*hold([mild, hot]))["scores-by-size"]

    assert "fits pressure as the cause" in of(11.0, 1.0) and "do not prove it" in of(11.0, 1.0)
    assert "does not explain the scores" in of(1.0, 11.0)


def test_without_scores_harm_is_not_claimed() -> None:
    assert "not measured here" in said(compared("hot", relative=9.0))["no-scores"]


def test_planned_resumed_and_unfinished_trainings_are_said_to_be() -> None:
    planned = record(1e-5, 500, 4, basis="planned", state=None, resumed_from="old.safetensors")
    assert {"planned-only", "went-on"} <= set(said(compared("x", training=planned)))
    killed = record(1e-5, 120, 4, state="running")
    assert said(compared("x", training=killed))["ended-early"] == "its training was still running, or was killed, after 120 steps"
    assert "ended-early" not in said(compared("x", training=killed, step=120))  # a checkpoint's was


def test_rows_that_were_lost_are_counted() -> None:
    lost = record(1e-5, 10, 1, rows_cut=40, rows_dropped=10)
    assert said(compared("x", training=lost, rows_of_file=500))["rows-lost"] == "of 500 rows of its data 40 were cut and 10 dropped"
    assert "rows-lost" not in said(compared("x", training=lost, rows_of_file=5000))


def test_every_sentence_is_backed_by_a_reason() -> None:
    names = [rule.name for rule in RULES]
    assert len({*names}) == len(names)
    findings: list[Finding] = [*diagnose([compared("hot", relative=2.0, curve=FLAT)])]
    assert all(finding.reason and finding.text for finding in findings)


@pytest.mark.parametrize(
    ("value", "other", "ratio"), [(4.0, 2.0, 2.0), (None, 1.0, None), (1.0, None, None), (1.0, 0.0, None), (0.0, 2.0, 0.0)]
)
def test_ratios_of_what_is_not_known_are_not_known(value: float | None, other: float | None, ratio: float | None) -> None:
    assert find_ratio(value, other) == ratio


def test_layers_do_not_explain_a_size_that_is_told_beside_the_layers_own_weights() -> None:
    few, all_of_them = (compared(str(count), training=NOTE_27B, layers=range(26 - count, 26)) for count in (2, 26))
    assert said(*hold([few, all_of_them]))["explained"].endswith("1 times was measured: rows seen and rate, steps and scale explain that")


def test_layers_explain_a_size_that_is_told_beside_nothing() -> None:
    few, many = (compared(str(count), relative=None, training=NOTE_27B, layers=range(26 - count, 26)) for count in (4, 16))
    assert said(*hold([few, many]))["explained"].endswith("2 times was measured: rate, steps, scale and layers explain that")


def test_what_was_set_for_a_training_that_went_on_explains_nothing() -> None:
    mild = compared("mild", training=NOTE_27B)
    gone_on = compared("gone-on", relative=0.05, training=record(5e-6, 40, 1, resumed_from="mild"))
    assert "explained" not in said(*hold([mild, gone_on]))


def test_one_adapter_under_two_names_is_told_of_others_than_the_mildest_too() -> None:
    twice = [compared(name, relative=0.3, digest="sha256:1") for name in ("a", "b")]
    found = diagnose(hold([compared("mild"), *twice]))
    assert [one.text for one in found if one.rule == "same-weights"] == ["it is the same adapter as a, whatever the files are called"]
