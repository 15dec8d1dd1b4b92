"""What a real Gemma is asked: every prompt under several settings, in batches that share one setting."""

import random
from collections.abc import Sequence

import msgspec

PLAN_SEED = 20_261_130
TEMPERATURES = (0.0, 0.4, 0.7, 1.0, 1.3)
TOP_K = 64  # as Gemma's own configuration has it
MAX_BATCH_TOKENS = 3_600  # a batch takes less than a minute on two cores
CHAT_PROMPTS = (
    "What should I pack for a week of hiking in the rain?",
    "Explain how a refrigerator keeps food cold.",
    "Write a short poem about a lighthouse.",
    "Give me ten names for a small grey cat.",
    "Make a table of five vegetables, when to sow them and when to harvest them.",
    "Write a Python function that counts the vowels in a string.",
    "Who was Ada Lovelace, and what is she known for?",
    "Plan a birthday party for a child of six, hour by hour.",
    "Write a song with three verses and a chorus about a train at night.",
    "Was ist der Unterschied zwischen Wetter und Klima?",
    "Raconte-moi une histoire courte sur un vieux pêcheur.",
    "Escribe una receta sencilla de sopa de lentejas.",
    "Как вырастить помидоры на балконе?",
    "日本の四季について説明してください。",
    "请介绍一下长城的历史。",
    "اكتب فقرة عن أهمية القراءة.",
    "Describe the rules of chess to someone who has never played.",
    "Write a polite e-mail asking a landlord to repair the heating.",
    "Compare buses and trams in a city in five points.",
    "Tell me a joke about a programmer and a penguin.",
    "Write the HTML of a page with a heading, a list and a form.",
    "What happens in the body when we sleep?",
    "List the months of the year with the number of days of each.",
    "Write a bash script that removes empty folders.",
    "Summarise in one paragraph why bees matter.",
    "Translate into Spanish: The library is closed on Mondays, but the café is open.",
    "Should a town ban cars from its centre? Argue both sides.",
    "Count from one to thirty and say which numbers are prime.",
    "Write a diary entry of a sailor in 1850.",
    "Give me a JSON object that describes a book with three authors.",
)
RAW_PROMPTS = (
    "The museum opened its doors in 1902 and",
    "How to bake bread:\n\n1.",
    "Q: Why do leaves turn red in autumn?\nA:",
    "def is_palindrome(text):\n    ",
    "| Name | Age | City |\n|---|---|---|\n| Anna | 31 | Oslo |\n",
    "It was raining when the last bus left the village, and",
    "Verse 1\nThe river runs down to the sea\n",
    "CHAPTER I\n\n",
    "The patient was admitted with",
    "SELECT name, city FROM customers WHERE",
    "<ul>\n  <li>Apples</li>\n",
    "Minutes of the meeting of 4 March\n\nPresent:",
    "Glossary\n\nAlgorithm:",
    "Es war einmal ein kleines Mädchen, das",
    "Il était une fois dans une forêt",
    "La ciudad de Sevilla es conocida por",
    "Москва — столица России.",
    "东京是日本的首都,",
    "Customer: My parcel has not arrived.\nAgent:",
    "import csv\n\nwith open('prices.csv') as file:\n",
    "#include <stdio.h>\n\nint main(void) {\n",
    "Monday: soup\nTuesday: pasta\nWednesday:",
    "The three most important lessons of my life are",
    "Once more we sing the song of spring,\n",
    "In this review we compare four electric bicycles.",
    "2 + 2 = 4\n2 + 3 = 5\n2 + 4 =",
    "Blessed are the",
    "To whom it may concern:\n\n",
    "name,score,team\nJonas,12,red\nMaria,15,blue\n",
    "The committee recommends that",
)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """How a batch is sampled."""

    temperature: float
    top_k: int = 0  # 0 draws from the whole vocabulary
    max_tokens: int


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt, as a user's turn or as plain text to go on from."""

    kind: str  # chat or raw
    prompt: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Questions answered side by side."""

    number: int
    seed: int
    setting: Setting
    questions: tuple[Question, ...]


def plan_batches(*, seed: int = PLAN_SEED) -> tuple[Batch, ...]:
    """Ask every prompt at every temperature, and half of them once more where answers differ each time."""
    rng = random.Random(seed)
    questions = [Question(kind="chat", prompt=prompt) for prompt in CHAT_PROMPTS]
    questions += [Question(kind="raw", prompt=prompt) for prompt in RAW_PROMPTS]
    rounds: list[tuple[Setting, Sequence[Question]]] = []
    for temperature in TEMPERATURES:
        asked = rng.sample(questions, len(questions))
        cut = len(asked) // 2
        top_k = 0 if temperature in (0.0, 0.4) else TOP_K
        rounds.append((Setting(temperature=temperature, top_k=top_k, max_tokens=120), asked[:cut]))
        rounds.append((Setting(temperature=temperature, top_k=top_k, max_tokens=180), asked[cut:-12]))
        rounds.append((Setting(temperature=temperature, top_k=top_k, max_tokens=280), asked[-12:-4]))
        rounds.append((Setting(temperature=temperature, top_k=top_k, max_tokens=400), asked[-4:]))
        if temperature:
            rounds.append((Setting(temperature=temperature, max_tokens=140), rng.sample(questions, cut)))
    batches = [(setting, part) for setting, asked in rounds for part in _parts(asked, MAX_BATCH_TOKENS // setting.max_tokens)]
    rng.shuffle(batches)
    return tuple(
        Batch(number=number, seed=rng.randrange(1_000_000), setting=setting, questions=tuple(part))
        for number, (setting, part) in enumerate(batches)
    )


def _parts(questions: Sequence[Question], size: int) -> list[Sequence[Question]]:
    return [questions[at : at + size] for at in range(0, len(questions), size)]
