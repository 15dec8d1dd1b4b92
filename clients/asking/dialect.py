"""What an endpoint takes of a request's fields for one model, learnt from its refusals.

What was to change nothing is left out where it is refused, the limit goes by its other name, and where only streams are served one is
asked for. What the user has said is never left out: the message names the flag that does so.
"""

from typing import Any

import msgspec

from clients.asking.exchange import MaxTokensField, Sampler
from clients.asking.refusal import Refusal
from clients.asking.sampling_fields import OTHER_TOP_K_OFF, TOP_K_OFF

OTHER_NAME: dict[MaxTokensField, MaxTokensField] = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class Dialect:
    """The words in which requests are put from now on."""

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._top_k_off = TOP_K_OFF
        self._limit_names: list[MaxTokensField] = ["max_tokens"]  # as tried; the last is used
        self._is_streamed = False
        self._has_stream_options = True

    def phrase(self, sampler: Sampler, seed: int | None) -> dict[str, Any]:
        """Write the fields of a request's body that say how to answer."""
        said: dict[str, Any] = {self._limit_name(sampler): sampler.max_tokens}
        said |= {name: value for name, value in (("temperature", sampler.temperature), ("seed", seed)) if value is not None}
        left_out = self._refused - sampler.fields.active.keys()
        said |= {name: value for name, value in msgspec.structs.asdict(sampler.fields).items() if name not in left_out}
        if said.get("top_k") == TOP_K_OFF:
            said["top_k"] = self._top_k_off
        if sampler.is_streamed or self._is_streamed:
            said["stream"] = True
            if self._has_stream_options:
                said["stream_options"] = {"include_usage": True}
        return said

    def learn(self, said: dict[str, Any], sampler: Sampler, refusal: Refusal) -> bool:
        """Take the refusal of a body that held `said`; False where asking otherwise cannot help."""
        neutral = said.keys() & set(sampler.fields.__struct_fields__) - sampler.fields.active.keys()
        if refused := [name for name in neutral if refusal.names(name)]:
            self._leave_out(refused, said)
        elif "stream_options" in said and refusal.names("stream_options"):
            self._has_stream_options = False
        elif "stream" not in said and refusal.is_for_streams_only:
            self._is_streamed = True
        elif sampler.max_tokens_field is None and _is_by_its_other_name(refusal, self._limit_names[-1]):
            self._rename_limit()
        return self.phrase(sampler, said.get("seed")) != said  # also where another request has taught it meanwhile

    def _leave_out(self, names: list[str], said: dict[str, Any]) -> None:
        for name in names:
            if name == "top_k" and said[name] == TOP_K_OFF:
                self._top_k_off = OTHER_TOP_K_OFF
            else:
                self._refused.add(name)

    def _rename_limit(self) -> None:
        """Try the other name once, and go back to the first where that is refused too."""
        if len(self._limit_names) < 3:
            self._limit_names.append(OTHER_NAME[self._limit_names[-1]])

    def _limit_name(self, sampler: Sampler) -> MaxTokensField:
        return sampler.max_tokens_field or self._limit_names[-1]


def unsent_fields(said: dict[str, Any], sampler: Sampler) -> tuple[str, ...]:
    """List what a body that held `said` left out, or said by another name than is usual."""
    names = ("temperature", "max_tokens", *sampler.fields.__struct_fields__)
    return tuple(name for name in names if name not in said)


def advise(refusal: Refusal, said: dict[str, Any]) -> str | None:
    """Say which flag helps where a field is refused that no question can do without it; None where it is something else."""
    for name, advice in (
        ("temperature", "--temperature 1 is what some models take alone, and --temperature none sends none"),
        ("seed", "--seed none sends none"),
        ("max_tokens", "--max-tokens-field max_completion_tokens gives the limit its newer name"),
        ("max_completion_tokens", "--max-tokens-field max_tokens gives the limit its older name"),
    ):
        if name in said and refusal.is_against(name):
            return advice
    return None


def _is_by_its_other_name(refusal: Refusal, name: MaxTokensField) -> bool:
    return refusal.is_against(name) or (name == "max_tokens" and refusal.names("max_completion_tokens"))
