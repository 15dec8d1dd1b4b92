"""The command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from clients.battery.options import NOT_YET, parse_options

URL = ("--url", "http://127.0.0.1:8000")
CHECKOUT = Path(__file__).parents[2]


def test_defaults_are_those_of_the_contract() -> None:
    options = parse_options(URL)
    assert options.endpoint == "http://127.0.0.1:8000/v1"
    assert (options.model, options.baseline, options.probes, options.scorer) == (None, None, "ccp", "lek-v1")
    assert (options.temperature, options.max_tokens, options.seed) == (0.4, 1024, 0)
    assert (options.output, options.api_key) == (None, None)


@pytest.mark.parametrize("flag", NOT_YET)
@pytest.mark.parametrize("form", ["{}", "{} value", "{}=value"])
def test_later_flag_is_refused_by_name(flag: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options([*URL, *form.format(flag).split()])
    assert caught.value.code == 2
    assert f"{flag} is not available yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("--probes mine.json", "probes from a FILE are not available yet"),
        ("--scorer nonsense", "expected lek-v1"),
        ("--temperature nan", "expected a number from 0 to 2, got 'nan'"),
        ("--temperature 2.1", "expected a number from 0 to 2, got '2.1'"),
        ("--temperature=-1", "expected a number from 0 to 2"),
        ("--max-tokens 0", "expected a whole number from 1, got '0'"),
        ("--max-tokens 1.5", "expected a whole number from 1"),
        ("--concurrency x", "expected a whole number from 1"),
        ("--seed=-1", "expected a whole number from 0, or none"),
        ("--timeout-s inf", "expected seconds above 0"),
        ("--output run.jsonl", "expected FILE.json"),
        ("--sample 3", "unrecognized arguments"),
        ("--model=", "expected a model's name"),
    ],
)
def test_wrong_value_is_refused_with_what_was_expected(argv: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options([*URL, *argv.split()])
    assert caught.value.code == 2
    assert expected in capsys.readouterr().err


def test_seed_none_sends_none() -> None:
    assert parse_options([*URL, "--seed", "none"]).seed is None


def test_api_key_of_the_flag_precedes_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    assert parse_options(URL).api_key == "of-the-environment"
    assert parse_options([*URL, "--api-key", "of-the-flag"]).api_key == "of-the-flag"


def test_building_the_parser_imports_nothing_heavy() -> None:
    script = (
        "import sys, clients.battery.__main__, clients.battery.options as o; o.build_parser().format_help();"
        "print([name for name in ('openai', 'rich', 'httpx', 'httpx2', 'pydantic', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
