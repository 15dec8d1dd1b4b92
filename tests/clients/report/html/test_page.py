"""The report as one HTML page."""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from itertools import pairwise

import pytest

from clients.report.html.page import render_html
from clients.report.report import Report
from scoring.scores import Flag
from tests.clients.report.html.page import Node, parse, percent
from tests.clients.samples import make_outcome, make_report
from tests.clients.written_reports import AWKWARD, HOSTILE, LOOP, hostile, many, one_subject, sweep, three_subjects

SAFE_TAGS = {
    *("html", "head", "meta", "title", "style", "script", "body", "header", "nav", "main", "section", "aside", "article", "footer"),
    *("h1", "h2", "h3", "h4", "p", "div", "span", "a", "b", "em", "i", "small", "strong", "bdi", "code", "pre", "mark", "blockquote"),
    *("ul", "li", "dl", "dt", "dd", "details", "summary", "figure", "figcaption", "label", "select", "option", "button", "output"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "svg", "line", "rect", "circle", "text"),
}
MEASURES = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "dx", "width", "height", "stroke-width")
MEASURE = re.compile(r"-?\d+(\.\d+)?%?")


def page(report: Report) -> Node:
    return parse(render_html(report))


def escape_for_eyes(text: str) -> str:
    return text.replace("\x00", "␀").replace("\x1b", "␛").replace("\u202e", "\ufffd")


def probe_rows(tree: Node) -> list[Node]:
    section = next(node for node in tree.all("section") if node.attributes.get("id") == "probes")
    return section.all("li", "row")


@dataclass(frozen=True)
class Written:
    """A report, its page, and the page read back."""

    report: Report
    html: str
    tree: Node


@pytest.fixture(params=AWKWARD, scope="module")
def written(request: pytest.FixtureRequest) -> Written:
    report: Report = AWKWARD[request.param]()
    html = render_html(report)
    return Written(report=report, html=html, tree=parse(html))


def test_page_is_well_formed_and_its_links_arrive(written: Written) -> None:
    nodes = written.tree.all()
    ids = [node.attributes["id"] for node in nodes if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    links = {node.attributes["href"] for node in nodes if "href" in node.attributes}
    assert links
    assert links <= {f"#{id}" for id in ids}
    assert {node.attributes["aria-labelledby"] for node in nodes if "aria-labelledby" in node.attributes} <= set(ids)


def test_page_asks_for_nothing_and_its_policy_says_so(written: Written) -> None:
    nodes = written.tree.all()
    loading = ("src", "srcset", "style", "action", "data", "poster", "background")
    assert not [name for node in nodes for name in node.attributes if name in loading or name.startswith("on")]
    style, script = written.tree.one("style").text, written.tree.one("script").text
    assert re.search(r"url\(|@import|@font-face|fetch|XMLHttp|import\(|https?:", style + script) is None
    policy = next(node.attributes["content"] for node in nodes if node.attributes.get("http-equiv") == "Content-Security-Policy")
    hashes = ["sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert policy == f"default-src 'none'; style-src '{hashes[0]}'; script-src '{hashes[1]}'; base-uri 'none'; form-action 'none'"


def test_numbers_of_drawings_are_finite_and_drawings_have_words(written: Written) -> None:
    drawings = written.tree.all("svg")
    assert drawings
    for drawing in drawings:
        assert drawing.attributes.get("aria-hidden") == "true" or drawing.one("title").text.strip()
        measured = {node.attributes[name] for node in drawing.all() for name in MEASURES if name in node.attributes}
        assert {value for value in measured if not MEASURE.fullmatch(value)} == set()
        lengths = [node.attributes[name] for node in drawing.all() for name in ("width", "height", "r") if name in node.attributes]
        assert not any(length.startswith("-") for length in lengths)


def test_no_word_of_python_is_left_on_the_page(written: Written) -> None:
    text = written.tree.one("main").text
    assert re.findall(r"\bNone\b|\bnan\b|\binf\b|Markup\(|\bFalse\b|\bTrue\b", text) == []


def test_every_probe_has_its_fold_and_every_subject_its_column(written: Written) -> None:
    folds = written.tree.all("details", "probe")
    assert [fold.one("span", "probe-id").text for fold in folds] == [escape_for_eyes(row.id) for row in written.report.results]
    for fold in folds:
        columns = fold.all("section", "column")
        assert [escape_for_eyes(s.name) for s in written.report.subjects] == [column.all("bdi")[0].text for column in columns]
    labels = [row.one("a").text for row in probe_rows(written.tree)]
    assert labels[-len(folds) :] == [fold.one("span", "probe-id").text for fold in folds]


def test_hostile_texts_are_inert_and_shown() -> None:
    tree = page(hostile())
    nodes = tree.all()
    assert {node.tag for node in nodes} <= SAFE_TAGS
    assert (len(tree.all("script")), len(tree.all("style"))) == (1, 1)
    assert not any(name.startswith("on") for node in nodes for name in node.attributes)
    shown = escape_for_eyes(HOSTILE)
    first = tree.all("details", "probe")[0]
    assert first.one("p", "prompt").text == shown
    assert [block.text for block in first.all("div", "text")] == [shown, shown]


def test_bars_are_as_long_as_the_scores() -> None:
    report = make_report(
        {
            "base": [make_outcome(2.0, id="p1"), make_outcome(-4.0, id="p2")],
            "tuned": [make_outcome(8.0, id="p1"), make_outcome(0.0, id="p2")],
        }
    )
    up, down = probe_rows(page(report))
    base, tuned = up.all("rect", "bar")
    assert percent(tuned, "width") / percent(base, "width") == pytest.approx(4, rel=0.01)
    assert percent(tuned, "x") == percent(base, "x")
    (below,) = down.all("rect", "bar")
    assert percent(below, "width") == pytest.approx(2 * percent(base, "width"), rel=0.01)
    assert percent(below, "x") + percent(below, "width") == pytest.approx(percent(base, "x"), abs=0.02)
    assert len(down.all("line", "nil")) == 1


def test_bars_carry_their_intervals_and_their_words() -> None:
    row = probe_rows(page(three_subjects()))[0]
    assert [bar.classes for bar in row.all("rect", "bar")] == [["bar", "s0"], ["bar", "s1"], ["bar", "s2"]]
    lines = [line for line in row.all("line", "whisker") if line.attributes["y1"] == line.attributes["y2"]]
    assert len(lines) == 3
    first, bar = lines[0], row.all("rect", "bar")[0]
    assert percent(first, "x1") < percent(bar, "x") + percent(bar, "width") < percent(first, "x2")
    assert row.one("title").text.splitlines() == [
        "p1",
        "base: 4 (95 % interval −0.97 to 8.97)",
        "tuned: 9 (95 % interval 6.52 to 11.48)",
        "broken: −21 (95 % interval −23.48 to −18.52); flags token_loop",
    ]


def test_of_very_many_probes_the_foremost_stand_first() -> None:
    report = make_report(
        {
            "base": [make_outcome(1.0, id=f"p{number}") for number in range(100)],
            "tuned": [make_outcome(50.0 if number == 77 else 1.5, id=f"p{number}") for number in range(100)],
        }
    )
    rows = probe_rows(page(report))
    assert rows[0].one("a").text == "p77"
    assert [row.one("a").text for row in rows[-100:]] == [f"p{number}" for number in range(100)]


def test_dots_are_the_replies_and_hollow_where_a_hard_flag_is() -> None:
    figure = next(node for node in page(three_subjects()).all("figure") if node.text.startswith("Scores of the single replies"))
    dots = [[dot.classes for dot in row.all("circle")] for row in figure.all("li", "row")]
    assert [len(row) for row in dots] == [6, 6, 6]
    assert [sum("hollow" in classes for classes in row) for row in dots] == [0, 0, 3]


def test_many_replies_become_bars_of_their_numbers() -> None:
    report = make_report({"alone": [make_outcome(1.0 if number else 9.0, id=f"p{number}") for number in range(31)]})
    figure = next(node for node in page(report).all("figure") if node.text.startswith("Scores of the single replies"))
    low, high = figure.all("rect", "bar")
    assert float(low.attributes["height"]) / float(high.attributes["height"]) == pytest.approx(30, rel=0.01)
    assert figure.all("circle") == []


def test_dimension_bars_diverge_from_zero() -> None:
    figure = next(node for node in page(three_subjects()).all("figure") if node.text.startswith("What changed against base"))
    row = figure.all("li", "row")[0]
    up, down = row.all("rect", "bar")
    assert percent(up, "x") == pytest.approx(percent(down, "x") + percent(down, "width"), abs=0.02)
    assert [number.text for number in row.all("b")] == ["+3.00", "−12.42"]


def test_sweep_is_drawn_by_scale() -> None:
    figure = next(node for node in page(sweep()).all("figure") if node.text.startswith("Scale sweep of adapter"))
    places = [percent(dot, "cx") for dot in figure.all("circle", "curve-dot")]
    assert [after - before for before, after in pairwise(places)] == [pytest.approx(places[1] - places[0], abs=0.02)] * 3
    heights = [float(dot.attributes["cy"]) for dot in figure.all("circle", "curve-dot")]
    assert heights == sorted(heights, reverse=True)
    shares = figure.all("line", "share")
    lengths = [float(line.attributes["y2"]) - float(line.attributes["y1"]) for line in shares]
    assert lengths[:3] == [0, 0, 0]
    assert lengths[3] > 0
    assert "scale 1.5: 50 %" in figure.text


@pytest.mark.parametrize("report", [three_subjects(), sweep(scales=(1.0,)), many(6, 2)], ids=["no scales", "one scale", "six models"])
def test_what_is_no_sweep_is_not_drawn_as_one(report: Report) -> None:
    assert "Scale sweep" not in render_html(report)


def test_verdict_counts_what_changed() -> None:
    card = page(three_subjects()).all("article", "card")[0]
    assert card.one("p", "big").text == "+3.00"
    assert [percent(part, "width") for part in card.one("svg").all("rect")] == [100, 0, 0]
    assert card.one("p", "counts").text == "2 improved 100 %0 regressed 0 %0 unchanged 0 %"
    broken = page(three_subjects()).all("article", "card")[1]
    assert broken.one("ul", "risen").text == "token_loop on 0 % → 50 % of replies"


def test_alike_replies_are_written_once() -> None:
    report = make_report({"alone": [make_outcome(1.0)], "other": [make_outcome(1.0)]})
    assert len(page(report).all("article", "reply")) == 2
    folds = page(three_subjects()).all("details", "probe")
    heads = [node.one("p", "reply-head").text for node in folds[1].all("section", "column")[0].all("article", "reply")]
    assert heads == ["All 3 samples, alike1"]
    heads = [node.one("p", "reply-head").text for node in folds[1].all("section", "column")[1].all("article", "reply")]
    assert heads == ["Sample 00", "Samples 1, 2, alike3"]


def test_flagged_place_is_marked_in_the_reply() -> None:
    fold = page(three_subjects()).all("details", "probe")[0]
    marks = fold.all("mark")
    assert [mark.text for mark in marks] == ["NeNeNeNe"] * 3
    assert fold.attributes["data-kinds"].split() == ["improved", "regressed", "flagged"]


def test_fold_names_its_flags_by_their_tier() -> None:
    soft = Flag(flag="case_loop", tier="soft")
    hard = Flag(flag="case_loop", tier="hard")
    report = make_report({"a": [make_outcome(1.0, flags=(hard, LOOP))], "b": [make_outcome(1.0, flags=(soft,))]})
    names = page(report).one("span", "fold-flags").children
    assert [(name.text, name.classes) for name in names if isinstance(name, Node)] == [("case_loop", ["hard"]), ("token_loop", ["hard"])]


def test_closed_folds_name_replies_that_are_none() -> None:
    before = [make_outcome(1.0, id=id) for id in "abc"]
    after = [make_outcome(None, id="a"), make_outcome(-60.0, id="b", response=""), make_outcome(2.0, id="c")]
    shown = page(make_report({"base": before, "tuned": after}))
    assert [node.text for node in shown.all("span", "trouble")] == ["failed", "empty"]
    assert [node.text.strip() for node in shown.all("span", "mean")] == ["1", "–", "1", "-60 -61".replace("-", "−"), "1", "2 +1"]


def test_failed_empty_and_missing_replies_say_so() -> None:
    report = make_report({"alone": [make_outcome(None, id="a"), make_outcome(-60.0, id="b", response="")]})
    texts = [node.text for node in page(report).all("p", "no-text")]
    assert texts == ["Failed: HTTP 500: the row failed", "Empty reply (0 blank characters)"]
    assert "Not asked." in page(AWKWARD["cut short"]()).text
    assert "This run was cut short" in page(AWKWARD["cut short"]()).text


def test_notes_stand_before_the_results() -> None:
    report = make_report({"base": [make_outcome(1.0)], "tuned": [make_outcome(2.0)]})
    notes = page(report).one("main").children[0]
    assert isinstance(notes, Node)
    assert "Nothing can be concluded from it" in notes.text


def test_same_report_makes_the_same_page() -> None:
    assert render_html(three_subjects()) == render_html(three_subjects())


def test_one_subject_has_a_card_and_its_dimensions() -> None:
    tree = page(one_subject())
    assert tree.one("h1").text == "alone"
    assert tree.one("p", "big").text == "0.50"
    assert "What the score is made of." in tree.text
    assert LOOP.flag in tree.all("code", "flag")[0].text
