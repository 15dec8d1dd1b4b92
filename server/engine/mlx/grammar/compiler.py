"""Grammars compiled for a model's tokens, beside the running rows."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from llguidance import LLExecutor, LLMatcher, LLParserLimits, LLTokenizer
from numpy.typing import NDArray

from server.engine.errors import InvalidGeneration
from server.engine.mlx.grammar.complaint import explain, explain_schema
from server.engine.mlx.grammar.digits import DigitLimit, find_digits
from server.engine.mlx.grammar.mask import WORD_BITS, GrammarMask
from server.engine.protocol import Grammar
from server.structured.fault import SchemaRefused
from server.structured.schema import prepare_schema, write_schema

NUM_KEPT = 64  # compiled grammars: a client asks again and again with the same
MOST_BYTES = 256 * 1024  # of a grammar as it is written
MOST_LEXER_STATES = 50_000  # of 1 to 2 kB each
# Between two parts of JSON: nothing, a blank, or a new line that is indented. Unbounded, a model may write nothing else for ever.
WHITE_SPACE = r"(\n {0,16}| )?"


class CompiledGrammar:
    """A grammar ready for any number of rows."""

    def __init__(
        self, matcher: LLMatcher, *, tokenizer: LLTokenizer, digits: NDArray[np.int32] | None, executor: LLExecutor, param: str
    ) -> None:
        """Take a matcher that has seen nothing; with `digits`, a bit for each token that begins with one, numbers come to an end."""
        self._matcher = matcher
        self._tokenizer = tokenizer
        self._digits = digits
        self._executor = executor
        self._param = param

    def start(self) -> GrammarMask:
        """Make the mask of a row that has no answer yet."""
        limit = DigitLimit(self._tokenizer, self._digits) if self._digits is not None else None
        num_ids = self._tokenizer.vocab_size
        return GrammarMask(self._matcher.deep_copy(), num_ids=num_ids, executor=self._executor, limit=limit, param=self._param)


class GrammarCompiler:
    """Compiles on a thread of its own: a large schema stalls neither the event loop, nor prompts, nor the running rows."""

    def __init__(self, tokenizer: LLTokenizer | None) -> None:
        self._tokenizer = tokenizer
        self._digits = find_digits(tokenizer, -(-tokenizer.vocab_size // WORD_BITS)) if tokenizer else None
        self._compile = lru_cache(maxsize=NUM_KEPT)(self._make)
        self._executor = LLExecutor()  # its threads sleep until masks are asked for
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="grammar")

    async def compile_in_turn(self, grammar: Grammar) -> CompiledGrammar:
        """Do as `compile` does, on the thread."""
        return await asyncio.wrap_future(self._thread.submit(self.compile, grammar))

    def compile(self, grammar: Grammar) -> CompiledGrammar:
        """Compile it, or take what was made of the same before.

        Raises InvalidGeneration, with the keyword and the place in a schema, if it is wrong, asks for what cannot be had, or lets
        nothing be said.
        """
        if self._tokenizer is None:
            raise InvalidGeneration("this model's tokens are of a kind that no grammar can be compiled for", param=grammar.param)
        if (size := len(grammar.source.encode("utf-8", "replace"))) > MOST_BYTES:
            raise InvalidGeneration(f"{grammar.param} has a grammar of {size} bytes: at most {MOST_BYTES} are taken", param=grammar.param)
        try:
            return self._compile(grammar)
        except (SchemaRefused, _Refused) as exc:
            raise InvalidGeneration(f"{grammar.param}: {exc}", param=grammar.param) from exc

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)

    def _make(self, grammar: Grammar) -> CompiledGrammar:
        assert self._tokenizer is not None
        kind, source = grammar.kind, grammar.source
        if kind == "json_schema":
            schema = prepare_schema(source)
            matcher = self._try(_as_grammar(schema))
            if matcher.is_error():
                raise _Refused(explain_schema(schema, matcher.get_error(), lambda part: self._try(_as_grammar(part)).get_error()))
        elif kind == "regex":
            matcher = self._try(LLMatcher.grammar_from_regex(source))
        else:
            matcher = self._try(LLMatcher.grammar_from_lark(source))
        if matcher.is_error():
            raise _Refused(f"the grammar cannot be compiled: {explain(matcher.get_error())}")
        self._check_beginning(matcher.deep_copy())
        digits = self._digits if kind == "json_schema" or grammar.is_json else None
        return CompiledGrammar(matcher, tokenizer=self._tokenizer, digits=digits, executor=self._executor, param=grammar.param)

    def _try(self, grammar: str) -> LLMatcher:
        assert self._tokenizer is not None
        limits = LLParserLimits(max_lexer_states=MOST_LEXER_STATES, verbose_errors=False)
        return LLMatcher(self._tokenizer, grammar, log_level=0, limits=limits)

    def _check_beginning(self, matcher: LLMatcher) -> None:
        """Refuse what compiles and lets nothing be said, such as a schema that refers to itself alone."""
        assert self._tokenizer is not None
        words = np.zeros(-(-self._tokenizer.vocab_size // WORD_BITS), dtype=np.uint32)
        matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
        for end in self._tokenizer.eos_tokens:
            words[end // WORD_BITS] &= ~np.uint32(1 << end % WORD_BITS)
        if matcher.is_error() or not words.any():
            raise _Refused("nothing can be said that it allows: does it refer to itself without an end?")


class _Refused(Exception):
    """A grammar cannot be used; the message says why."""


def _as_grammar(schema: dict[str, object]) -> str:
    return LLMatcher.grammar_from_json_schema(write_schema(schema), overrides={"whitespace_pattern": WHITE_SPACE})
