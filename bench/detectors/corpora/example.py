"""One text of the evaluation, and what the detectors should say of it."""

import msgspec

from scoring.scores import Flag

LOOP_FLAGS = frozenset({"token_loop", "phrase_loop", "block_loop", "refusal_loop"})


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A reply with what is known of it. Text is ordinary if no flag is due."""

    kind: str
    text: str
    prompt: str | None = None
    special_tokens: frozenset[str] = frozenset()
    silent_ids: tuple[int, ...] = ()  # of tokens drawn after the text that leave no text
    num_tokens: int | None = None
    finish_reason: str | None = None
    due: str | None = None  # the flag that has to come
    fitting: frozenset[str] = frozenset()  # flags that would be right as well
    start: int | None = None  # the character where it begins
    period: int | None = None  # characters a copy, of a loop
    noise_percent: int = 0  # of the characters after `start` that were replaced
    alphabet: str | None = None

    @property
    def is_ordinary(self) -> bool:
        """Whether every hard flag is a false alarm."""
        return self.due is None

    def fits(self, flag: Flag) -> bool:
        """Say whether the flag is true of this text; what fits an ordinary one is a hint at most."""
        return flag.flag == self.due or (flag.flag in self.fitting and not (self.is_ordinary and flag.tier == "hard"))
