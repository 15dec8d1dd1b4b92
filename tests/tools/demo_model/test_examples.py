"""Training sees what the chat template writes, and only the model's own words count."""

import random

import pytest
from transformers import PreTrainedTokenizerFast

from tools.demo_model.corpus import Turn, read_corpus
from tools.demo_model.examples import Example, batch_by_length, encode_passage, encode_turns, sample_examples
from tools.demo_model.tokenizer import train_tokenizer

CORPUS = read_corpus()
TURNS = (
    Turn(role="system", content="Be brief."),
    Turn(role="user", content="Hello"),
    Turn(role="assistant", content="Hello! How\nare you?"),
    Turn(role="user", content="Well, thank you."),
    Turn(role="assistant", content="Good."),
)


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(CORPUS.texts(), 1024)


@pytest.mark.parametrize("turns", [TURNS, TURNS[1:], *(item.turns for item in CORPUS.conversations[::20])])
def test_encoded_turns_equal_the_chat_template(turns: tuple[Turn, ...], tokenizer: PreTrainedTokenizerFast) -> None:
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    assert encode_turns(turns, tokenizer).tokens == tokenizer.apply_chat_template(messages, return_dict=False)


def test_only_answers_and_their_ends_count(tokenizer: PreTrainedTokenizerFast) -> None:
    example = encode_turns(TURNS, tokenizer)
    counted = [token for token, is_counted in zip(example.tokens, example.counted, strict=True) if is_counted]
    assert tokenizer.decode(counted) == "Hello! How\nare you?<end_of_turn>Good.<end_of_turn>"


def test_passage_counts_to_its_end(tokenizer: PreTrainedTokenizerFast) -> None:
    example = encode_passage("Rain fell.", tokenizer)
    assert tokenizer.decode(example.tokens) == "<bos>Rain fell.<eos>"
    assert example.counted == [False] + [True] * (len(example.tokens) - 1)


def test_samples_follow_the_seed(tokenizer: PreTrainedTokenizerFast) -> None:
    first, again, other = (sample_examples(CORPUS, tokenizer, random.Random(seed), 40) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_batches_keep_to_their_tokens_and_lose_nothing() -> None:
    examples = [Example([0] * length, [True] * length) for length in (5, 40, 7, 30, 6, 31)]
    batches = batch_by_length(examples, 70, random.Random(0))
    assert all(len(batch) * max(len(one.tokens) for one in batch) <= 70 for batch in batches)
    assert sorted(len(one.tokens) for batch in batches for one in batch) == [5, 6, 7, 30, 31, 40]
