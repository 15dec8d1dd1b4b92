"""The command line of the sweep."""

from pathlib import Path

import pytest

from clients.checkpoints.options import parse_options

NEEDED = ["--url", "http://127.0.0.1:1", "--run", "out/lek"]


def test_what_is_not_said_has_its_usual_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CANDOR_ADMIN_KEY", raising=False)
    options = parse_options(NEEDED)
    assert (options.run, options.adapter, options.watching, options.battery.samples) == (Path("out/lek"), "lek", None, 5)
    assert options.server_run == str(Path("out/lek").resolve())


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--stop-on-degeneration", "--skip-to-newest"], "--skip-to-newest, --stop-on-degeneration: only with --follow"),
        (["--patience-s", "5"], "--patience-s: only with --follow"),
        (["--steps", "100,x"], "expected steps such as 100,200"),
        (["--steps", ""], "expected steps such as 100,200"),
        (["--every-nth", "0"], "expected a whole number from 1"),
        (["--resume"], "--resume goes on from the replies beside --output FILE.json"),
        (["--html", "a", "--markdown", "a"], "each need a file of their own"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(flags: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse_options([*NEEDED, *flags])
    assert words in capsys.readouterr().err


def test_steps_are_sorted_and_each_counts_once() -> None:
    assert parse_options([*NEEDED, "--steps", "200, 100,200"]).selection.steps == (100, 200)
