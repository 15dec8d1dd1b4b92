"""What kind of thing repeats, wherever in it the loop was entered."""

import pytest

from scoring.degeneration.repetition.unit_kinds import UnitKind, is_one_sign, kind_of

KINDS: dict[UnitKind, list[str]] = {
    "words": [
        "eGfese",
        "peace ",
        "The sea. ",
        "Yes.\n",
        "觀音\n",
        "rain, ",
        "deadbeef",
        "## Rain\n\n",
        "ttaggg",
        "None\n",
        'He said "no". ',
    ],
    "syllable": ["Ne", "la ", "水", "[1]", "<br>", "a", "\\n"],
    "digits": ["9", "142857", "123456789.", ",000"],
    "sign": ["!", "?!", "！", "。", "…", "! ", "$\n", "😀", "💧🌧\ufe0f", "@", "}", "❤\ufe0f", "    }\n", '\\"'],
    "dots": ["."],
    "stroke": ["-", "_", "=", "#", "─", "█", "---\n"],
    "space": [" ", "\n", " \n"],
    "bullets": ["-\n", "- \n", "  * \n"],
    "rule": ["=-", "| ", ". ", "* ", "<>", "|-----", "         n"],
    "form": [
        "| ____ | ____ |\n",
        "_____________________\n",
        "By: _____\nName: ____\nTitle: ___\n\n",
        "By:\nName:\nTitle:\n\n",
        "Datum: ……………\n",
        "Signed ...........\n",
        "- [ ] \n",
        "☐ \n",
        "| | | |\n",
        "|          |\n",
        " | | \n-+-+-\n",
        "🟩🟩🟩🟩\n",
        "xxxxxx..xxxx\n",
    ],
    "cell": ["0, ", "0 ", "ff "],
    "row": ["0.0, ", "123 ", "NULL, ", "false, ", '"red", ', "'a', ", '"#ff0000", ', "#ff0000 ", "0x00, ", "$50, ", "-10, "],
    "rows": [
        "0, 0, 0\n",
        "0, 1, 0\n",
        "<td>0</td>\n",
        "[0, 0, 0], ",
        "(NULL, NULL, NULL), ",
        "| NULL | NULL |\n",
        '"red car",\n  ',
        "[false, false],\n",
        "Ada        Lisbon\n",
    ],
    "table": ["| rain | barrel |\n", "| Am | F |\n", "| free | free |\n| open | shut |\n"],
    "sequence": ["TTAGGG", "h10v10", "l10 0 l0 5 "],
    "encoded": ["A", "VGhlIHF1aWNrIGZveC4K", "00ff00aa1b", "\\x00", "%20", "\\u0000"],
    "lines": ['{"x": 1},\n', "\tcall(s, o)\n", "\\boxed{10}\n", "</div>\n"],
    "markup": ['{"x": 1}, ', "&nbsp;", "| rain ", '{"a": null}, ', "[3, 4] "],
}


@pytest.mark.parametrize(("kind", "unit"), [(kind, unit) for kind, units in KINDS.items() for unit in units])
def test_kind_is_told(kind: UnitKind, unit: str) -> None:
    assert {kind_of(unit[start:] + unit[:start]) for start in range(len(unit))} == {kind}


@pytest.mark.parametrize(
    ("unit", "is_one"),
    [("!", True), (". ", True), ("💧🌧\ufe0f", True), ("-", True), ("=-", False), (" ", False), ("a", False), ("- \n", False)],
)
def test_one_sign_over_and_over(unit: str, is_one: bool) -> None:
    assert is_one_sign(unit) == is_one
