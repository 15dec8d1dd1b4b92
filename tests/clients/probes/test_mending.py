"""Files of probes of which not every entry can be asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from clients.battery.__main__ import main as battery
from clients.errors import UsageFault
from clients.probes.mending import Mended, Mending
from clients.probes.pack import load_pack
from clients.probes.probe import ProbePack
from clients.report.json_file import read_report
from clients.rescore.__main__ import main as rescore
from tests.clients.fake_endpoint import FakeEndpoint

SKIPPING = Mending(skips_bad=True)
NUMBERING = Mending(numbers_duplicates=True)
BOTH = Mending(skips_bad=True, numbers_duplicates=True)
GOOD = {"id": "a", "prompt": "Why?"}
SAME_ID = {"id": "a", "prompt": "Whence?"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seeds.jsonl"


def load(file: Path, mending: Mending, *entries: Any) -> ProbePack:
    file.write_text("".join((entry if isinstance(entry, str) else json.dumps(entry)) + "\n" for entry in entries))
    return load_pack(str(file), mending)


def asked(pack: ProbePack) -> dict[str, str]:
    return {probe.id: probe.prompt for probe in pack.probes}


def mended(pack: ProbePack) -> Mended:
    assert pack.mended is not None
    return pack.mended


@pytest.mark.parametrize("mending", [SKIPPING, NUMBERING, BOTH])
def test_file_without_a_fault_is_taken_as_it_is(file: Path, mending: Mending) -> None:
    pack = load(file, mending, GOOD)
    assert (pack, pack.mended) == (load(file, Mending(), GOOD), None)


def test_bad_entries_are_left_out_and_named_with_their_places(file: Path) -> None:
    pack = load(file, SKIPPING, GOOD, "{", {"id": "b"}, "", {"prompt": 3}, {"id": "c", "prompt": "How?"}, {"id": "c", "prompt": "How?"})
    assert asked(pack) == {"a": "Why?", "c": "How?"}
    assert (mended(pack).num_entries, mended(pack).num_skipped, mended(pack).num_numbered) == (6, 4, 0)
    assert mended(pack).skipped == (
        "line 2: is not JSON: Expecting property name enclosed in double quotes at column 2",
        "line 3: has no prompt; its keys are id",
        "line 5: has no id; its keys are prompt, prompt: expected text, got a number",
        "line 7: the id 'c' is that of line 6 too, and so is the prompt",
    )


def test_of_many_left_out_the_first_are_named(file: Path) -> None:
    pack = load(file, SKIPPING, GOOD, *({"id": number} for number in range(50)))
    assert mended(pack).num_skipped == 50
    assert mended(pack).words.endswith("line 6: has no prompt; its keys are id; and 45 more)")


def test_first_of_two_with_one_id_keeps_it(file: Path) -> None:
    assert asked(load(file, SKIPPING, GOOD, SAME_ID)) == {"a": "Why?"}


def test_those_with_one_id_are_numbered_past_the_ids_that_are_there(file: Path) -> None:
    pack = load(file, NUMBERING, GOOD, SAME_ID, {"id": "a#3", "prompt": "Is it taken?"}, {"id": "a", "prompt": "Who?"}, GOOD)
    assert asked(pack) == {"a": "Why?", "a#2": "Whence?", "a#3": "Is it taken?", "a#4": "Who?", "a#5": "Why?"}
    assert mended(pack).numbered == ("line 2: a#2", "line 4: a#4", "line 5: a#5")


def test_the_same_probe_twice_is_asked_once_where_entries_may_be_left_out(file: Path) -> None:
    assert asked(load(file, BOTH, GOOD, GOOD, SAME_ID)) == {"a": "Why?", "a#2": "Whence?"}


def test_numbering_excuses_no_other_fault(file: Path) -> None:
    with pytest.raises(UsageFault, match="line 3: has no prompt") as caught:
        load(file, NUMBERING, GOOD, SAME_ID, {"id": "b"})
    assert "--skip-bad-probes asks the other 2 alone" in str(caught.value)
    assert "line 2" not in str(caught.value)


def test_file_of_which_nothing_is_left_is_refused(file: Path) -> None:
    with pytest.raises(UsageFault, match="it holds no probe\n  line 1: has no prompt"):
        load(file, SKIPPING, {"id": "b"}, {"id": "c"})


def test_refusal_names_the_flags_that_would_do(file: Path) -> None:
    with pytest.raises(UsageFault) as caught:
        load(file, Mending(), GOOD, SAME_ID, {"id": "b"})
    assert str(caught.value).splitlines()[-2:] == [
        "  --skip-bad-probes asks the other 1 alone",
        "  --number-duplicates asks those that have an id in common, too",
    ]
    with pytest.raises(UsageFault) as caught:
        load(file, Mending(), {"id": "b"})
    assert "--" not in str(caught.value)


def test_report_says_what_was_left_out(endpoint: FakeEndpoint, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(file, SKIPPING, GOOD, SAME_ID, {"id": "b"})
    output, markdown = tmp_path / "run.json", tmp_path / "run.md"
    argv = ["--url", endpoint.url, "--model", "m", "--probes", str(file), "--output", str(output), "--markdown", str(markdown)]
    assert battery(argv) == 2
    assert endpoint.asked == []
    assert battery([*argv, "--skip-bad-probes", "--number-duplicates"]) == 0
    assert len(endpoint.asked) == 2
    words = "1 of 3 entries were left out (line 3: has no prompt; its keys are id), and 1 of 3 were given an id of their own (line 2: a#2)"
    printed = capsys.readouterr()
    assert f"battery: seeds.jsonl: {words}" in printed.err
    assert words in " ".join(printed.out.split())
    report = read_report(output)
    assert [row.id for row in report.results] == ["a", "a#2"]
    assert report.provenance.probes.mended == Mended(
        num_entries=3, skipped=("line 3: has no prompt; its keys are id",), num_skipped=1, numbered=("line 2: a#2",), num_numbered=1
    )
    command = markdown.read_text(encoding="utf-8").rpartition("## To run it again")[2]
    assert "--skip-bad-probes \\\n  --number-duplicates" in command


def test_probes_are_mended_where_saved_replies_are_scored(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(file, SKIPPING, GOOD, {"id": "b"})
    replies = tmp_path / "replies.jsonl"
    replies.write_text('{"id": "a", "response": "So."}\n')
    argv = [str(replies), "--scorer", "lek-v1", "--probes", str(file)]
    assert rescore(argv) == 2
    assert rescore([*argv, "--skip-bad-probes"]) == 0
    assert "rescore: seeds.jsonl: 1 of 2 entries were left out" in capsys.readouterr().err


@pytest.mark.parametrize("separator", ["\n", "\n\n", "", "\r\n"])
def test_objects_laid_out_one_after_the_other_are_read(file: Path, separator: str) -> None:
    file.write_bytes(separator.join(json.dumps(one, indent=2) for one in (GOOD, {"id": "b", "prompt": "How?"})).encode())
    assert asked(load_pack(str(file))) == {"a": "Why?", "b": "How?"}


def test_broken_one_among_objects_laid_out_is_one_fault(file: Path) -> None:
    broken = '{\n  "id": "b"\n  "prompt": "How?"\n}'
    file.write_text("\n".join((json.dumps(GOOD, indent=2), broken, json.dumps({"id": "c", "prompt": "Who?"}, indent=2))))
    with pytest.raises(UsageFault) as caught:
        load_pack(str(file))
    assert str(caught.value).splitlines()[1:] == [
        "  line 5: is not JSON: Expecting ',' delimiter at line 7, column 3",
        "  --skip-bad-probes asks the other 2 alone",
    ]
    assert asked(load_pack(str(file), SKIPPING)) == {"a": "Why?", "c": "Who?"}


@pytest.mark.parametrize("content", ["id,prompt\na,Why?\nb,How?\n", "Why?\nHow?\n", "---\nid: a\n"])
def test_file_that_is_no_json_is_one_fault(file: Path, content: str) -> None:
    file.write_text(content)
    with pytest.raises(UsageFault) as caught:
        load_pack(str(file))
    assert str(caught.value).splitlines()[1:] == ["  line 1: is not JSON: Expecting value at line 1, column 1"]


def test_report_or_replies_in_place_of_probes_are_told_for_what_they_are(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    assert battery(["--url", endpoint.url, "--model", "m", "--samples", "2", "--output", str(tmp_path / "run.json")]) == 0
    with pytest.raises(UsageFault, match="it is a report: "):
        load_pack(str(tmp_path / "run.json"))
    with pytest.raises(UsageFault, match="it holds a battery's replies: "):
        load_pack(str(tmp_path / "run.jsonl"))
