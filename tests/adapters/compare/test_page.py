"""The page and the terminal: whole, safe, and silent on what is not known."""

import hashlib
import io
from base64 import b64encode
from html.parser import HTMLParser

import pytest
from rich.console import Console

from adapters.compare.comparison import Compared, hold
from adapters.compare.diagnosis import diagnose, find_reference
from adapters.compare.loss_curve import LossCurve
from adapters.compare.page import render_page
from adapters.compare.recommendation import recommend
from adapters.compare.report import ComparedModel, Report
from adapters.compare.terminal import print_report
from tests.adapters.compare.compared import compared, divergence, record, scores

HOSTILE = "<script>alert(1)</script>\"'&[red]"
CURVE = LossCurve(training=tuple((step, 3 - step / 100) for step in range(1, 101)), validation=((0, 3.0), (50, 2.6), (100, 2.2)))
FULL = {"divergence": divergence(1.4), "curve": CURVE, "scores": scores(2.0)}
VOID = {"meta", "br", "hr"}


def report(*adapters: Compared, model: str | None = "tiny") -> Report:
    held = hold(adapters)
    findings = diagnose(held)
    reference = find_reference(held)
    return Report(
        model=ComparedModel(name=model, num_layers=26, update_and_weights="Of the weights.", held_text="2 prompts") if model else None,
        reference=reference.name if reference else None,
        adapters=held,
        findings=findings,
        recommendation=recommend(held, findings),
    )


class Reader(HTMLParser):
    """Reads a page strictly: each element that opens has to close, in its order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.styles: list[str] = []
        self.policy = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name in ("src", "href", "style") or name.startswith("on") for name, _ in attrs)
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"] or ""
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.styles.append(data)


def test_a_page_is_whole_and_asks_for_nothing() -> None:
    page = render_page(report(compared("mild", training=record(5e-6, 400, 1)), compared("hot", relative=0.4, **FULL)))  # type: ignore[arg-type]
    read = Reader(page)
    assert page.startswith("<!doctype html>\n")
    assert read.tags.count("svg") >= 3 and "script" not in read.tags
    assert all("sha256-" + b64encode(hashlib.sha256(style.encode()).digest()).decode() in read.policy for style in read.styles)
    assert "prefers-color-scheme" in page and "width=device-width" in page


def test_hostile_names_and_notes_stay_text() -> None:
    page = render_page(report(compared(HOSTILE, notes=(HOSTILE,), **FULL), compared("b"), model=HOSTILE))  # type: ignore[arg-type]
    assert "script" not in Reader(page).tags
    assert "<script" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("relative", [None, 0.1])
def test_of_an_adapter_alone_without_a_record_a_page_is_made(relative: float | None) -> None:
    page = render_page(report(compared("alone", relative=relative, base_layers=None), model=None))
    Reader(page)
    assert "its files say nothing of its training" in page and "None" not in page and "nan" not in page


def printed(shown: Report, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_report(shown, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_terminal_shows_the_same_numbers_and_reads_no_markup() -> None:
    text = printed(report(compared("mild", relative=0.1), compared(HOSTILE, relative=0.48, **FULL)))  # type: ignore[arg-type]
    assert "0.48 (4.8×)" in text
    assert "[red]" in text
    assert "Diagnosis" in text and "learning-rate = 5e-06" in text


def test_recommended_lines_are_not_cut_on_a_narrow_terminal() -> None:
    lines = printed(report(compared("hot", **FULL)), width=40).splitlines()  # type: ignore[arg-type]
    assert any(line.startswith("learning-rate = 5e-06  # the note's: its own is not known") for line in lines)
