"""What a reader must know beside the scores."""

import pytest

from clients.asking.sampling_fields import SamplingFields
from clients.report.report import Report
from tests.clients.samples import make_outcome, make_outcome_of, make_report


def said(report: Report, words: str) -> list[str]:
    return [note for note in report.notes if words in note]


@pytest.mark.parametrize(("samples", "probes", "expected"), [(2, 1, 1), (3, 1, 1), (4, 1, 0), (4, 2, 1), (5, 6, 0), (5, 7, 1)])
def test_too_few_samples_for_any_single_probe_is_said(samples: int, probes: int, expected: int) -> None:
    outcomes = [make_outcome_of([1.0] * samples, id=f"p{number}") for number in range(probes)]
    assert len(said(make_report({"base": outcomes, "tuned": outcomes}), "no single probe can be significant")) == expected


@pytest.mark.parametrize(("probes", "expected"), [(5, "nor can the average"), (6, "only the average over all of them can")])
def test_average_is_said_to_be_significant_only_where_it_can_be(probes: int, expected: str) -> None:
    outcomes = [make_outcome_of([1.0, 2.0], id=f"p{number}") for number in range(probes)]
    assert len(said(make_report({"base": outcomes, "tuned": outcomes}), expected)) == 1


@pytest.mark.parametrize(("probes", "expected"), [(1, 1), (19, 1), (20, 0)])
def test_few_probes_are_said_to_make_the_interval_narrow(probes: int, expected: int) -> None:
    outcomes = [make_outcome(1.0, id=f"p{number}") for number in range(probes)]
    assert len(said(make_report({"base": outcomes, "tuned": outcomes}), "too narrow")) == expected


def test_one_subject_alone_needs_no_warning_of_that_kind() -> None:
    assert make_report({"tuned": [make_outcome(1.0)]}).notes == ()


def test_one_sample_is_said_to_prove_nothing() -> None:
    report = make_report({"base": [make_outcome(1.0)], "tuned": [make_outcome(2.0)]})
    assert len(said(report, "Nothing can be concluded from it, whatever the p-value")) == 1


@pytest.mark.parametrize(("flags", "expected"), [(None, 0), ((), 0), (("token_loop",), 1)])
def test_flags_of_the_server_that_differ_are_reported(flags: tuple[str, ...] | None, expected: int) -> None:
    report = make_report({"tuned": [make_outcome(1.0, server_flags=flags)]})
    assert len(said(report, "The server flags tuned's reply to p1 with token_loop, this battery with nothing")) == expected


def test_many_differences_with_the_server_are_counted_and_not_listed() -> None:
    report = make_report({"tuned": [make_outcome(1.0, id=f"p{number}", server_lek_score=2.0) for number in range(30)]})
    assert len(said(report, "The server scores")) == 5
    assert len(said(report, "In all, 30 of 30 replies are scored otherwise by the server")) == 1


def test_replies_that_the_guard_ended_are_noted() -> None:
    report = make_report({"tuned": [make_outcome(1.0, id="p", stopped_by="token_loop"), make_outcome(1.0, id="q")]})
    assert len(said(report, "1 of 2 replies were ended by the server's guard (token_loop)")) == 1


def test_fields_that_an_endpoint_refuses_are_noted() -> None:
    outcomes = [make_outcome(1.0, sampling=SamplingFields(), unsent=("top_k", "min_p"))]
    assert len(said(make_report({"tuned": outcomes}), "The endpoint of tuned refuses top_k, min_p: there its own settings held.")) == 1
