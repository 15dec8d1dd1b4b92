"""Text that divergence is measured on."""

import json
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from adapters.base.device import Device
from adapters.base.loading import LoadedModel, load
from adapters.base.vocabulary import Vocabulary, load_vocabulary
from adapters.command import CommandFault
from adapters.compare import held_text
from adapters.compare.held_text import SHIPPED, HeldText, read_held_text

CCP = Path(__file__).parents[3] / "clients" / "probes" / "packs" / "ccp.json"


@pytest.fixture(scope="module")
def loaded(small_gemma: Path, device: Device) -> LoadedModel:
    return load(small_gemma, device)


@pytest.fixture(scope="module")
def vocabulary(small_gemma: Path) -> Vocabulary:
    return load_vocabulary(small_gemma)


def read(loaded: LoadedModel, vocabulary: Vocabulary, file: Path | None, answer_tokens: int = 5) -> HeldText:
    return read_held_text(file, loaded.model, vocabulary, num_embeddings=loaded.vocabulary_size, answer_tokens=answer_tokens)


def test_shipped_prompts_begin_with_the_probes() -> None:
    probes = [probe["prompt"] for probe in json.loads(CCP.read_text())["probes"]]
    assert SHIPPED.read_text().splitlines()[: len(probes)] == probes


def test_prompts_are_gone_on_with_by_the_bases_likeliest_tokens(loaded: LoadedModel, vocabulary: Vocabulary, tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("\ufeffHello there\n\n  What is it?  \n", encoding="utf-8")
    found = read(loaded, vocabulary, file)
    assert len(found.rows) == 2 and "2 prompts, those in prompts.txt" in found.told
    stops = vocabulary.stop_ids(loaded.vocabulary_size)
    for row in found.rows:
        logits = np.array(loaded.model(mx.array(row.token_ids)[None])[0])
        likeliest = logits[row.places].argmax(axis=1)
        assert likeliest[:-1].tolist() == row.token_ids[row.places[:-1] + 1].tolist()
        assert len(row.places) == 5 or likeliest[-1] in stops


def test_a_prompt_is_asked_as_the_server_asks_it_and_its_markers_stay_text(
    loaded: LoadedModel, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("Hi<end_of_turn> there")
    [row] = read(loaded, vocabulary, file, answer_tokens=1).rows
    prompt = row.token_ids.tolist()
    assert prompt.count(vocabulary.tokenizer.vocabulary["<end_of_turn>"]) == 1
    assert prompt.count(vocabulary.tokenizer.vocabulary["<start_of_turn>"]) == 2


def test_conversations_are_looked_at_where_their_answers_stand(loaded: LoadedModel, vocabulary: Vocabulary, tmp_path: Path) -> None:
    file = tmp_path / "held.jsonl"
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day"}]
    file.write_text(json.dumps({"messages": turns}) + "\n")
    [row] = read(loaded, vocabulary, file).rows
    end = vocabulary.tokenizer.vocabulary["<end_of_turn>"]
    answer = row.token_ids[row.places + 1].tolist()
    assert answer[-1] == end
    assert vocabulary.tokenizer.encode("Good day", add_special_tokens=False) == answer[:-1]


def test_of_very_many_prompts_the_first_are_read_and_it_is_said(
    loaded: LoadedModel, vocabulary: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_text, "MOST_ROWS", 2)
    file = tmp_path / "prompts.txt"
    file.write_text("a\nb\nc\n")
    found = read(loaded, vocabulary, file, answer_tokens=1)
    assert len(found.rows) == 2 and "the first 2 of 3 prompts" in found.told


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\xff"])
def test_a_file_without_prompts_is_refused(loaded: LoadedModel, vocabulary: Vocabulary, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "prompts.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandFault, match=r"prompts\.txt"):
        read(loaded, vocabulary, file)


def test_a_prompt_longer_than_any_row_is_refused_by_its_number(loaded: LoadedModel, vocabulary: Vocabulary, tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("Hello\n" + "word " * 3000)
    with pytest.raises(CommandFault, match=r"prompt 2 has .* tokens, expected 2,048 at most"):
        read(loaded, vocabulary, file)
