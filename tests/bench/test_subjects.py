"""What the command line of a measurement says of whom to ask."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.endpoint import ROOT, find_endpoint
from bench.subjects import Build, Other, parse_build, parse_other, read_options, subject_parser, told


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("vllm=http://127.0.0.1:8100", Other(name="vllm", url="http://127.0.0.1:8100")),
        ("a=http://host:1/v1,model=org/name=1", Other(name="a", url="http://host:1/v1", model="org/name=1")),
    ],
)
def test_an_other_is_read(word: str, other: Other) -> None:
    assert parse_other(word) == other


@pytest.mark.parametrize(
    ("parse", "word"),
    [
        (parse_other, "http://127.0.0.1:8100"),
        (parse_other, "vllm"),
        (parse_other, "vllm=https://127.0.0.1"),
        (parse_other, "vllm=http://127.0.0.1,model="),
        (parse_build, "old"),
        (parse_build, f"={ROOT}"),
        (parse_build, "old=/nowhere"),
    ],
)
def test_what_is_neither_is_refused_with_what_was_expected(parse: Callable[[str], object], word: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"expected NAME=.*got"):
        parse(word)


def test_a_build_is_a_checkout_with_a_server() -> None:
    assert parse_build(f"old={ROOT}") == Build(name="old", checkout=ROOT)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("http://127.0.0.1:8100", "127.0.0.1", 8100, "/v1"),
        ("http://127.0.0.1:8100/v1/", "127.0.0.1", 8100, "/v1"),
        ("http://host/some/prefix", "host", 80, "/some/prefix/v1"),
    ],
)
def test_an_address_is_read_with_or_without_v1(url: str, host: str, port: int, path: str) -> None:
    endpoint = find_endpoint(url, "m")
    assert (endpoint.host, endpoint.port, endpoint.path, endpoint.model) == (host, port, path, "m")


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(RuntimeError, match=r"expected a server that lists its models at http://127.0.0.1:9/v1/models"):
        find_endpoint("http://127.0.0.1:9", None)


def test_two_subjects_of_one_name_are_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--build", f"candor={ROOT}"])
    with pytest.raises(SystemExit):
        read_options(subject_parser("a measurement"))
    assert "a name of its own, got candor, candor" in capsys.readouterr().err


def test_a_report_is_told_names_and_no_paths() -> None:
    words = ["--model", "/some/folder", "--build", f"old={ROOT}", "--other", "vllm=http://127.0.0.1:8100", "--json", "out.json"]
    options = subject_parser(None).parse_args(words)
    assert options.model == Path("/some/folder")
    assert told(options) == {"build": "old", "other": "vllm"}
