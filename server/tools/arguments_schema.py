"""The schema of a function's arguments, as a grammar can hold it."""

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from server.structured.fault import SchemaFault, SchemaRefused
from server.structured.places import ROOT
from server.structured.schema import prepare_schema, write_schema
from server.tools.tool import Schema

ANY_OBJECT: Schema = {"type": "object"}

_NO_ARGUMENTS: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
_SAY_WHAT_ELSE = frozenset({"additionalProperties", "unevaluatedProperties", "patternProperties", "$ref", "anyOf", "oneOf", "allOf"})
_MOST_LEXER_STATES = 50_000


class ArgumentsChecker:
    """Finds out beforehand whether a schema compiles: by bytes, which takes no model and a millisecond or so."""

    def __init__(self) -> None:
        self._bytes = LLTokenizer("byte")

    def prepare(self, parameters: Schema | None) -> Schema:
        """Give a function's parameters ready for a grammar. Raises SchemaRefused with what cannot be guaranteed."""
        try:
            schema = prepare_schema(write_schema(require_object(parameters)))
            grammar = LLMatcher.grammar_from_json_schema(write_schema(schema))
        except RecursionError as exc:
            raise SchemaRefused([SchemaFault(place=ROOT, problem="nested too deeply")]) from exc
        matcher = LLMatcher(self._bytes, grammar, log_level=0, limits=LLParserLimits(max_lexer_states=_MOST_LEXER_STATES))
        if complaint := matcher.get_error():
            raise SchemaRefused([SchemaFault(place=ROOT, problem=" ".join(complaint.split()))])
        return schema


def require_object(parameters: Schema | None) -> Schema:
    """Narrow a function's schema to objects and, where it lists properties and says nothing of others, to those."""
    if parameters is None:
        return _NO_ARGUMENTS
    parameters = {key: value for key, value in parameters.items() if key != "nullable"}
    types = parameters.get("type", "object")
    schema = parameters | {"type": "object"} if types == "object" or (isinstance(types, list) and "object" in types) else parameters
    if "properties" in schema and not _SAY_WHAT_ELSE & schema.keys():
        return schema | {"additionalProperties": False}
    return schema
