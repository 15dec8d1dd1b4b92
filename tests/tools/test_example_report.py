"""The example reports in docs/examples."""

from pathlib import Path

import pytest

from tools.example_report import EXAMPLE_FILE, build_example, write_example


def test_examples_are_what_the_code_makes_of_their_replies(tmp_path: Path) -> None:
    write_example(tmp_path)
    stale = [file.name for file in sorted(tmp_path.iterdir()) if file.read_bytes() != (EXAMPLE_FILE.parent / file.name).read_bytes()]
    assert stale == [], "run python -m tools.example_report"


def test_examples_show_the_improvement_and_the_failure() -> None:
    lek, overcooked = build_example().comparisons
    assert lek.is_significant
    assert lek.difference is not None
    assert lek.difference.mean > 0
    assert overcooked.significantly_regressed > 0
    assert any(change.subject > change.baseline for change in overcooked.hard_flags)


@pytest.mark.parametrize("name", ["report.json", "report.md", "report.html"])
def test_examples_name_the_address_of_the_contract_and_no_folder(name: str) -> None:
    text = (EXAMPLE_FILE.parent / name).read_text(encoding="utf-8")
    assert "http://127.0.0.1:8000" in text
    assert not any(folder in text for folder in ("/home/", "/root/", "/tmp/", "/Users/"))


def test_examples_are_small() -> None:
    sizes = {file.name: file.stat().st_size for file in EXAMPLE_FILE.parent.iterdir()}
    assert sizes["report.png"] < 300_000
    assert sum(sizes.values()) < 1_500_000
