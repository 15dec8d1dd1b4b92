"""The report as one HTML page that asks for nothing else: style and drawings stand in it, and its policy forbids the rest."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

from adapters.charts.bars import BarSeries, draw_bars
from adapters.charts.lines import Curve, draw_curves
from adapters.charts.markup import Markup, element
from adapters.compare.comparison import Compared
from adapters.compare.report import Report
from adapters.compare.sheets import Sheet, make_sheets
from adapters.compare.wording import write_number

STYLE = Path(__file__).with_name("style.css")

_STYLE_ELEMENT = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def render_page(report: Report) -> str:
    """Write the page."""
    title = " and ".join(one.name for one in report.adapters)
    body = element(
        "body",
        element("header", element("p", "Adapters compared", class_="overline"), element("h1", title), element("p", _lede(report))),
        element(
            "main",
            _section("Diagnosis", _findings(report)),
            _section("Recommendation", *_recommendation(report)),
            *(_section(sheet.heading, element("p", sheet.explanation), _table(sheet)) for sheet in make_sheets(report)),
            _section("By layer, by position, by step", *map(_figure, _charts(report))),
            _section("Module by module", *(_modules(one) for one in report.adapters)),
            _notes(report),
        ),
    )
    return f"<!doctype html>\n{element('html', _head(title, body), body, lang='en')}\n"


def _head(title: str, body: Markup) -> Markup:
    style = Markup(STYLE.read_text(encoding="utf-8"))
    # Escaped text has no tag in it, so what is found are the drawings' own styles.
    hashes = " ".join(f"'{_hash(text)}'" for text in dict.fromkeys([style, *_STYLE_ELEMENT.findall(body)]))
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=f"default-src 'none'; style-src {hashes}; base-uri 'none'"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{title}: adapters compared"),
        element("style", style),
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _lede(report: Report) -> str:
    model = f"Measured on {report.model.name}, {report.model.num_layers} layers." if report.model else "Measured by their weights alone."
    return f"{model} The others are held against {report.reference}." if report.reference else model


def _section(heading: str, *parts: str | None) -> Markup:
    return element("section", element("h2", heading), *parts)


def _findings(report: Report) -> Markup:
    items = (
        element(
            "li",
            element("b", "Warning: ") if finding.weight == "warning" else None,
            element("bdi", f"{finding.adapter}: ") if finding.adapter else None,
            finding.text,
            element("small", f"{finding.rule}: {finding.reason}"),
            class_=finding.weight,
        )
        for finding in report.findings
    )
    return element("ul", *items, class_="findings")


def _recommendation(report: Report) -> Iterator[Markup]:
    recommendation = report.recommendation
    yield element("p", recommendation.text)
    if recommendation.settings:
        yield element("pre", recommendation.toml, tabindex="0")


def _table(sheet: Sheet) -> Markup:
    head = element("tr", element("td"), *(element("th", element("bdi", name), scope="col") for name in sheet.columns))
    rows = (element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in sheet.rows)
    return element("div", element("table", element("thead", head), element("tbody", *rows)), class_="scroll", tabindex="0")


def _figure(chart: str) -> Markup:
    return element("figure", Markup(chart))


def _charts(report: Report) -> Iterator[str]:
    adapters = report.adapters
    are_relative = all(one.update.whole.relative is not None for one in adapters)
    num_layers = max([layer.layer + 1 for one in adapters for layer in one.update.layers] + [one.base_layers or 0 for one in adapters])
    yield draw_bars(
        [str(layer) for layer in range(num_layers)],
        [BarSeries(name=one.name, values=tuple(_sizes(one, num_layers, are_relative=are_relative))) for one in adapters],
        title="Update norm by layer",
        x_name="layer",
        y_name="of the weights' norm" if are_relative else "Frobenius norm",
    )
    if positions := [
        Curve(name=one.name, points=tuple((at.position, at.mean_kl) for at in one.divergence.by_position))
        for one in adapters
        if one.divergence
    ]:
        yield draw_curves(
            positions, title="Divergence by position of the answer", x_name="token of the answer", y_name="KL from the base, nats"
        )
    if losses := [*_loss_curves(report)]:
        yield draw_curves(losses, title="Losses", x_name="optimiser step", y_name="nats a token")


def _sizes(one: Compared, num_layers: int, *, are_relative: bool) -> Iterator[float | None]:
    sizes = {layer.layer: layer.size.relative if are_relative else layer.size.frobenius for layer in one.update.layers}
    return (sizes.get(layer) for layer in range(num_layers))


def _loss_curves(report: Report) -> Iterator[Curve]:
    for one in report.adapters:
        if one.curve:
            yield Curve(name=f"{one.name}, training", points=one.curve.training)
            if one.curve.validation:
                yield Curve(name=f"{one.name}, validation", points=one.curve.validation)


def _modules(one: Compared) -> Markup:
    columns = ("Frobenius", "of the weight's", "spectral", "of the weight's", "effective rank", "stable rank")
    head = element("tr", element("td"), *(element("th", column, scope="col") for column in columns))
    rows = (
        element(
            "tr",
            element("th", module.module, scope="row"),
            *(
                element("td", write_number(value))
                for value in (
                    module.norms.frobenius,
                    module.base.update.frobenius / module.base.weight.frobenius if module.base and module.base.weight.frobenius else None,
                    module.norms.spectral,
                    module.base.update.spectral / module.base.weight.spectral if module.base and module.base.weight.spectral else None,
                    module.spectrum.effective_rank,
                    module.spectrum.stable_rank,
                )
            ),
        )
        for module in one.update.modules
    )
    table = element("div", element("table", element("thead", head), element("tbody", *rows)), class_="scroll", tabindex="0")
    return element("details", element("summary", element("bdi", one.name), f", {len(one.update.modules)} modules"), table)


def _notes(report: Report) -> Markup | None:
    notes = [element("li", element("bdi", f"{one.name}: "), note) for one in report.adapters for note in one.notes]
    return _section("Notes", element("ul", *notes)) if notes else None
