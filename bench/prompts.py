"""Prompts of mixed length, all different, so that no server answers from a cache."""


def prompts(round_number: int, num_prompts: int) -> list[str]:
    """Make the prompts of one round: 10 to 60 words each."""
    return [
        f"Round {round_number}, question {number}: what should be said of it, " + "and of the one before, " * (number % 6) + "today?"
        for number in range(num_prompts)
    ]
