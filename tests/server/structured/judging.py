"""Whether an answer is what a schema says, by a library that shares nothing with the masks."""

import json
from datetime import datetime, time
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from tests.server.structured.schemas import DRAFT_7


def is_time(value: object) -> bool:
    """Say whether a text is a time of day."""
    return not isinstance(value, str) or time.fromisoformat(value) is not None


def is_date_time(value: object) -> bool:
    """Say whether a text is a day and a time."""
    return not isinstance(value, str) or datetime.fromisoformat(value) is not None


FORMATS = FormatChecker()
FORMATS.checks("time", raises=ValueError)(is_time)  # the library's own knows neither fractions nor zones
FORMATS.checks("date-time", raises=ValueError)(is_date_time)


def is_valid(text: str, schema: dict[str, Any]) -> bool:
    """Say whether a text is JSON that the schema allows, formats included."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    validator = Draft7Validator if schema.get("$schema") == DRAFT_7 else Draft202012Validator
    return bool(validator(schema, format_checker=FORMATS).is_valid(value))
