"""The bodies of `POST /v1/score`. For one text the answer is its `Scores`, the object of `choices[i].scores`."""

from typing import Annotated

import msgspec

from scoring.scores import Scores

MAX_TEXTS = 2048  # as many as OpenAI takes inputs to embed


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to score, or several that answer the same prompt."""

    text: str | Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MAX_TEXTS)]
    prompt: str | None = None  # what the text answers; None is unknown
    scorer: str | None = None  # None is the server's own


class ScoreList(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of several texts, in their order."""

    results: tuple[Scores, ...]
