"""The page's colours, light and dark: text against its ground by 4.5 to 1, drawings by 3 to 1 (WCAG 2.2, AA)."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[4] / "clients" / "report" / "html" / "style.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
GROUNDS = ("ground", "raised", "sunken")
TEXTS = ("ink", "soft-ink", "link", "improved", "regressed")
DRAWN = ("s0", "s1", "s2", "s3", "s4", "s5", "strong-line", "unchanged", "caution")


def colours(scheme: str) -> dict[str, str]:
    light, dark = (dict(COLOUR.findall(part)) for part in STYLE.split("@media (prefers-color-scheme: dark)", 1))
    assert light.keys() == dark.keys()
    return light if scheme == "light" else dark


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("names", "grounds", "least"),
    [
        (TEXTS, GROUNDS, 4.5),
        (DRAWN, ("ground", "raised"), 3.0),
        (("hard-ink",), ("hard-ground",), 4.5),
        (("soft-flag-ink",), ("soft-ground",), 4.5),
    ],
)
def test_contrast_suffices(scheme: str, names: tuple[str, ...], grounds: tuple[str, ...], least: float) -> None:
    own = colours(scheme)
    poor = {(name, ground): round(contrast(own[name], own[ground]), 2) for name in names for ground in grounds}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < least} == {}


def test_contrast_is_reckoned_rightly() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
