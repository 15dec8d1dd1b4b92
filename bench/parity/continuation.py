"""Continuations of a prompt, and where two of them part."""

from collections.abc import Sequence

import msgspec


class Continuation(msgspec.Struct, frozen=True, kw_only=True):
    """What mlx-lm itself answers, greedily."""

    token_ids: tuple[int, ...]  # without the one that ends the turn
    segments: tuple[str, ...]  # the text that each token adds, and at the end what was held back
    finish_reason: str

    @property
    def text(self) -> str:
        """Put the segments together."""
        return "".join(self.segments)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the server answers."""

    text: str
    finish_reason: str | None
    token_ids: tuple[int, ...] | None  # without the one that ends the turn; None where the server does not tell


class Parting(msgspec.Struct, frozen=True, kw_only=True):
    """Where an answer leaves the reference."""

    num_agreed: int  # tokens
    expected: str  # the reference's text from there on
    got: str
    got_id: int | None  # the server's token, where it tells


def find_parting(reference: Continuation, answer: Answer) -> Parting | None:
    """Find the first token that differs; None where all agree. Where the server tells no tokens, the texts decide."""
    ids = answer.token_ids
    is_same = answer.text == reference.text and answer.finish_reason in (reference.finish_reason, None)
    if is_same and ids in (reference.token_ids, None):
        return None
    if ids is None or ids == reference.token_ids:
        num_agreed = _num_tokens_within(reference, _num_common(reference.text, answer.text))
        ids = reference.token_ids[:num_agreed]
    else:
        num_agreed = _num_common(reference.token_ids, ids)
    start = sum(len(segment) for segment in reference.segments[:num_agreed])
    got_id = ids[num_agreed] if num_agreed < len(ids) else None
    return Parting(num_agreed=num_agreed, expected=reference.text[start:], got=answer.text[start:], got_id=got_id)


def _num_common(one: Sequence[object], other: Sequence[object]) -> int:
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _num_tokens_within(reference: Continuation, num_characters: int) -> int:
    """Count the tokens whose text ends within so many characters."""
    end = 0
    for num_tokens, segment in enumerate(reference.segments[: len(reference.token_ids)]):
        end += len(segment)
        if end > num_characters:
            return num_tokens
    return len(reference.token_ids)
