"""From the form that a request wants of its answer to a grammar: pure."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from server.engine.protocol import Grammar
from server.errors import InvalidRequest
from server.http.faults import Fault
from server.structured.fault import SchemaRefused
from server.structured.schema import prepare_schema
from server.wire.answer_form import ResponseFormat, Schema, StructuredOutputs
from server.wire.responses_request import TextFormat

MOST_RULES = 300  # of a client's grammar: compiling it follows them one into another
_DIRECTIVE = re.compile(r"%\s*(?:json|regex|lark|llguidance)\b")
_ANY_OBJECT: Schema = {"type": "object"}
_SIGN = re.compile(r"[\\.+*?()|\[\]{}^$]")  # what means something in a pattern; before other punctuation a backslash would


def translate_form(form: ResponseFormat | None, outputs: StructuredOutputs | None) -> Grammar | None:
    """Translate what is without faults; None where any text will do."""
    if outputs is not None and (grammar := _translate_outputs(outputs)) is not None:
        return grammar
    if form is None or form.type == "text":
        return None
    if form.type == "json_object":
        return _of_schema(_ANY_OBJECT if form.schema is None else form.schema, "response_format.schema")
    schema = form.json_schema.schema if form.json_schema else None
    return _of_schema(_ANY_OBJECT if schema is None else schema, "response_format.json_schema.schema")


def translate_text_format(form: TextFormat | None) -> Grammar | None:
    """Translate what is without faults, in the form of OpenAI's responses; None where any text will do."""
    if form is None or form.type == "text":
        return None
    return _of_schema(_ANY_OBJECT if form.schema is None else form.schema, "text.format.schema")


def find_text_format_faults(form: TextFormat | None) -> Iterator[Fault]:
    """Find a schema that is missing, and what only a schema has."""
    if form is None:
        return
    if form.type == "json_schema":
        if form.schema is None:
            yield Fault(param="text.format.schema", message="'text.format.schema' is missing.")
        return
    for field in ("name", "description", "schema", "strict"):
        if getattr(form, field) is not None:
            text = f"'text.format.{field}' stands in a format of type {form.type!r}: only 'json_schema' has it."
            yield Fault(param=f"text.format.{field}", message=text)


def find_form_faults(form: ResponseFormat | None, outputs: StructuredOutputs | None) -> Iterator[Fault]:
    """Find what says nothing, or two things at once."""
    if form is not None and form.type == "json_schema" and form.json_schema is None:
        yield Fault(param="response_format.json_schema", message="'response_format.json_schema' is missing.")
    if outputs is None:
        return
    kinds = [name for name, value in msgspec.structs.asdict(outputs).items() if value is not None and value is not False]
    if len(kinds) > 1:
        yield Fault(param="structured_outputs", message=f"'structured_outputs' has {', '.join(kinds)}: expected one of them.")
    if kinds and form is not None and form.type != "text":
        text = "'response_format' and 'structured_outputs' both say what the answer must be: send one of them."
        yield Fault(param="structured_outputs", message=text)
    if outputs.grammar is not None and (num_rules := outputs.grammar.count(":")) > MOST_RULES:
        text = f"'structured_outputs.grammar' has {num_rules} colons: at most {MOST_RULES} rules are taken."
        yield Fault(param="structured_outputs.grammar", message=text)
    if outputs.grammar is not None and (found := _DIRECTIVE.search(outputs.grammar)):
        # A schema in a grammar would be compiled as it is, without what `server/structured/` sees to.
        text = f"'structured_outputs.grammar' has {found[0]}, which is not taken: send a schema as 'structured_outputs.json'."
        yield Fault(param="structured_outputs.grammar", message=text)
    if isinstance(outputs.json, str) and _read_schema(outputs.json) is None:
        yield Fault(param="structured_outputs.json", message="'structured_outputs.json' is a text that is no JSON schema.")


def prepare_form_schema(form: Grammar) -> dict[str, Any]:
    """Give a form's JSON schema ready for a larger grammar; raises InvalidRequest with what is wrong with it."""
    try:
        return prepare_schema(form.source)
    except SchemaRefused as exc:
        raise InvalidRequest(f"{form.param}: {exc}", param=form.param) from exc


def _translate_outputs(outputs: StructuredOutputs) -> Grammar | None:
    place = "structured_outputs"
    if outputs.json is not None:
        schema = _read_schema(outputs.json) if isinstance(outputs.json, str) else outputs.json
        return _of_schema(_ANY_OBJECT if schema is None else schema, f"{place}.json")
    if outputs.regex is not None:
        return Grammar(kind="regex", source=outputs.regex, param=f"{place}.regex")
    if outputs.choice is not None:
        # One pattern: of alternatives in a grammar llguidance follows no more than 2,000 at once.
        choices = "|".join(_SIGN.sub(r"\\\g<0>", choice) for choice in outputs.choice)
        return Grammar(kind="regex", source=choices, param=f"{place}.choice")
    if outputs.grammar is not None:
        return Grammar(kind="lark", source=outputs.grammar, param=f"{place}.grammar")
    return _of_schema(_ANY_OBJECT, f"{place}.json_object") if outputs.json_object else None


def _of_schema(schema: Schema, param: str) -> Grammar:
    return Grammar(kind="json_schema", source=msgspec.json.encode(schema).decode(), param=param)


def _read_schema(text: str) -> Schema | None:
    try:
        schema = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return schema if isinstance(schema, dict | bool) else None
