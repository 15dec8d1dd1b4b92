"""Counter loops: the same words again and again, with a number that counts."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.alphabets import alphabets
from bench.detectors.corpora.example import LOOP_FLAGS, Example

TEMPLATES = (
    "step {n} is the next step after step {before}, ",
    "Step {n}: Repeat the process until step {n} is complete. ",
    "{n}. The government of the people is the government of the state.\n",
    "{n}. I will tell you the truth about this.\n",
    "Question {n}: What is the meaning of question {n}? Answer {n}: The meaning of question {n} is the answer. ",
    "Day {n}: I woke up, I looked out of the window, and nothing had changed. ",
    "## Part {n}\n\nThis part explains what the parts before it have explained.\n\n",
    "In {year}, the situation was the same as in {year_before}. ",
    "Chapter {n} tells how the river came back to the village and how the village was glad. ",
    "- Reason {n}: because it is important to understand the reasons.\n",
    "The {n}th thing to say is that there is another thing to say. ",
    "Version {n}.0 fixes the problems of version {before}.0 and adds new problems. ",
    "print('line {n}')  # print line {n}\n",
    "Figure {n} shows the result of the experiment, as Figure {before} did. ",
    "And then there were {n} of them, and they all looked at me, and I looked at them. ",
    "Der Punkt {n} ist wichtig, weil auch der Punkt {before} wichtig war. ",
)
NUM_COPIES = (8, 40)
PREFIX_SIZES = ((0, 0), (40, 400))


def counter_loops(rng: random.Random, num: int) -> Iterator[Example]:
    """Make loops in which nothing changes but a number that counts up."""
    latin = alphabets()[0]
    for turn in range(num):
        template = TEMPLATES[turn % len(TEMPLATES)]
        prefix = latin.prose(rng, rng.randint(*rng.choice(PREFIX_SIZES)))
        first = rng.choice((1, 1, 1, rng.randint(2, 900)))
        copies = (
            template.format(n=n, before=n - 1, year=1900 + n, year_before=1899 + n) for n in range(first, first + rng.randint(*NUM_COPIES))
        )
        yield Example(
            kind="counter loop", text=prefix + "".join(copies), due="near_loop", fitting=LOOP_FLAGS, start=len(prefix), alphabet="Latin"
        )
