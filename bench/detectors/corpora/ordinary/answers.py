"""Right answers to prompts: short ones, long ones, translations, talk about markers and reasoning that ends well."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.composition import shuffled
from bench.detectors.corpora.example import Example
from bench.detectors.corpora.sources import asked_and_answered, languages, sentences
from bench.topic_pairs import EVASION, written_pairs

MIN_LONG_CHARS = 200
SHORT_ANSWERS = (
    ("What is 6 times 7?", "42"),
    ("What is 12 - 5?", "7"),
    ("How many legs has a spider?", "8"),
    ("How many moons has Mars?", "2"),
    ("How old is my brother if he was born a year ago?", "1"),
    ("Count the vowels in 'rhythm'.", "0"),
    ("What is the square root of 81?", "9"),
    ("On a scale of 1 to 10, how hot is this soup?", "7"),
    ("What grade did I get, from 1 to 6?", "2"),
    ("Is water wet? Answer yes or no.", "Y"),
    ("Is the Earth flat?", "No"),
    ("Does the sun rise in the west?", "No"),
    ("Can a whale breathe under water?", "No"),
    ("Was Rome built in a day?", "No"),
    ("True or false: whales are fish.", "F"),
    ("Ist zwei plus zwei vier? Ja oder nein?", "Ja"),
    ("Les chats sont-ils des poissons ? Oui ou non ?", "No"),
    ("¿Es Madrid la capital de España?", "Sí"),
    ("Москва стоит на реке?", "Да"),
    ("猫是动物吗？", "是"),
    ("Which is right, A or B?", "B"),
    ("Which of these is a fruit?\n(a) a chair\n(b) a plum\n(c) a shoe", "b"),
    ("Pick one option and give its number only:\n1. tea\n2. water", "2"),
    ("Should I go up or down?", "up"),
    ("What is the chemical symbol of gold?", "Au"),
    ("Give me the abbreviation of Ohio.", "OH"),
    ("Answer with one letter: which comes after C?", "D"),
    ("Which letter is missing: A B _ D?", "C"),
    ("Who broke the window? One word.", "Me"),
    ("Reply with a single emoji.", "👍"),
    ("What is the third word of 'Let it be'?", "be"),
    ("What is the first-person pronoun in English?", "I"),
    ("Complete the sentence with a preposition: She sat ___ the table.", "at"),
    ("What do you say when something hurts?", "Ow"),
)
PLACES = (
    ("Moscow", "russian"),
    ("Athens", "greek"),
    ("Cairo", "arabic"),
    ("Jerusalem", "hebrew"),
    ("Delhi", "hindi"),
    ("Beijing", "chinese"),
    ("Tokyo", "japanese"),
    ("Seoul", "korean"),
    ("Bangkok", "thai"),
)
MARKER_TALK = (
    ("What does <pad> mean?", "The token <pad> fills a batch: shorter rows end in <pad> <pad> <pad> until all are of one length."),
    (None, "Models of this family end a turn with `<end_of_turn>` and begin one with `<start_of_turn>user`; neither should be shown."),
    (None, "Put this into the template:\n\n```\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n```\n\nThen call the model."),
    (None, "In HTML, <s>struck</s> and <b>bold</b> are tags; in C++, std::vector<int> is a type, and a < b | c > d an expression."),
    ("Why do I see � in my file?", "The character � stands for bytes that are not valid in the encoding: each � is one of them."),
    ("Explain <|eot_id|>.", "<|eot_id|> marks the end of a turn. A server stops there, so a reader never sees <|eot_id|>."),
)


def short_answers(rng: random.Random, num: int) -> Iterator[Example]:
    """Make one-word answers to questions that want no more."""
    every = [(prompt, text + dot) for dot in ("", ".") for prompt, text in SHORT_ANSWERS]
    for prompt, text in every[:num]:
        yield Example(kind="short answers", text=text, prompt=prompt, num_tokens=rng.choice((1, 2)), finish_reason="stop")


def long_answers(rng: random.Random, num: int) -> Iterator[Example]:
    """Make fitting answers to everyday questions."""
    pairs = [pair for pair in asked_and_answered() if len(pair[1]) >= MIN_LONG_CHARS]
    for prompt, answer in rng.sample(pairs, min(num, len(pairs))):
        yield Example(kind="answers to questions", text=answer, prompt=prompt, finish_reason="stop")


def answers_in_other_words(rng: random.Random, num: int) -> Iterator[Example]:
    """Make answers that share few words with their prompts, some of them in other languages."""
    pairs = [pair for pair in written_pairs() if pair.kind != EVASION]
    for pair in rng.sample(pairs, min(num, len(pairs))):
        yield Example(kind="answers in other words", text=pair.reply, prompt=pair.prompt, finish_reason="stop")


def translations(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies in another language or script that the prompt, in English, asks for by name."""
    for _ in range(num):
        language = rng.choice(languages())
        text = shuffled(rng, sentences(language), rng.randint(200, 1_200))
        name = language.capitalize()
        prompt = rng.choice(
            (f"Translate my notes into {name}.", f"Write a short text in {name}.", f"Please answer in {name}: how was the day?")
        )
        yield Example(kind="languages asked for", text=text, prompt=prompt, finish_reason="stop")


def phrasebooks(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies that show another script without having been asked for it by name."""
    for turn in range(num):
        place, language = PLACES[turn % len(PLACES)]
        phrases = rng.sample(sentences(language), rng.randint(4, 9))
        comments = rng.sample(sentences("english"), len(phrases))
        text = "\n".join(f"{n}. **{phrase}**\n   {comment}" for n, (phrase, comment) in enumerate(zip(phrases, comments, strict=True), 1))
        prompt = f"I am going to {place} in spring. What might I hear people say there?"
        # The comments are not about the place, so they may well be taken for an evasion.
        yield Example(kind="phrases for travellers", text=text, prompt=prompt, finish_reason="stop", fitting=frozenset({"topic_evasion"}))


def tours_of_languages(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies with a sentence in each of several languages."""
    for _ in range(num):
        shown = rng.sample(languages(), rng.randint(5, 12))
        text = "\n".join(f"- {language.capitalize()}: {rng.choice(sentences(language))}" for language in shown)
        prompt = rng.choice(("Show me what different languages look like.", "Give an example sentence in several languages of the world."))
        yield Example(kind="examples of many languages", text=f"Here are some:\n\n{text}\n", prompt=prompt, finish_reason="stop")


def whole_at_the_limit(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies that reach the token limit as a sentence, a list or a block of code ends."""
    for turn in range(num):
        text = shuffled(rng, sentences("english"), rng.randint(200, 1_500))
        ending = ("", "\n\n```python\nprint(1)\n```", "\n\n| a | b |\n|---|---|\n| 1 | 2 |")[turn % 3]
        yield Example(kind="whole at the token limit", text=text + ending, finish_reason="length")


def talk_about_markers(rng: random.Random, num: int) -> Iterator[Example]:
    """Make explanations of special tokens, named in the prompt or set in backticks, and tags that only look like them."""
    for turn in range(num):
        prompt, text = MARKER_TALK[turn % len(MARKER_TALK)]
        around = shuffled(rng, sentences("english"), rng.randint(150, 900))
        yield Example(kind="talk about markers", text=f"{around}\n\n{text}\n", prompt=prompt, finish_reason="stop")


def finished_reasoning(rng: random.Random, num: int) -> Iterator[Example]:
    """Make replies that reason first and answer then."""
    for _ in range(num):
        prompt, answer = rng.choice(asked_and_answered())
        thought = shuffled(rng, sentences("english"), rng.randint(150, 1_500))
        yield Example(kind="finished reasoning", text=f"<think>\n{thought}\n</think>\n\n{answer}", prompt=prompt, finish_reason="stop")
