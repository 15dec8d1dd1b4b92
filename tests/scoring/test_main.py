"""`python -m scoring`: what it prints, its exit codes, and what it imports for that."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scoring.__main__ import main
from scoring.verdict import score

CHECKOUT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "scoring")
LOOP = "i" + "Ne" * 300


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Put these bytes into standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def objects(capfdbinary: pytest.CaptureFixture[bytes]) -> list[Any]:
    return [msgspec.json.decode(line) for line in capfdbinary.readouterr().out.splitlines()]


def as_object(answer_id: str | int, text: str, **context: Any) -> dict[str, Any]:
    """Score as the library does, and decode what it encodes to."""
    scores: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(score(text, **context)))
    return {"id": answer_id} | scores


def test_a_text_becomes_a_table(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, LOOP.encode() + b"\n")
    assert main(["--scorer", "lek-v2"]) == 0
    printed = capfd.readouterr()
    assert "hard token_loop at 1: 'Ne' × 300" in " ".join(printed.out.split())
    assert printed.out.endswith("\nlek-v2, version 1: 1 answer, mean 1.00, 1 with a hard flag\n")
    assert printed.err == ""


def test_lines_become_objects_and_bad_ones_are_all_named(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    give(monkeypatch, b'{"id": "a", "text": "%s"}\n{"id": 2}\n{"id": 3, "response": ""}\nplain\n' % LOOP.encode())
    assert main(["-", "no-such-file.txt", "--json"]) == 2
    printed = capfdbinary.readouterr()
    assert [msgspec.json.decode(line) for line in printed.out.splitlines()] == [as_object("a", LOOP), as_object(3, "")]
    assert printed.err.decode().splitlines() == [
        "scoring: standard input:2: expected the answer as `response` or as `text`, got neither",
        "scoring: standard input:4: JSON is malformed: invalid character (byte 0)",
        "scoring: no-such-file.txt: No such file or directory",
    ]


def test_the_prompt_is_for_answers_that_have_none(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    closed, open_ended = "What is 6 times 7?", "Tell me a long story about the sea."
    give(monkeypatch, b'{"id": 1, "text": "42"}\n{"id": 2, "text": "42", "prompt": "%s"}\n' % open_ended.encode())
    assert main(["--json", "--prompt", closed]) == 0
    assert objects(capfdbinary) == [as_object(1, "42", prompt=closed), as_object(2, "42", prompt=open_ended)]
    assert as_object(0, "42", prompt=closed) != as_object(0, "42", prompt=open_ended)


def test_what_a_line_tells_reaches_the_verdict(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    told = {"max_tokens": 1, "finish_reason": "length", "completion_tokens": 1}
    give(monkeypatch, b"\n".join(msgspec.json.encode({"id": 0, "text": "e"} | fields) for fields in ({}, told)))
    assert main(["--json"]) == 0
    untold = as_object(0, "e")
    assert objects(capfdbinary) == [untold, as_object(0, "e", max_tokens=1, finish_reason="length", num_tokens=1)]
    assert untold["degeneration"]["flags"][0]["flag"] == "collapse"


@pytest.mark.parametrize("argv", [["--format", "text"], ["--json"]])
def test_a_reader_that_goes_away_is_no_error(argv: list[str], tmp_path: Path) -> None:
    # More than a pipe holds, so that the table too is cut off in the middle.
    files = [tmp_path / (f"{number}-" + "long" * 50 + ".jsonl") for number in range(250)]
    for file in files:
        file.write_bytes(b'{"text": "Any text at all."}\n')
    with subprocess.Popen([*COMMAND, *map(str, files), *argv], cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() != b""
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "--json >&-"])
def test_closed_stream_is_told_in_one_line(redirection: str) -> None:
    command = f'echo "Any text." | "{sys.executable}" -m scoring {redirection}'
    done = subprocess.run(["sh", "-c", command], cwd=CHECKOUT, capture_output=True, text=True)
    name = "standard input" if "<" in redirection else "standard output"
    assert (done.returncode, done.stderr) == (2, f"scoring: {name}: it is closed\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("argv", [["--format", "text"], ["--json"]])
def test_output_that_cannot_be_written_is_told_in_one_line(argv: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*COMMAND, *argv], cwd=CHECKOUT, input=b"Any text.", stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, b"scoring: standard output: No space left on device\n")


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-X", "importtime", *COMMAND[1:], "--help"], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "--scorer {lek-v1,lek-v1-paper,lek-v2}" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "scoring.options" in imported
    assert not imported & {"rich", "scoring.verdict", "scoring.table", "scoring.answers"}
