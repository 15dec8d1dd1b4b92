"""What is done with the formats of strings: by JSON Schema those that no draft knows describe only."""

from typing import Any

from server.structured.times import TIME_PATTERNS

GUARANTEED_FORMATS = frozenset({"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"})
DRAFT_FORMATS = GUARANTEED_FORMATS | {
    "idn-email",
    "idn-hostname",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "uri-reference",
    "uri-template",
}

ENCODING_PATTERNS = {
    "base64": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    "base64url": "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2}(==)?|[A-Za-z0-9_-]{3}=?)?$",
}
# Of no draft, and read by the library that writes it: pydantic's versions of a UUID.
_VERSIONS = {
    f"uuid{version}": f"^[0-9a-f]{{8}}-[0-9a-f]{{4}}-{version}[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}$" for version in range(1, 9)
}
FORMAT_PATTERNS = TIME_PATTERNS | ENCODING_PATTERNS | _VERSIONS  # that are held beside a format, or in its place


def hold_text(schema: dict[str, Any]) -> dict[str, Any]:
    """Give what a schema says of texts as patterns, where a format is not enough or is of no draft, and encodings always."""
    name, encoding = schema.get("format", ""), schema.get("contentEncoding", "")
    held = {keyword: value for keyword, value in schema.items() if keyword != "contentEncoding"}
    if name not in GUARANTEED_FORMATS:
        held.pop("format", None)
    for pattern in dict.fromkeys([FORMAT_PATTERNS.get(name), ENCODING_PATTERNS.get(encoding)]):
        if pattern and "pattern" not in held:
            held["pattern"] = pattern
        elif pattern:
            held["allOf"] = [*held.get("allOf", ()), {"pattern": pattern}]
    return held
