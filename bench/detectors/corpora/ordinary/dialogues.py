"""Talk: plays, interviews, chats, drills for learners, stories that repeat a formula."""

import random
from collections.abc import Callable, Iterator
from itertools import count, pairwise

from bench.detectors.corpora.composition import fill
from bench.detectors.corpora.sources import sentences
from bench.detectors.corpora.words import CITIES, FIRST_NAMES, FOODS, GOODS, SUBJECTS, TASKS

SHORT_TURNS = ("Yes.", "No.", "Yes, of course.", "I don't know.", "Why?", "Go on.", "And then?", "Really?", "Hm.", "Not at all.")


def dialogues(rng: random.Random, size: int) -> str:
    """Write talk of one kind."""
    return fill(rng.choice(_KINDS)(rng), size)


def _play(rng: random.Random) -> Iterator[str]:
    speakers = rng.sample(FIRST_NAMES, 3)
    for sentence in rng.sample(sentences("english"), 300):
        yield f"{rng.choice(speakers).upper()}: {sentence if rng.random() < 0.6 else rng.choice(SHORT_TURNS)}"


def _questioning(rng: random.Random) -> Iterator[str]:
    """A transcript in which the answers hardly vary."""
    for _ in count():
        yield f"Q. Did you see {rng.choice(SUBJECTS)} on that day?\nA. {rng.choice(('I did not.', 'No, sir.', 'I do not recall.'))}"


def _chat(rng: random.Random) -> Iterator[str]:
    names = rng.sample(FIRST_NAMES, 2)
    for minute in count(rng.randrange(600)):
        said = rng.choice((*SHORT_TURNS, "ok", "ok", "lol", f"can you {rng.choice(TASKS)}?", f"the {rng.choice(GOODS)} is here"))
        yield f"[{8 + minute // 60 % 14:02}:{minute % 60:02}] {rng.choice(names)}: {said}"


def _drill(rng: random.Random) -> Iterator[str]:
    for verb in ("walk", "work", "wait", "cook", "paint", "listen", "start", "open", "help", "clean"):
        yield f"\n**to {verb}**\n"
        for person in ("I", "you", "we", "they"):
            yield f"{person} {verb}, {person} {verb}ed, {person} have {verb}ed, {person} will {verb}"


def _formula_story(rng: random.Random) -> Iterator[str]:
    """A tale for small children: everyone says the same."""
    lost = rng.choice(GOODS)
    yield f"Once there was a mouse who had lost her {lost}."
    for name in rng.sample(FIRST_NAMES, len(FIRST_NAMES)):
        yield f'"Have you seen my {lost}?" she asked {name} the {rng.choice(("fox", "owl", "hen", "toad", "mole"))}.'
        yield f'"No, I have not seen your {lost}," said {name}. "But I will come and look with you."'


def _shop(rng: random.Random) -> Iterator[str]:
    for food in FOODS * 3:
        yield f'"Do you have any {food}?" "We do. How much {food} would you like?" "{rng.randint(1, 9)} kilos, please."'


def _travel(rng: random.Random) -> Iterator[str]:
    cities = rng.sample(CITIES, len(CITIES))
    for here, there in pairwise(cities):
        yield f"From {here} take the train to {there}. In {there} change platforms and wait {rng.randint(4, 50)} minutes."


_KINDS: tuple[Callable[[random.Random], Iterator[str]], ...] = (_play, _questioning, _chat, _drill, _formula_story, _shop, _travel)
