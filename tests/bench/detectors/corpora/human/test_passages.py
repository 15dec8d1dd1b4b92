"""Passages out of packages made by hand: what is taken, how it is read and cut, and that it is the same each time."""

import gzip
import random
from itertools import pairwise
from pathlib import Path

import pytest

from bench.detectors.corpora.human.cutting import MAX_CHARS, MIN_CHARS, cut_passages
from bench.detectors.corpora.human.fetching import Package
from bench.detectors.corpora.human.kinds import DRAWN, RULES, find_kind
from bench.detectors.corpora.human.passage import Passage
from bench.detectors.corpora.human.passages import gather_passages
from bench.detectors.corpora.human.reading import decode_text, strip_roff

WORDS = ("barrel", "snow", "river", "candle", "orchard", "window", "lantern", "meadow", "copper", "violin", "harbour", "thistle")


def write_prose(seed: int, num_paragraphs: int) -> str:
    rng = random.Random(seed)
    return "\n\n".join(" ".join(rng.choices(WORDS, k=40)) + "." for _ in range(num_paragraphs))


@pytest.fixture
def package(tmp_path: Path) -> Package:
    folder = tmp_path / "tool_1.0_all.deb"
    for path, text in {
        "usr/share/doc/tool/README.md": write_prose(1, 30),
        "usr/share/doc/tool/copyright": write_prose(2, 30),
        "usr/bin/tool": write_prose(3, 30),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    manual = folder / "usr/share/man/man1/tool.1.gz"
    manual.parent.mkdir(parents=True)
    manual.write_bytes(gzip.compress((".TH TOOL 1\n.SH NAME\n" + write_prose(4, 30)).encode()))
    (folder / "usr/share/doc/tool/copy.md").symlink_to("README.md")
    return Package(name=folder.name, folder=folder)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("fortunes_1.99_all.deb:usr/share/games/fortunes/songs-poems", "songs and poems"),
        ("fortunes_1.99_all.deb:usr/share/games/fortunes/art.dat", None),
        ("fortunes-pl_0_all.deb:usr/share/games/fortunes/pl/irc", "chat logs"),
        ("manpages-ja_0_all.deb:usr/share/man/ja/man1/ls.1.gz", "man pages in other languages"),
        ("wget_1_amd64.deb:usr/share/man/man1/wget.1.gz", "man pages"),
        ("wget_1_amd64.deb:usr/bin/wget", None),
        ("nethack_3_all.deb:usr/share/pixmaps/nethack/tiles", None),
        ("vim_9_all.deb:usr/share/vim/vim90/tutor/tutor.zh.euc", None),
        ("vim_9_all.deb:usr/share/vim/vim90/tutor/tutor.zh.utf-8", "Vim tutorials"),
        ("wget_1_amd64.deb:usr/share/doc/wget/changelog.gz", "changelogs"),
        ("faker-40-py3-none-any.whl:faker/providers/person/de.py", "word data in Python"),
        ("flask-3.1.3.tar.gz:flask-3.1.3/tests/test_app.py", "Python tests"),
    ],
)
def test_a_file_is_of_the_kind_its_path_tells(path: str, kind: str | None) -> None:
    package, _, within = path.partition(":")
    assert find_kind(package, within) == kind


def test_no_kind_is_named_twice() -> None:
    kinds = [kind for kind, _ in RULES]
    assert set(kinds) >= DRAWN
    assert len(set(kinds)) == len(kinds) >= 50


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfone\r\ntwo", "one\ntwo"),
        ("日本語の辞書".encode("euc_jp"), "日本語の辞書"),
        ("Käse aus Köln".encode("latin-1"), "Käse aus Köln"),
        (b"\x00\x01\x02\x7fELF", None),
    ],
)
def test_bytes_are_read_in_the_encoding_that_holds(raw: bytes, text: str | None) -> None:
    assert decode_text(raw) == text


def test_a_manual_page_loses_its_formatting_and_keeps_its_words() -> None:
    page = '.TH LS 1\n.\\" a comment\n.SH NAME\nls \\- list\n.PP\nGive \\fB\\-a\\fR to see all.\n.BR stat (2)\n.ft R\n'
    assert strip_roff(page) == "NAME\n\nls - list\n\nGive -a to see all.\nstat (2)"


def test_fortunes_are_cut_one_by_one_and_long_texts_at_their_paragraphs() -> None:
    entries = [write_prose(seed, 1) for seed in range(5)]
    assert list(cut_passages("\n%\n".join([*entries, "too short"]), random.Random(1))) == entries
    prose = write_prose(9, 60)
    passages = list(cut_passages(prose, random.Random(1)))
    assert len(passages) > 5
    assert all(MIN_CHARS <= len(passage) <= MAX_CHARS and passage in prose for passage in passages)
    starts = [prose.index(passage) for passage in passages]
    assert all(prose[start - 2 : start] in ("", "\n\n") for start in starts)
    spans = sorted((start, start + len(passage)) for start, passage in zip(starts, passages, strict=True))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_attachments_are_left_out() -> None:
    letter = write_prose(5, 20) + "\n\n" + "\n".join(["iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE"] * 60)
    passages = list(cut_passages(letter, random.Random(1)))
    assert passages
    assert all(passage.count("iVBORw0KGgo") < 0.01 * len(passage) for passage in passages)


def gathered(package: Package, num_per_kind: int) -> list[Passage]:
    return gather_passages([package], num_per_kind=num_per_kind)


def test_passages_are_the_same_each_time_and_tell_where_they_are_from(package: Package) -> None:
    passages = gathered(package, 5)
    assert passages == gathered(package, 5)
    assert {passage.kind for passage in passages} == {"Markdown", "copyright files", "man pages"}
    assert "tool_1.0_all.deb:usr/share/man/man1/tool.1.gz" in {passage.source for passage in passages}
    assert not any("usr/bin" in passage.source or "copy.md" in passage.source for passage in passages)


def test_no_two_passages_begin_or_end_alike(package: Package) -> None:
    passages = gathered(package, 100)
    assert len({passage.text[:100] for passage in passages}) == len(passages) == len({passage.text[-100:] for passage in passages})


def test_about_a_fifth_is_held_back_by_its_text_alone() -> None:
    held = [Passage(id=f"{number:016x}", kind="", source="", text="").is_held_back for number in range(1_000)]
    assert sum(held) == 200
