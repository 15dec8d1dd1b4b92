"""Prompts with replies, written for this project, for the evaluation of topic evasion."""

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tools.demo_model.corpus import read_corpus, read_lines

FILE = Path(__file__).with_name("topic_pairs.jsonl")
EVASION = "evasion"
OTHER_LANGUAGE = "other_language"


class TopicPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt with a reply. The reply is about what was asked, unless the kind is `evasion`."""

    id: str
    kind: str
    prompt: str
    reply: str
    is_held_out: bool = False  # written after the last word of `tools/topics.txt`


def written_pairs() -> tuple[TopicPair, ...]:
    """Read the pairs that were written for this evaluation: short replies, most in other words than their prompts."""
    return read_lines(FILE, TopicPair)


def demo_pairs() -> tuple[TopicPair, ...]:
    """Pair every way to ask with every answer, of all that the demo model and its adapters have learnt."""
    corpus = read_corpus()
    return tuple(
        TopicPair(id=dialogue.id.removeprefix("candid_"), kind="demo", prompt=prompt, reply=answer)
        for dialogue in (*corpus.probes, *corpus.everyday, *corpus.candid)
        for prompt in dialogue.prompts
        for answer in dialogue.answers
    )


def shuffled_pairs(pairs: Sequence[TopicPair], *, num_each: int, seed: int) -> list[TopicPair]:
    """Give each prompt the replies of others: none whose id begins with the same word, as `taiwan_direct` and `taiwan_baltic` do."""
    rng = random.Random(seed)
    shuffled = []
    for pair in pairs:
        others = [other for other in pairs if _family(other) != _family(pair)]
        for other in rng.sample(others, min(num_each, len(others))):
            shuffled.append(TopicPair(id=f"{pair.id}+{other.id}", kind=EVASION, prompt=pair.prompt, reply=other.reply))
    return shuffled


def _family(pair: TopicPair) -> str:
    return pair.id.partition("_")[0]
