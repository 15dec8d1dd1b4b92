"""How well a text compresses: reported as a number, never a verdict (code and JSON compress as well as loops do)."""

import zlib


def compression_ratio(text: str) -> float | None:
    """Return UTF-8 bytes over zlib bytes; None for an empty text."""
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded) / len(zlib.compress(encoded)) if encoded else None
