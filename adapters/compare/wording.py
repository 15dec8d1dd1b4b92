"""Numbers as the report writes them."""

from collections.abc import Sequence


def write_number(value: float | None) -> str:
    """Write a number with three digits, in plain figures where that is short; a dash where there is none."""
    if value is None:
        return "–"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return write_power(f"{value:.3g}") if abs(value) < 1e-3 or abs(value) >= 1e6 else f"{value:,.0f}"


def write_power(text: str) -> str:
    """Take the zeros out of an exponent: 1e-05 is 1e-5."""
    digits, _, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if exponent else text


def write_rate(value: float | None) -> str:
    """Write a learning rate as people do."""
    return (
        "–" if value is None else write_power(f"{value:.3g}" if value >= 1e-3 else f"{value:.3e}".replace(".000", "").replace("00e", "e"))
    )


def write_count(value: int | None) -> str:
    """Write a number of things."""
    return "–" if value is None else f"{value:,}"


def write_times(ratio: float | None) -> str:
    """Write how many times one number is another: 4.8 times, 0.25 times."""
    return "–" if ratio is None else f"{write_ratio(ratio)} times"


def write_ratio(ratio: float | None) -> str:
    """Write the bare factor."""
    if ratio is None:
        return "–"
    if ratio >= 100:
        return f"{ratio:,.0f}"
    if ratio >= 2:
        return f"{ratio:.1f}".removesuffix(".0")
    return f"{ratio:.2f}".rstrip("0").rstrip(".") if ratio >= 1 or not ratio else f"{ratio:.2g}"


def write_share(value: float | None) -> str:
    """Write a share of a whole."""
    return "–" if value is None else f"{100 * value:.1f} %"


def list_words(words: Sequence[str]) -> str:
    """Write a list as a sentence has it."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
