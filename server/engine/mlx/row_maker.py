"""From a generation to the row that the worker runs: its prompt as tokens, its grammar compiled, its limits held against the memory."""

import secrets
from collections.abc import Sequence

from adapters.registry import LoadedAdapter
from server.engine.errors import InvalidGeneration
from server.engine.mlx.drawing.wishes import Wishes
from server.engine.mlx.grammar.compiler import GrammarCompiler
from server.engine.mlx.listing import list_ids
from server.engine.mlx.prompt import EncodedPrompt, PromptEncoder
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.text import AnswerText
from server.engine.protocol import AdapterUse, Generation


class RowMaker:
    """Makes the rows of one engine, on the event loop; what takes long is done on other threads."""

    def __init__(self, runtime: Runtime, encoder: PromptEncoder) -> None:
        self._encoder = encoder
        self._vocabulary = runtime.vocabulary
        self._grammars = GrammarCompiler(runtime.grammar_tokenizer)
        self._special_ids = self._vocabulary.tokenizer.special_ids
        self._stop_ids = self._vocabulary.stop_ids(runtime.loaded.vocabulary_size)
        self._drawable = runtime.drawable
        self._context_size = runtime.loaded.context_size
        self._kv_shape = runtime.kv_shape
        self._memory_bytes = runtime.budget.memory_bytes

    def close(self) -> None:
        """End the thread that compiles."""
        self._grammars.close()

    async def make(self, generation: Generation, adapters: Sequence[LoadedAdapter], *, arrived_s: float) -> Row:
        """Compile, encode and check what a generation asks for; `adapters` are those it names. Raises InvalidGeneration.

        It came at `arrived_s`, by time.monotonic.
        """
        self._check_tokens(generation)
        _check_uses(generation.adapters, adapters)
        in_use = [(adapter, use.scale) for adapter, use in zip(adapters, generation.adapters, strict=True) if use.scale != 0]
        grammar = await self._grammars.compile_in_turn(generation.grammar) if generation.grammar else None
        prompt = await self._encode(generation)
        max_tokens = min(generation.max_tokens, self._context_size - len(prompt.token_ids))
        if not generation.is_limit_asked_for:
            max_tokens = min(max_tokens, max(1, self._find_room() - len(prompt.token_ids)))
        self._check_memory(len(prompt.token_ids), max_tokens, param="messages" if generation.prompt is None else "prompt")
        sampling = generation.sampling
        seed = sampling.seed
        # Where a grammar is at its end, the model's own end ids are all that may come: there even an answer that ignores them is over.
        ignores_stop_ids = generation.ignores_stop_ids and grammar is None
        return Row(
            id=generation.id,
            prompt_ids=prompt.token_ids,
            max_tokens=max_tokens,
            sampling=sampling,
            seed=secrets.randbits(63) if seed is None else seed,
            routes=tuple((adapter.slot, scale) for adapter, scale in in_use),
            text=AnswerText(
                self._vocabulary.detokenizers.make(),
                generation.stop,
                shows_stop=generation.shows_stop,
                min_tokens=generation.min_tokens,
                hidden_ids=self._special_ids if generation.hides_special_tokens else frozenset(),
            ),
            arrived_s=arrived_s,
            weights=tuple((adapter.digest, scale) for adapter, scale in in_use),
            boundaries=prompt.boundaries,
            num_top_logprobs=generation.num_top_logprobs,
            num_prompt_logprobs=generation.num_prompt_logprobs,
            tells_prompt=generation.tells_prompt,
            end_ids=(frozenset() if ignores_stop_ids else self._stop_ids).union(generation.stop_token_ids),
            wishes=Wishes(
                logit_bias=generation.logit_bias,
                min_tokens=generation.min_tokens,
                forbidden_until_then=self._stop_ids.union(generation.stop_token_ids),
                last_resort=self._stop_ids if generation.ignores_stop_ids and grammar else frozenset(),
            ),
            shows_stop=generation.shows_stop,
            grammar=grammar,
        )

    async def _encode(self, generation: Generation) -> EncodedPrompt:
        if generation.prompt is None:
            return await self._encoder.encode_in_turn(generation.messages, generation.beginning)
        return await self._encoder.encode_prompt_in_turn(generation.prompt)

    def _check_tokens(self, generation: Generation) -> None:
        """Refuse ids that cannot be drawn, and an answer that must be longer than it may."""
        named = {"logit_bias": [token for token, _ in generation.logit_bias], "stop_token_ids": generation.stop_token_ids}
        for param, ids in named.items():
            if strangers := sorted(set(ids) - self._drawable):
                raise InvalidGeneration(
                    f"{param} names {list_ids(strangers)}: expected ids of tokens that this model can draw", param=param
                )
        if generation.min_tokens and self._drawable <= self._stop_ids.union(generation.stop_token_ids):
            raise InvalidGeneration("stop_token_ids names every token: none is left to draw before min_tokens", param="stop_token_ids")
        if generation.min_tokens > generation.max_tokens:
            raise InvalidGeneration(
                f"min_tokens is {generation.min_tokens}, and the answer may have no more than {generation.max_tokens}", param="min_tokens"
            )

    def _find_room(self) -> int:
        """Give the tokens of the longest row that there is room for where nothing else runs."""
        return self._kv_shape.tokens_in(self._memory_bytes, most=self._context_size)

    def _check_memory(self, num_prompt_tokens: int, max_tokens: int, *, param: str) -> None:
        """Refuse what has no room even where nothing else runs."""
        shape, room = self._kv_shape, self._memory_bytes
        needed = shape.reserved_bytes(num_prompt_tokens + max_tokens)
        if needed <= room:
            return
        fits = shape.reserved_bytes(num_prompt_tokens + 1) <= room
        raise InvalidGeneration(
            f"the prompt of {num_prompt_tokens} tokens and up to {max_tokens} of the answer take {needed} bytes of keys and values, "
            f"and this server has {room}: ask for {'a shorter answer' if fits else 'less'}, or give it more --memory-bytes",
            param="max_tokens" if fits else param,
            code=None if fits else "context_length_exceeded",
        )


def _check_uses(uses: Sequence[AdapterUse], adapters: Sequence[LoadedAdapter]) -> None:
    """Refuse what DoRA's formula has no answer for: the length of a sum is not the sum of lengths."""
    num_parts = sum(use.scale != 0 for use in uses)
    for place, (use, adapter) in enumerate(zip(uses, adapters, strict=True)):
        if adapter.kind != "dora" or use.scale == 0:
            continue
        dora = f"{use.name!r} is a DoRA adapter, whose norm is not linear"
        if num_parts > 1:
            param = f"lora[{place}].name"
            raise InvalidGeneration(f"{param}: {dora}: it cannot be added to others, so ask for it alone", param=param)
        if use.scale != 1:
            param = f"lora[{place}].scale"
            raise InvalidGeneration(f"{param} is {use.scale:g}, and {dora}: only 1 and 0 are served", param=param)
