"""Recipes: quantities, steps, several dishes with the same headings."""

import random
from collections.abc import Iterator

from bench.detectors.corpora.composition import fill
from bench.detectors.corpora.words import CITIES, FOODS

UNITS = ("g", "ml", "tbsp", "tsp", "cups", "pinches of")
DISHES = ("soup", "stew", "pie", "salad", "bread", "cake", "curry", "omelette", "risotto", "dumplings")
STEPS = (
    "Wash the {a} and cut the {b} into small pieces.",
    "Heat the {a} in a wide pan over medium heat.",
    "Add the {a} and cook for {n} minutes, stirring now and then.",
    "Stir in the {a}, then the {b}, and let it simmer for {n} minutes.",
    "Season with {a} and {b}.",
    "Cover and leave to rest for {n} minutes.",
    "Whisk the {a} with the {b} until smooth.",
    "Bake at {t} °C for {n} minutes, until golden.",
    "Serve warm, with {a} on top.",
)


def recipes(rng: random.Random, size: int) -> str:
    """Write recipes one after another."""
    return fill(_dishes(rng), size, "\n\n")


def _dishes(rng: random.Random) -> Iterator[str]:
    for city in rng.sample(CITIES, len(CITIES)):
        foods = rng.sample(FOODS, rng.randint(5, 9))
        ingredients = "\n".join(f"- {rng.randint(1, 500)} {rng.choice(UNITS)} {food}" for food in foods)
        steps = "\n".join(f"{number}. {_step(rng, foods)}" for number in range(1, rng.randint(4, 9)))
        yield f"## {city} {rng.choice(DISHES)}\n\n**Serves:** {rng.randint(2, 8)}"
        yield f"### Ingredients\n\n{ingredients}\n\n### Method\n\n{steps}"


def _step(rng: random.Random, foods: list[str]) -> str:
    a, b = rng.sample(foods, 2)
    return rng.choice(STEPS).format(a=a, b=b, n=5 * rng.randint(1, 9), t=10 * rng.randint(16, 23))
