"""What the commands say and how they end."""

import pytest

from adapters.command import CommandFault, UsageFault, end, tell


def test_what_acts_on_a_terminal_is_shown_as_an_escape(capsys: pytest.CaptureFixture[str]) -> None:
    tell("train", "r\x1b[31mows\x07.jsonl: 2 rows\n  line 1: é ✓\u202e")
    assert capsys.readouterr().err == "train: r\\x1b[31mows\\x07.jsonl: 2 rows\n  line 1: é ✓\\u202e\n"


@pytest.mark.parametrize(("fault", "exit_code"), [(UsageFault("no"), 2), (CommandFault("no"), 3), (KeyboardInterrupt(), 130)])
def test_a_fault_is_a_line_and_an_exit_code(fault: BaseException, exit_code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise fault

    assert end("train", work) == exit_code
    assert capsys.readouterr().err.startswith("train: ")
