"""The command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from clients.asking.credentials import Credentials
from clients.asking.sampling_fields import SamplingFields
from clients.asking.subject import Choice
from clients.battery.options import parse_options
from scoring.scorers import scorer_names

URL = ("--url", "http://127.0.0.1:8000")
ENDPOINT = "http://127.0.0.1:8000/v1"
CHECKOUT = Path(__file__).parents[3]


def test_defaults_are_those_of_the_contract() -> None:
    options = parse_options(URL)
    assert options.choice == Choice(endpoint=ENDPOINT)
    assert (options.probes, options.scorer) == ("ccp", "lek-v1")
    assert (options.samples, options.temperature, options.max_tokens, options.seed) == (1, 0.4, 1024, 0)
    assert (options.output, options.markdown, options.html, options.credentials) == (None, None, None, {ENDPOINT: Credentials()})


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("--api-key é", "--api-key: a key is printable ASCII without spaces and line ends (what was given is not shown here)"),
        ("--baseline Makefile", "--baseline Makefile is a file and no FILE.json"),
        ("--samples 0", "expected a whole number from 1, got '0'"),
        ("--every 15m --metrics-host 0.0.0.0", "--metrics-host is the address of --metrics-port: name that too"),
        ("--subject a", "expected NAME=model"),
        ("--subject a=m,size=1", "got 'size=1'"),
        ("--subject a=m --model m", "--model and --subject exclude each other"),
        ("--prepend-system", "needs a system prompt"),
        ("--system kernel", "expected NAME=FILE"),
        (f"--subject a=m,system={__file__} --system kernel={__file__}", "each has one"),
        ("--html page --markdown page", "each need a file of their own"),
        ("--output run.json --html run.jsonl", "each need a file of their own"),
        ("--resume", "name it"),
        ("--fail-on-regression --model m", "needs something to compare with"),
        ("--fail-on-regression --subject a=m", "needs something to compare with"),
        ("--api-key http://h", "expected KEY or URL=KEY"),
        ("--scorer nonsense", "expected lek-v1, lek-v1-paper, lek-v2"),
        ("--temperature nan", "expected a number from 0 to 2, or none, got 'nan'"),
        ("--temperature 2.1", "expected a number from 0 to 2, or none, got '2.1'"),
        ("--temperature=-1", "expected a number from 0 to 2"),
        ("--top-p 1.1", "expected a number from 0 to 1, got '1.1'"),
        ("--min-p nan", "expected a number from 0 to 1, got 'nan'"),
        ("--top-k -2", "expected a whole number from 0, or -1, got '-2'"),
        ("--top-k 1.5", "expected a whole number from 0, or -1"),
        ("--repetition-penalty 0", "expected a number above 0"),
        ("--presence-penalty 3", "expected a number from -2 to 2"),
        ("--max-tokens 0", "expected a whole number from 1, got '0'"),
        ("--max-tokens-field tokens", "invalid choice: 'tokens'"),
        ("--header X-Empty:", "--header X-Empty: has no value"),
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


@pytest.mark.parametrize("scorer", scorer_names())
def test_every_scorer_may_be_chosen(scorer: str) -> None:
    assert parse_options([*URL, "--scorer", scorer]).scorer == scorer


def test_sampling_is_off_unless_asked_for() -> None:
    assert parse_options(URL).sampling == SamplingFields()
    assert parse_options([*URL, "--top-k", "0"]).sampling == SamplingFields()
    assert parse_options([*URL, "--top-p", "0.9", "--top-k", "40"]).sampling == SamplingFields(top_p=0.9, top_k=40)


def test_none_sends_none() -> None:
    options = parse_options([*URL, "--seed", "none", "--temperature", "none"])
    assert (options.seed, options.temperature) == (None, None)


@pytest.mark.parametrize("place", ["run.json", "old/run.json#base"])
def test_baseline_in_a_file_is_no_model(place: str) -> None:
    options = parse_options([*URL, "--baseline", place])
    assert (options.locked, options.choice.baseline) == (place, None)


def test_baseline_without_a_file_is_a_model() -> None:
    options = parse_options([*URL, "--baseline", "org/model-json"])
    assert (options.locked, options.choice.baseline) == (None, "org/model-json")


def test_api_key_of_the_flag_precedes_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    assert parse_options(URL).credentials == {ENDPOINT: Credentials(api_key="of-the-environment")}
    assert parse_options([*URL, "--api-key", "of-the-flag"]).credentials == {ENDPOINT: Credentials(api_key="of-the-flag")}


def test_key_goes_to_no_other_endpoint() -> None:
    subjects = ("--subject", "a=m", "--subject", "b=m@http://h:9", "--subject", "c=m@http://h:10")
    assert parse_options([*URL, *subjects, "--api-key", "k", "--api-key", "http://h:9=other"]).credentials == {
        ENDPOINT: Credentials(api_key="k"),
        "http://h:9/v1": Credentials(api_key="other"),
        "http://h:10/v1": Credentials(),
    }


def test_headers_go_where_keys_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    azure = "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21"
    subjects = ("--subject", "a=m", "--subject", f"b=m@{azure}")
    headers = ("--header", "X-Team: blue: deep", "--header", f"{azure}=api-key: k=1", "--header", f"{azure}=x-team:red")
    assert parse_options([*URL, *subjects, *headers]).credentials == {
        ENDPOINT: Credentials(api_key="of-the-environment", headers={"X-Team": "blue: deep"}),
        azure: Credentials(headers={"api-key": "k=1", "x-team": "red"}),
    }


def test_a_header_may_take_the_place_of_the_environments_key_but_not_of_the_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    assert parse_options([*URL, "--header", "Api-Key: k"]).credentials[ENDPOINT].api_key is None
    assert parse_options([*URL, "--header", "Api-Key: k", "--api-key", "f"]).credentials[ENDPOINT].api_key == "f"


def test_key_of_a_url_with_a_query_is_told_from_it() -> None:
    url = "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21"
    assert parse_options(["--url", url, "--api-key", f"{url}=k=e=y"]).credentials == {url: Credentials(api_key="k=e=y")}


@pytest.mark.parametrize(
    "argv",
    [
        ("--header", "api-key=topsecret"),
        ("--header", "topsecret"),
        ("--header", "api-key: topsecret\nmore: x"),
        ("--header", "api-key: topsecré"),
        ("--header", "Content-Length: topsecret"),
        ("--header", "api-key: topsecret", "--header", "API-KEY: topsecret"),
        ("--header", "http://elsewhere=api-key: topsecret"),
        ("--api-key", "http://elsewhere=topsecret"),
    ],
)
def test_header_that_cannot_be_sent_is_refused_and_not_shown(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options([*URL, *argv])
    said = capsys.readouterr().err
    assert caught.value.code == 2 and "topsecr" not in said and argv[0] in said


def test_url_may_stand_in_the_subjects_alone() -> None:
    choice = parse_options(["--subject", "a=m@http://h:9", "--subject", "b=m@http://h:10", "--baseline", "b"]).choice
    assert choice.endpoint == "http://h:9/v1"
    assert choice.endpoints == ("http://h:9/v1", "http://h:10/v1")


def test_url_is_needed_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options([])
    assert "required: --url" in capsys.readouterr().err


def test_building_the_parser_imports_nothing_heavy() -> None:
    script = (
        "import sys, clients.battery.__main__, clients.battery.options as o; o.build_parser().format_help();"
        "print([name for name in ('openai', 'rich', 'httpx', 'httpx2', 'pydantic', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_key_with_a_line_end_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret\n")
    with pytest.raises(SystemExit) as caught:
        parse_options(URL)
    said = capsys.readouterr().err
    assert caught.value.code == 2 and "OPENAI_API_KEY" in said and "secret" not in said
