"""The learning rate of each step."""

import math

from adapters.train.settings import TrainingSettings


def find_learning_rate(settings: TrainingSettings, number: int) -> float:
    """Give the rate of step `number`, from 1. No step has a rate of zero, for that would be a step for nothing.

    The warm-up rises from zero before the first step to the whole rate at its last one. What falls afterwards would be at zero at the step
    after the last one.
    """
    if number < settings.warmup:
        return settings.learning_rate * number / settings.warmup
    top = max(settings.warmup, 1)  # the first step with the whole rate
    done = min(1.0, (number - top) / (settings.num_steps - top + 1)) if settings.num_steps >= top else 0.0
    match settings.schedule:
        case "constant":
            return settings.learning_rate
        case "linear":
            return settings.learning_rate * (1 - done)
        case "cosine":
            return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
