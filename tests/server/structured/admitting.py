"""What llguidance lets through of a schema as it is prepared, byte by byte."""

from typing import Any

import msgspec
from llguidance import LLMatcher, LLTokenizer

from server.structured.schema import prepare_schema, write_schema

BYTES = LLTokenizer("byte")


def prepare(schema: Any) -> dict[str, Any]:
    return prepare_schema(msgspec.json.encode(schema).decode())


class Admitting:
    """A schema's grammar; raises what `prepare_schema` does, and AssertionError for one that llguidance refuses."""

    def __init__(self, schema: Any) -> None:
        grammar = LLMatcher.grammar_from_json_schema(write_schema(prepare(schema)))
        self._matcher = LLMatcher(BYTES, grammar, log_level=0)
        assert not self._matcher.is_error(), self._matcher.get_error()

    def __call__(self, text: str) -> bool:
        matcher, ids = self._matcher.deep_copy(), list(text.encode())
        return matcher.try_consume_tokens(ids) == len(ids) and matcher.is_accepting()
