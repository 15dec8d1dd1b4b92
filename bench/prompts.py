"""Prompts that are new to whoever is asked, so that no server answers from a cache, unless the measurement is of the cache."""

import random
import uuid
from collections.abc import Sequence

import msgspec

WORDS = (
    "a air and answer at bread bridge by child city cloud cold dark day door east every fast field find fire first from garden give good"
    " grass green hand heavy hill home house in iron island keep kind lake land late leaf light line long make mountain morning narrow near"
    " night north of old on open over paper path people plain quiet rain river road roof salt sea see seven shore silver sing slow small"
    " snow some south stone story street summer tall the their three to town tree under valley voice walk wall warm water west wide wind"
    " winter with wood word work year young"
)

Messages = Sequence[dict[str, str]]


class PromptTag(msgspec.Struct, frozen=True, kw_only=True):
    """Where a prompt belongs; put first in it, so that it has no beginning in common with another's."""

    run: str
    round_number: int
    part: str

    def __str__(self) -> str:
        return f"{self.run} {self.part}{self.round_number}"


def new_run() -> str:
    """Name a run as no run before was: a server that has been up for long may remember the others' prompts."""
    return uuid.uuid4().hex[:6]


def prompts(round_number: int, num_prompts: int) -> list[str]:
    """Make the prompts of one round: 10 to 60 words each."""
    return [
        f"Round {round_number}, question {number}: what should be said of it, " + "and of the one before, " * (number % 6) + "today?"
        for number in range(num_prompts)
    ]


def even_prompts(tag: PromptTag, num_prompts: int) -> list[str]:
    """Make prompts of about 30 tokens each, all of one length, as a batch without padding wants them."""
    return [f"{tag} {number:02d}: what is happening in the world today, and why does it matter to people?" for number in range(num_prompts)]


def long_text(tag: PromptTag, number: int, num_words: int) -> str:
    """Make a text of so many words, drawn anew for every tag and number."""
    rng = random.Random(f"{tag} {number}")
    return f"{tag} {number:02d}: " + " ".join(rng.choices(WORDS.split(), k=num_words))


def user(prompt: str, *, system: str | None = None) -> Messages:
    """Make the messages of one question."""
    return [*([] if system is None else [{"role": "system", "content": system}]), {"role": "user", "content": prompt}]
