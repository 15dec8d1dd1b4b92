"""The command line of `python -m scoring`."""

from pathlib import Path

import pytest

from scoring.options import Options, parse_options


def test_defaults_read_standard_input_by_the_default_scorer() -> None:
    assert parse_options([]) == Options(files=("-",), form=None, prompt=None, scorer="lek-v1", is_json=False)


def test_every_flag_is_read() -> None:
    argv = ["a.txt", "-", "--scorer", "lek-v2", "--prompt", "Why?", "--format", "jsonl", "--json"]
    assert parse_options(argv) == Options(files=("a.txt", "-"), form="jsonl", prompt="Why?", scorer="lek-v2", is_json=True)


def test_a_prompt_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_bytes("\ufeffWarum überhaupt?\n".encode())
    assert parse_options(["--prompt", f"@{file}"]).prompt == "Warum überhaupt?"


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("--scorer lek-v3", "choose from 'lek-v1', 'lek-v1-paper', 'lek-v2'"),
        ("--format json", "choose from 'text', 'jsonl'"),
        ("--prompt @no/such/file", "cannot read 'no/such/file': No such file or directory"),
        ("--prompt @{bytes}", "got byte 0xff at 1"),
        ("--js", "unrecognized arguments: --js"),
        ("- a.txt -", "standard input (-) can be read only once"),
    ],
)
def test_a_wrong_flag_ends_with_2_and_says_what_was_expected(
    argv: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bytes").write_bytes(b"a\xff")
    with pytest.raises(SystemExit) as caught:
        parse_options(argv.format(bytes=tmp_path / "bytes").split())
    assert caught.value.code == 2
    assert expected in capsys.readouterr().err
