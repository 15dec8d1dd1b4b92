"""Records made by hand, for the tests of what is computed from them."""

from typing import Any

from clients.battery.outcome import Outcome
from clients.battery.record import Record
from scoring.scores import Degeneration, Flag

DIMENSIONS = (
    "compliance_markers",
    "formulaic_preamble",
    "first_person",
    "creative_form",
    "engagement_depth",
    "emotional_register",
    "degeneration",
    "empty_broken",
)


def make_record(score: float | None = 1.0, *, flags: tuple[Flag, ...] = (), **fields: Any) -> Record:
    """Make a record with this score in every dimension; without a score it failed."""
    has_score = score is not None
    whole: dict[str, Any] = {
        "role": "trained",
        "endpoint": "http://127.0.0.1:8000/v1",
        "model": "tuned",
        "id": "p1",
        "prompt": "Why?",
        "sample": 0,
        "seed": 0,
        "temperature": 0.4,
        "max_tokens": 1024,
        "scorer": "lek-v1",
        "response": "Because." if has_score else None,
        "lek_score": score,
        "heuristic": dict.fromkeys(DIMENSIONS, score) if has_score else None,
        "flags": tuple(flag.flag for flag in flags),
        "degeneration": Degeneration(flags=flags, compression_ratio=1.0) if has_score else None,
        "finish_reason": "stop" if has_score else None,
        "prompt_tokens": 9,
        "completion_tokens": 7,
        "seconds": 1.25,
        "retries": 0,
        "error": None if has_score else "HTTP 500: the row failed",
        "system_fingerprint": None,
        "adapter": None,
        "adapter_digest": None,
        "server_lek_score": None,
    }
    return Record(**(whole | fields))


def make_outcome(score: float | None = 1.0, **fields: Any) -> Outcome:
    """Make an outcome of one sample."""
    return Outcome(samples=(make_record(score, **fields),))
