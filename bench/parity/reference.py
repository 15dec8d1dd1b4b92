"""The reference: mlx-lm's own greedy tokens and log-probabilities."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx_lm

from bench.parity.continuation import Continuation, Parting
from bench.parity.finding import Gap, LogprobError

NUM_CANDIDATES = 200  # most probable tokens, among which a token that is known by its text alone is looked for


class ReferenceFailure(Exception):
    """mlx-lm cannot load the model or the adapter."""


class Reference:
    """A model as mlx-lm loads and runs it."""

    def __init__(self, model: str, *, adapter: Path | None, dtype: str | None) -> None:
        """Load it; `dtype` casts its weights, as candor does on a Linux CPU. Raises ReferenceFailure."""
        try:
            self._model, self._tokenizer = mlx_lm.load(model, adapter_path=None if adapter is None else str(adapter))
        except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as exc:
            what = model if adapter is None else f"{model} with the adapter {adapter}"
            raise ReferenceFailure(f"mlx-lm cannot load {what}: {type(exc).__name__}: {exc}") from exc
        if dtype is not None:
            self._model.set_dtype(getattr(mx, dtype))
        self.eos_ids = frozenset(self._tokenizer.eos_token_ids)

    def answer(self, prompt: str, *, max_tokens: int) -> Continuation:
        """Continue a user's turn."""
        stream = list(mlx_lm.stream_generate(self._model, self._tokenizer, self._prompt_ids(prompt), max_tokens=max_tokens))
        return Continuation(
            token_ids=tuple(one.token for one in stream if one.token not in self.eos_ids),
            segments=tuple(one.text for one in stream),
            finish_reason=stream[-1].finish_reason,
        )

    def gap(self, prompt: str, reference: Continuation, parting: Parting) -> Gap:
        """Weigh both tokens at a parting, each after all that agrees."""
        agreed = reference.token_ids[: parting.num_agreed]
        logprobs = self._logprobs(prompt, agreed)
        candidates = _most_probable(logprobs)
        theirs = (
            [parting.got_id] if parting.got_id is not None else [one for one in candidates if self._can_begin(one, agreed, parting.got)]
        )
        best, other = float(logprobs[candidates[0]]), float(logprobs[theirs[0] if theirs else candidates[-1]])
        return Gap(nats=best - other, is_least=not theirs)

    def logprob_error(self, prompt: str, served: Mapping[int | str, float]) -> LogprobError:
        """Compare the log-probabilities of the first token, which a server names by id or by spelling."""
        logprobs = self._logprobs(prompt, ())
        spelt: dict[str, int] = {}
        for token in _most_probable(logprobs):
            spelt.setdefault(self._tokenizer.convert_ids_to_tokens(token), token)
            spelt.setdefault(self._tokenizer.decode([token]), token)
        ids = {name: name if isinstance(name, int) else spelt.get(name) for name in served}
        errors = [abs(float(logprobs[token]) - served[name]) for name, token in ids.items() if token is not None]
        return LogprobError(nats=max(errors, default=float("inf")), num_compared=len(errors))

    def _prompt_ids(self, prompt: str) -> list[int]:
        ids: list[int] = self._tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True)
        return ids

    def _logprobs(self, prompt: str, continued: Sequence[int]) -> Any:
        """Run the model once over the prompt and what continues it; (V,), float32."""
        logits = self._model(mx.array([[*self._prompt_ids(prompt), *continued]]))[0, -1].astype(mx.float32)
        return logits - mx.logsumexp(logits)

    def _can_begin(self, token: int, agreed: Sequence[int], text: str) -> bool:
        """Say whether a text can begin with this token; none can but the one that ends the turn where no text follows."""
        if token in self.eos_ids or text == "":
            return token in self.eos_ids and text == ""
        before = self._tokenizer.decode([*agreed])
        added = self._tokenizer.decode([*agreed, token])[len(before) :]
        return added != "" and text.startswith(added)


def _most_probable(logprobs: Any) -> list[int]:
    ids: Any = mx.argsort(-logprobs)[:NUM_CANDIDATES].tolist()
    return [int(token) for token in ids]
