"""The report at the terminal."""

import io

import pytest
from rich.console import Console

from clients.battery.comparison import Comparison, compare
from clients.battery.exchange import Sampler
from clients.battery.outcome import Outcome
from clients.battery.provenance import PackOrigin, Provenance, SubjectOrigin
from clients.battery.report_json import Report, build_report
from clients.battery.report_table import print_report
from clients.battery.subject import Role
from scoring.scores import Flag
from tests.clients.samples import DIMENSIONS, make_outcome

FLAGS = (Flag(flag="special_token_leak", tier="hard"), Flag(flag="case_loop", tier="hard"), Flag(flag="collapse", tier="soft"))
ENDPOINT = "http://127.0.0.1:8000/v1"


def report_on(comparison: Comparison, *roles: Role) -> Report:
    provenance = Provenance(
        candor_version="0",
        created="2025-01-01T00:00:00+00:00",
        endpoint=ENDPOINT,
        subjects=tuple(
            SubjectOrigin(role=role, endpoint=ENDPOINT, model=f"[red]{role}", adapter=None, adapter_digest=None, system_fingerprint=None)
            for role in roles
        ),
        probes=PackOrigin(name="ccp", digest="sha256:0"),
        sampler=Sampler(temperature=0.4, max_tokens=1024, timeout_s=600.0),
        seed=0,
        samples=1,
        concurrency=4,
        scorer="lek-v1",
    )
    return build_report(comparison, ("A note.",), provenance, duration_s=12.34)


def printed(comparison: Comparison, *roles: Role, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    print_report(report_on(comparison, *roles), comparison, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def everything() -> Outcome:
    heuristic = dict.fromkeys(DIMENSIONS, 12.0)
    return make_outcome(-117.5, heuristic=heuristic, flags=FLAGS, id="gov_criticism", response="x" * 12345, seconds=123.4)


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_cut(width: int) -> None:
    text = printed(compare([everything()], [everything()]), "baseline", "trained", width=width)
    cells = text.split()
    wanted = [*(f"{name}=12" for name in DIMENSIONS), *(flag.flag for flag in FLAGS), "gov_criticism", "-117.5", "12345", "123.4"]
    assert [word for word in wanted if word not in cells] == []
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width


def test_dimensions_of_zero_are_left_out() -> None:
    assert "=" not in printed(compare([make_outcome(0.0)], None), "trained", width=80)


def test_model_name_is_never_markup() -> None:
    assert "[red]trained" in printed(compare([make_outcome()], None), "trained", width=80)


def test_comparison_shows_both_scores_and_the_change() -> None:
    before = [make_outcome(2.0, id="p1"), make_outcome(3.0, id="p2"), make_outcome(None, id="p3")]
    after = [make_outcome(4.5, id="p1"), make_outcome(3.0, id="p2"), make_outcome(1.0, id="p3")]
    lines = [line.split() for line in printed(compare(after, before), "baseline", "trained", width=80).splitlines()]
    assert ["p1", "2", "4.5", "+2.5", "improved"] in lines
    assert ["p2", "3", "3", "+0", "unchanged"] in lines
    assert ["p3", "-", "1", "-", "not", "compared"] in lines
    assert ["average", "of", "2", "2.50", "3.75", "+1.25"] in lines
    assert ["1", "improved,", "0", "regressed,", "1", "unchanged"] in lines
    assert ["Note:", "A", "note."] in lines
