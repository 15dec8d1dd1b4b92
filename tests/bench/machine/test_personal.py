"""Nothing of whose machine it is leaves it."""

import getpass
import socket
from pathlib import Path

import msgspec
import pytest

from bench.machine.hardware import read_machine
from bench.machine.model_shape import name_model
from bench.machine.page import write_page
from bench.machine.personal import HIDDEN, hide_personal, personal_words
from tests.bench.machine.reports import BACKEND, MACHINE, MODEL, change, make_report

WORDS = ["/Users/alice", "alices-air", "alice"]


def sent(**fields: object) -> str:
    """Give all that would be sent of a report with these fields."""
    report = hide_personal(change(make_report(), **fields), WORDS)
    return write_page(report) + msgspec.json.encode(report).decode()


@pytest.mark.parametrize(
    "text",
    [
        "Apple M4 of alice",
        "kernel built at alices-air",
        "OpenBLAS at /Users/alice/lib/libopenblas.so",
        "loaded from /opt/secret/place",
        "C:\\Users\\alice\\models",
        "~/models/mine",
    ],
)
def test_names_and_paths_are_hidden_wherever_a_text_comes_from(text: str) -> None:
    fields = {
        "machine": msgspec.structs.replace(MACHINE, chip=text, system=text, versions={"mlx": text}),
        "backend": msgspec.structs.replace(BACKEND, device=text, mlx_device={"device_name": text}),
        "model": msgspec.structs.replace(MODEL, name=text),
    }
    words = sent(**fields)
    assert HIDDEN in words
    for secret in ("alice", "secret", "models", "Users"):
        assert secret not in words


def test_a_report_without_them_stays_as_it_is() -> None:
    report = make_report()
    assert hide_personal(report, WORDS) == report
    assert hide_personal(report, ["candor", "alone", "mlx"]).speeds == report.speeds  # a user's name may be a word of ours


def test_what_is_read_here_names_neither_owner_nor_machine_nor_place() -> None:
    report = hide_personal(change(make_report(), machine=read_machine()), personal_words(None))
    words = (write_page(report) + msgspec.json.encode(report).decode()).replace("bench.machine", "")
    for secret in (str(Path.home()), str(Path.cwd()), socket.gethostname()):
        assert secret not in words
    user = getpass.getuser()
    assert user not in words.split()


def test_the_model_s_folder_is_among_the_words(tmp_path: Path) -> None:
    assert str(tmp_path) in personal_words(str(tmp_path))
    assert "google/gemma-3-1b-it" not in personal_words("google/gemma-3-1b-it")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (None, "random Gemma 3 of tools/random_gemma3.py"),
        ("google/gemma-3-1b-it", "google/gemma-3-1b-it"),
        ("mlx-community/gemma-3-4b-it-4bit", "mlx-community/gemma-3-4b-it-4bit"),
        ("alice/private-gemma", "a model of its own"),
        ("/Users/alice/gemma", "a model of its own"),
        ("google/weights/alice", "a model of its own"),
    ],
)
def test_only_known_publishers_models_are_named(model: str | None, name: str) -> None:
    assert name_model(model) == name
