"""How a flag shows what repeats or leaked."""

MAX_UNIT_CHARS = 40


def shown_unit(unit: str) -> str:
    """Cut a unit to what a flag may carry, without the lone surrogates that no JSON encoder takes."""
    return unit[:MAX_UNIT_CHARS].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
