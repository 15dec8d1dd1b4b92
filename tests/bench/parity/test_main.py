"""The command line of the parity check: what is refused before any model is loaded."""

from pathlib import Path

import pytest

from bench.parity.__main__ import main, report
from bench.parity.finding import Finding, LogprobError


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--model", "m"], "--url"),
        (["--url", "ftp://here", "--model", "m"], "expected a URL such as"),
        (["--url", "http://here", "--model", "m", "--max-tokens", "0"], "expected a whole number from 1, got '0'"),
        (["--url", "http://here", "--model", "m", "--dtype", "int8"], "--dtype"),
    ],
)
def test_wrong_flags_are_usage(flags: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(flags)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_probes_that_cannot_be_read_are_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", "http://here", "--model", "m", "--probes", str(tmp_path / "none.json")]) == 2
    assert "cannot read probes" in capsys.readouterr().err


def finding(verdict: str) -> Finding:
    error = LogprobError(nats=0.0 if verdict == "equal" else 3.0, num_compared=10)
    return Finding(id="p", num_tokens=4, parting=None, gap=None, logprob_error=error)


@pytest.mark.parametrize(
    ("verdicts", "exit_code", "counted"),
    [(["equal", "equal"], 0, "2 equal, 0 near tie, 0 DIFFERENT"), (["equal", "other"], 1, "1 equal, 0 near tie, 1 DIFFERENT")],
)
def test_one_difference_decides_the_exit_code(
    verdicts: list[str], exit_code: int, counted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(map(finding, verdicts), tolerance=0.1) == exit_code
    assert capsys.readouterr().out.splitlines()[-1] == counted
