"""The shipped packs by their own words: every probe's example passes its checks, and its counterexample does not."""

from time import process_time
from typing import Any

import msgspec
import pytest

from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.judge import Judgement, judge
from clients.probes.pack import PACKS_DIR, load_pack
from clients.probes.probe import Probe
from scoring.verdict import score

PACKS = ("capability", "degeneration")
ENTRIES: list[tuple[Probe, dict[str, Any]]] = [
    (probe, entry)
    for name in PACKS
    for probe, entry in zip(load_pack(name).probes, msgspec.json.decode((PACKS_DIR / f"{name}.json").read_bytes())["probes"], strict=True)
]
EACH = pytest.mark.parametrize(("probe", "entry"), ENTRIES, ids=[probe.id for probe, _ in ENTRIES])


def judged(probe: Probe, text: str) -> Judgement | None:
    flags = score(text, prompt=probe.prompt, finish_reason="stop").degeneration.flags
    return judge(probe.checks, CheckedReply(text=text, flags=flags), is_cut_off=False)


@EACH
def test_example_passes(probe: Probe, entry: dict[str, Any]) -> None:
    assert judged(probe, entry["example"]) == Judgement(passed=True, why="")


@EACH
def test_counterexample_fails(probe: Probe, entry: dict[str, Any]) -> None:
    judgement = judged(probe, entry["counterexample"])
    assert judgement is not None
    assert judgement.passed is False


@EACH
def test_empty_reply_fails(probe: Probe, entry: dict[str, Any]) -> None:
    judgement = judged(probe, "")
    assert judgement is not None
    assert judgement.passed is False


@pytest.mark.parametrize("name", PACKS)
def test_pack_has_enough_probes_of_several_domains_and_groups(name: str) -> None:
    probes = load_pack(name).probes
    assert len(probes) >= 20
    assert all(probe.domain for probe in probes)
    grouped = [probe.group for probe in probes if probe.group]
    assert grouped
    assert all(grouped.count(group) >= 2 for group in grouped)


@pytest.mark.parametrize(
    "unit",
    [
        "e",
        "9",
        " ",
        "\n",
        " \n",
        "- ",
        "1, ",
        '{"a": ',
        "[",
        "```json\n",
        "| ",
        "🎉",
        "chorus verse ",
        "Baker: ",
        "Yesterday again garden ",
        "mercury, ",
    ],
)
def test_no_loop_is_too_much_for_the_checks(unit: str) -> None:
    reply = CheckedReply(text=unit * (8_000 // len(unit)))
    began_s = process_time()
    for probe, _ in ENTRIES:
        judge(probe.checks, reply, is_cut_off=True)
    assert process_time() - began_s < 3  # seconds for all probes; a pattern that backtracks without end takes minutes for one
