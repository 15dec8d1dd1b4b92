"""The sweep as a page and as Markdown."""

import msgspec
import pytest

from clients.checkpoints.markdown import render_markdown
from clients.checkpoints.page import render_page
from tests.clients.checkpoints.reports import hostile, ordinary, without_scores
from tests.clients.report.html.page import parse
from tests.clients.written_reports import HOSTILE


def test_page_has_every_figure() -> None:
    tree = parse(render_page(ordinary()))
    cells = [[cell.text for cell in row.all("th") + row.all("td")] for row in tree.all("table")[0].all("tr")]
    assert cells[1][:3] == ["baseline", "5.00", "4.00 to 6.00"]
    assert cells[2] == ["10", "10.00", "9.00 to 11.00", "+5.00", "0.0312", "0 (0 %)", "0 (0 %)", "1.250"]
    assert cells[3][1:7] == ["–"] * 6
    assert cells[4][:6] == ["30", "−10.00", "−11.00 to −9.00", "−15.00", "0.0312", "21 (70 %)"]


def test_page_draws_scores_shares_and_losses() -> None:
    tree = parse(render_page(ordinary()))
    titles = [node.text for node in tree.all("title")]
    assert any("step 10: 10.00, 9.00 to 11.00\nstep 30: −10.00" in title for title in titles)
    assert any(
        "with a hard flag, by step\nbaseline: 0 of 30, 0 %\nstep 10: 0 of 30, 0 %\nstep 30: 21 of 30, 70 %" in title for title in titles
    )
    assert any("that refuse, by step" in title for title in titles)
    assert any("training: 3 at step 1, 0.07 at step 40\nvalidation: 3.5 at step 0, 0.2 at step 40" in title for title in titles)
    assert len(parse(render_page(without_scores())).all("figure")) == 3  # without losses, and no dot


@pytest.mark.parametrize("render", [render_page, render_markdown])
def test_hostile_texts_make_no_mark_up(render: object) -> None:
    assert callable(render)
    rendered = render(msgspec.structs.replace(hostile(), promote_command=None))  # which Markdown has as it is, in a block of code
    assert HOSTILE not in rendered
    assert "<img" not in rendered.replace("\\<img", "")
    assert "\x1b" not in rendered


def test_markdown_has_the_table_and_the_command() -> None:
    text = render_markdown(ordinary())
    assert "| 30 | -10.00 | -11.00 to -9.00 | -15.00 | 0.0312 | 21 (70 %) | 0 (0 %) | – |" in text
    assert "- Step 20: HTTP 500: the engine has died" in text
    assert "```sh\npython -m clients.promote" in text
