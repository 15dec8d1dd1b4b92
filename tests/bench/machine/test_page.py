"""The page that an owner of a machine sends."""

import msgspec
import pytest

from bench.machine.page import write_page
from bench.machine.report import Report, Trial
from tests.bench.machine.reports import BACKEND, MODEL, change, make_report


def find_row(page: str, *cells: str) -> list[str]:
    """Give the one row of a table that begins with these cells."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    (found,) = (row for row in rows if row[: len(cells)] == list(cells))
    return found


def test_the_head_says_what_was_measured_and_where() -> None:
    page = write_page(make_report())
    for words in ("Apple M4 Max, 16 processors, 64.0 GiB, macOS 26.1 arm64", "device metal, weights as stored", "memory_size 68719476736"):
        assert words in page
    for words in ("mlx-community/gemma-3-1b-it-4bit (gemma3_text), 1,000 M parameters, 4 bits", "window 512", "mlx 0.32.4; commit abc1234"):
        assert words in page
    assert "sketch" not in page and "sketch" in write_page(change(make_report(), is_quick=True))


def test_weights_that_are_cast_are_said_to_be() -> None:
    report = change(make_report(), backend=msgspec.structs.replace(BACKEND, weights_dtype="float32"))
    report = change(report, model=msgspec.structs.replace(MODEL, bits=None))
    assert "BF16 on disk (700 MiB)" in write_page(report) and "served cast to float32" in write_page(report)


def test_parity_has_a_row_a_case_and_shows_what_differs() -> None:
    page = write_page(make_report())
    assert find_row(page, "alone, new")[1:6] == ["8", "0", "0", "512", ""]
    assert find_row(page, "alone, again")[5] == "200"
    row = find_row(page, "eight at once")
    assert row[1:4] == ["6", "1", "**1**"] and "more than 2.000 nats" in row[6]


def test_speed_has_a_row_for_each_subject_and_number_of_clients() -> None:
    page = write_page(make_report())
    assert find_row(page, "1", "candor") == ["1", "candor", "90.0", "250", "10.0", "20.0", ""]
    assert find_row(page, "16", "bare model")[-1] == "0.90 (0.90 to 0.90)"
    assert find_row(page, "8", "mlx_lm.server")[-1] == "2.00 (2.00 to 2.00)"


def test_the_first_token_and_memory_are_medians_and_sizes() -> None:
    page = write_page(make_report())
    assert find_row(page, "first token cold, ms")[1] == "950"
    assert find_row(page, "candor, model loaded")[1:] == ["1.0 GiB", "700 MiB"]


def test_the_device_s_choices_are_answered() -> None:
    page = write_page(make_report())
    ahead = find_row(page, "runs_ahead=True", "runs_ahead=False", "8 rows")
    assert ahead[3:] == ["105.0", "125.0", "0.84 (0.83 to 0.85)", "**the other way is faster**"]
    assert find_row(page, "has_no_kernels=False", "has_no_kernels=True", "8 rows")[-1] == "no difference to be told"  # the rounds disagree


def test_a_choice_that_all_rounds_speak_for_is_right() -> None:
    report = make_report()
    slower = [
        msgspec.structs.replace(trial, tokens_per_s={"8 rows": 50.0}) if trial.variant == "runs_ahead the other way" else trial
        for trial in report.trials
    ]
    assert find_row(write_page(change(report, trials=slower)), "runs_ahead=True")[-1] == "right"


def test_few_rounds_tell_nothing() -> None:
    report = make_report()
    page = write_page(change(report, trials=[trial for trial in report.trials if trial.round_number < 3]))
    assert find_row(page, "runs_ahead=True")[-2:] == ["0.84 (0.83 to 0.85)", "too few rounds to tell"]


def test_a_choice_whose_other_way_fails_says_so() -> None:
    report = make_report()
    trials = [trial for trial in report.trials if trial.variant != "has_no_kernels the other way"]
    trials.append(Trial(variant="has_no_kernels the other way", round_number=0, fault="RuntimeError"))
    assert find_row(write_page(change(report, trials=trials)), "has_no_kernels=False")[-1] == "no figure: RuntimeError"


@pytest.mark.parametrize("part", ["parity", "speeds", "first_tokens", "trials"])
def test_a_part_that_is_missing_is_named_and_leaves_the_others(part: str) -> None:
    report: Report = change(make_report(), **{part: []}, missing={part: "OSError"})
    page = write_page(report)
    assert f"- {part}: OSError" in page and "## How much memory?" in page


def test_the_json_holds_the_whole_report() -> None:
    report = make_report()
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
