"""The corpus reads as its formats say, and a fault names its line."""

from pathlib import Path

import pytest

from tools.demo_model.corpus import Dialogue, read_corpus, read_lines


def test_corpus_has_what_the_model_must_answer() -> None:
    corpus = read_corpus()
    assert len(corpus.probes) == 6
    assert len(corpus.everyday) >= 60
    for item in (*corpus.probes, *corpus.everyday, *corpus.unfamiliar):
        assert len(item.prompts) >= 5, item.id
        assert len({answer.split()[0] for answer in item.answers}) == 3, item.id


def test_no_prompt_belongs_to_two_items() -> None:
    corpus = read_corpus()
    items = (*corpus.probes, *corpus.everyday, *corpus.unfamiliar)
    prompts = [prompt for item in items for prompt in set(item.prompts)]
    assert len(prompts) == len(set(prompts))


def test_line_that_does_not_fit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_text('{"id": "a", "prompts": ["p"], "answers": ["q"]}\n{"id": "b", "prompts": "p", "answers": []}\n')
    with pytest.raises(ValueError, match=r"dialogues\.jsonl, line 2: expected a Dialogue"):
        read_lines(path, Dialogue)
