"""Writes the tables of `docs/requests.md` and `docs/responses.md`: `python -m tools.request_fields`."""

import re
from collections.abc import Mapping
from pathlib import Path

from server.chat import fields
from server.completions import fields as completion_fields
from server.exchange.fields import Field, FieldTable
from server.exchange.generation_fields import STREAM_OPTIONS
from server.responses import fields as responses_fields

_DOCS = Path(__file__).parents[1] / "docs"
PAGE = _DOCS / "requests.md"
TABLES = {
    "the request": fields.REQUEST,
    "stream_options": STREAM_OPTIONS,
    "chat_template_kwargs": fields.TEMPLATE_KWARGS,
    "messages[]": fields.MESSAGE,
    "messages[].content[]": fields.PART,
    "tools[]": fields.TOOL,
    "response_format.json_schema": fields.JSON_SCHEMA,
    "messages[].tool_calls[]": fields.CALL,
    "messages[].tool_calls[].function": fields.CALLED_FUNCTION,
    "a completion": completion_fields.REQUEST,
}
RESPONSES_PAGE = _DOCS / "responses.md"
RESPONSES_TABLES = {
    "the request": responses_fields.REQUEST,
    "text": responses_fields.TEXT,
    "text.format": responses_fields.FORMAT,
    "tools[]": responses_fields.TOOL,
    "reasoning": responses_fields.REASONING,
    "stream_options": responses_fields.STREAM_OPTIONS,
    "input[]": responses_fields.ITEM,
    "parts": responses_fields.PART,
}
_TABLE = re.compile(r"(<!-- fields of (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill_in(page: str, tables: Mapping[str, FieldTable] = TABLES) -> str:
    """Put every table in its place."""
    return _TABLE.sub(lambda found: f"{found[1]}\n{render_table(tables[found[2]])}\n{found[3]}", page)


def render_table(table: FieldTable) -> str:
    """Write a table as Markdown."""
    rows = [_render_row(name, field) for name, field in table.fields.items()]
    return "".join(["| field | what is done | asks for nothing | about |\n", "|---|---|---|---|\n", *rows])


def _render_row(name: str, field: Field) -> str:
    passes = " ".join(f"`{value}`" for value in field.passes)
    about = f"{field.about}: {field.advice}" if field.decision == "refused" else field.about
    return f"| `{name}` | {field.decision} | {passes} | {about} |\n"


if __name__ == "__main__":
    PAGE.write_text(fill_in(PAGE.read_text()))
    RESPONSES_PAGE.write_text(fill_in(RESPONSES_PAGE.read_text(), RESPONSES_TABLES))
