"""The board in a real browser, as people meet it."""

import asyncio
from collections.abc import Iterator
from typing import Literal

import msgspec
import pytest

from server.engine.errors import QueueFull, RowFailed
from server.settings.settings import Settings
from server.settings.values import Secret
from tests.browser import Browser
from tests.server.fake_adapter_host import LEK
from tests.server.fake_engine import ADAPTER, BASE, FakeEngine
from tests.server.live_server import LiveServer

CHAT = "/v1/chat/completions"
LONG_NAME = "a-rather-long-name-for-an-adapter/of-the-fourth-epoch"
HOSTILE = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script> 😀 "
LOOP = "la " * 100
DONE: dict[str, int | float | str | None] = {
    "basis": "done",
    "iterations": 240,
    "learning_rate": 1e-3,
    "batch_size": 4,
    "examples_seen": 480,
    "effective_updates": 120,
    "state": "finished",
    "epochs": 1.5,
    "tokens_trained": 31204,
    "rows_cut": 2,
    "rows_dropped": 0,
    "final_loss": 2.309,
    "final_validation_loss": 2.4,
}


def ask(server: LiveServer, *models: str) -> None:
    """Ask for an answer of each model, as any client does."""
    with server.connect() as client:
        for model in models:
            body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
            assert client.post(CHAT, json=body).status_code == 200


def test_the_board_follows_the_traffic(browser: Browser) -> None:
    with LiveServer(FakeEngine()) as server:
        browser.open(server.url)
        browser.wait_for_text("#connection", "Live")
        assert "No answers in the last hour" in browser.text("#no-answers")
        assert (browser.count(".panel"), browser.count("#answers tbody")) == (0, 0)
        assert f"without an answer in the last hour: {ADAPTER.id}" in browser.text("#idle")
        ask(server, BASE.id, ADAPTER.id)
        browser.wait_for(lambda: browser.count(".panel") == 2, "a panel for the base and one for the adapter")
        assert [browser.text(f".panel:nth-child({place}) h3") for place in (1, 2)] == [BASE.id, ADAPTER.id]
        assert "mean of 1 answer" in browser.text(".panel .mean")
        assert ADAPTER.id in browser.text("#answers tbody:nth-of-type(1)")
        assert not browser.find("#no-answers").is_displayed()
        ask(server, ADAPTER.id)
        browser.wait_for_text(".panel:nth-child(2) .mean", "mean of 2 answers")
        browser.wait_for(lambda: browser.count("#answers tbody") == 3, "three answers, each once")
        assert browser.text("#tiles div:first-child dd") == "3"


def test_base_and_adapter_are_compared_and_what_they_write_stays_text(browser: Browser) -> None:
    engine = FakeEngine((HOSTILE, *("la " for _ in range(100))))
    with LiveServer(engine, Settings(board_text=True)) as server:
        browser.open(server.url)
        browser.wait_for_text("#connection", "Live")
        browser.click("#ask")
        browser.wait_for_text("#try-status", f"{ADAPTER.id}: ")
        for place, model in ((1, BASE.id), (2, ADAPTER.id)):
            reply = f"#replies article:nth-child({place})"
            assert browser.text(f"{reply} h3") == model
            assert "lek-v1" in browser.text(f"{reply} .score")
            assert "token_loop" in browser.text(f"{reply} ul")
            before = browser.run(f"return document.querySelector('{reply} .text').firstChild.textContent")
            marked = browser.run(f"return document.querySelector('{reply} mark').lastChild.textContent")
            assert before + marked == HOSTILE + LOOP
            assert set(marked.split()) == {"la"}
        assert f"the same as {BASE.id}" in browser.text("#replies article:nth-child(2) .score")
        assert [generation.messages[-1].content for generation in engine.generations] == ["What is honesty?"] * 2
        browser.wait_for(lambda: browser.count("#answers details") == 2, "the text of both answers")
        browser.click("#answers summary")
        assert HOSTILE.strip() in browser.text("#answers details[open] p")
        assert (browser.count("#board img, #board script"), browser.run("return document.title")) == (0, f"candor · {BASE.id}")


@pytest.mark.parametrize(
    ("training", "words"),
    [
        (LEK.training, "trained, planned: 600 batches, rate 1e-5, on from adapters.safetensors"),
        (
            DONE,
            "trained, done: 120 steps, 480 rows, 1.5 epochs, 31,204 tokens, rate 0.001, batches of 4,"
            " loss 2.31, on held-back rows 2.4, 2 rows cut",
        ),
        (DONE | {"effective_updates": 1, "rows_dropped": 1, "state": "stopped"}, "2 rows cut, 1 row left out, stopped"),
        ({"basis": "done", "effective_updates": None, "iterations": 1}, "trained, done: 1 batch"),
        ({"basis": "done", "effective_updates": 3, "epochs": 1, "state": "running"}, "done: 3 steps, 1 epoch, the training had not ended"),
    ],
)
def test_a_panel_says_how_its_adapter_was_trained(training: dict[str, int | float | str | None], words: str, browser: Browser) -> None:
    engine = FakeEngine()
    engine.adapters.loaded[LEK.name] = msgspec.structs.replace(LEK, training=training | {"note": HOSTILE.strip()})
    with LiveServer(engine) as server:
        ask(server, ADAPTER.id)
        browser.open(server.url)
        browser.wait_for(lambda: browser.count(".panel") == 1, "the adapter's panel")
        assert browser.text(".panel .training").endswith(words)
        assert browser.text(".panel .note") == HOSTILE.strip()
        assert browser.count("#board img, #board script") == 0


def test_an_adapter_that_has_not_answered_says_how_it_was_trained(browser: Browser) -> None:
    engine = FakeEngine()
    engine.adapters.loaded[LEK.name] = msgspec.structs.replace(LEK, training=DONE | {"note": HOSTILE.strip()})
    with LiveServer(engine) as server:
        browser.open(server.url)
        browser.wait_for_text("#idle .training", "trained, done: 120 steps")
        assert browser.text("#idle li strong") == ADAPTER.id
        assert browser.text("#idle .note") == HOSTILE.strip()
        assert browser.count("#board img, #board script") == 0


@pytest.mark.parametrize("training", [{}, dict.fromkeys(("basis", "iterations", "state", "note"))])
def test_an_adapter_without_a_record_has_no_line_of_it(training: dict[str, int | float | str | None], browser: Browser) -> None:
    engine = FakeEngine()
    engine.adapters.loaded[LEK.name] = msgspec.structs.replace(LEK, training=training)
    with LiveServer(engine) as server:
        ask(server, ADAPTER.id)
        browser.open(server.url)
        browser.wait_for(lambda: browser.count(".panel") == 1, "the adapter's panel")
        assert (browser.count(".panel .training"), browser.count(".panel .note")) == (0, 0)


def test_an_answer_that_ended_at_its_time_limit_is_not_the_guards(browser: Browser) -> None:
    engine = FakeEngine()
    engine.gate, engine.gate_at, engine.opens_at_stop = asyncio.Event(), 1, True
    with LiveServer(engine, Settings(request_timeout_s=0.2)) as server:
        ask(server, BASE.id)
        browser.open(server.url)
        browser.wait_for_text("#answers tbody", "ended at its time limit")
        engine.gate = asyncio.Event()
        browser.click("#ask")
        browser.wait_for_text("#replies article:nth-child(1) .end", "; ended at its time limit")


def test_a_running_answer_is_stopped_and_the_focus_stays_where_it_can_be_used(browser: Browser) -> None:
    engine = FakeEngine()
    engine.gate, engine.gate_at = asyncio.Event(), 1
    with LiveServer(engine) as server:
        browser.open(server.url)
        browser.wait_for_text("#connection", "Live")
        browser.run("document.getElementById('ask').focus()")
        browser.press("\ue007")
        browser.wait_for_text("#replies", "Hello")
        assert browser.focused() == "stop"
        browser.press("\ue007")
        browser.wait_for_text("#replies article:nth-child(2) .end", "stopped")
        server.run(engine.was_cancelled.wait())
        assert browser.focused() == "ask"
        assert browser.find("#ask").is_enabled()


@pytest.mark.parametrize(
    ("failure", "fails_at", "words"),
    [
        (RowFailed("broken"), 2, "its log says why"),
        (QueueFull("the queue is full", retry_after_s=3), 0, "the queue is full Try again in 3 s."),
    ],
)
def test_a_failure_is_said_in_words(failure: Exception, fails_at: int, words: str, browser: Browser) -> None:
    engine = FakeEngine()
    engine.failure, engine.fails_at = failure, fails_at
    with LiveServer(engine) as server:
        browser.open(server.url)
        browser.wait_for_text("#connection", "Live")
        browser.find("#prompt").send_keys(" And courage?", "\ue009", "\ue007")
        browser.wait_for_text("#replies article:nth-child(2) .fault", words)
        browser.wait_for_text("#try-status", f"{ADAPTER.id}: failed.")
        assert all("429" in complaint for complaint in browser.complaints())
    assert engine.generations[0].messages[-1].content == "What is honesty? And courage?"


def test_without_the_key_nothing_is_shown_and_the_key_stays_in_the_tab(browser: Browser) -> None:
    with LiveServer(FakeEngine(), Settings(api_keys=(Secret("sesame"),))) as server:
        browser.open(server.url)
        browser.wait_for(lambda: browser.focused() == "key", "the focus in the key's field")
        assert not browser.find("#board").is_displayed()
        assert BASE.id not in browser.run("return document.documentElement.outerHTML")
        browser.press("wrong", "\ue007")
        browser.wait_for_text("#key-fault", "does not take this key")
        browser.press("sesame", "\ue007")
        browser.wait_for_text("#served", BASE.id)
        browser.wait_for(lambda: browser.focused() == "main", "the focus on the board")
        browser.click("#ask")
        browser.wait_for_text("#replies article:nth-child(2)", "Hello there.")
        assert browser.run("return [location.href, localStorage.length, document.cookie]") == [f"{server.url}/", 0, ""]
        assert browser.run("return Object.entries(sessionStorage).flat()") == ["candor-api-key", "sesame"]
        assert not any("sesame" in url for url in browser.run("return performance.getEntries().map((entry) => entry.name)"))
        browser.click("#forget")
        browser.wait_for(lambda: browser.focused() == "key", "the focus in the key's field")
        assert browser.run("return sessionStorage.length") == 0
        page = browser.run("return document.documentElement.outerHTML")
        assert not any(known in page for known in (BASE.id, ADAPTER.id, "Hello there."))


def test_a_server_that_has_gone_is_said_and_what_is_shown_is_called_old(browser: Browser) -> None:
    with LiveServer(FakeEngine()) as server:
        browser.open(server.url)
        browser.wait_for_text("#connection", "Live")
        ask(server, BASE.id)
        browser.wait_for(lambda: browser.count(".panel") == 1, "the base's panel")
    browser.wait_for_text("#connection", "cannot be reached. This is as of")
    assert "is-stale" in (browser.find("#board").get_attribute("class") or "")
    assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in browser.complaints())


def test_pausing_stops_the_updates_until_they_are_wanted(browser: Browser) -> None:
    with LiveServer(FakeEngine()) as server:
        browser.open(server.url)
        browser.wait_for_text("#connection", "Live")
        browser.click("#pause")
        browser.wait_for_text("#connection", "Paused at")
        ask(server, BASE.id)
        assert browser.count(".panel") == 0
        browser.click("#pause")
        browser.wait_for(lambda: browser.count(".panel") == 1, "the base's panel")
        assert browser.text("#connection") == "Live"


@pytest.fixture(scope="module")
def busy() -> Iterator[LiveServer]:
    """A server whose board is as full as its page must bear."""
    engine = FakeEngine((HOSTILE, "word" * 60, LOOP))
    engine.adapters.loaded[LONG_NAME] = msgspec.structs.replace(LEK, name=LONG_NAME)
    with LiveServer(engine, Settings(board_text=True)) as server:
        ask(server, *([BASE.id, ADAPTER.id, LONG_NAME] * 8))
        yield server


@pytest.mark.parametrize("width", [360, 700, 1000, 1600])
def test_the_page_fits_its_window(width: int, busy: LiveServer, browser: Browser) -> None:
    browser.show(width=width)
    browser.open(busy.url)
    browser.wait_for(lambda: browser.count(".panel") == 3, "three panels")
    browser.click("#ask")
    browser.wait_for_text("#try-status", f"{ADAPTER.id}: ")
    browser.run("for (const each of document.querySelectorAll('details')) each.open = true")
    browser.wait_for(lambda: browser.count("#figures caption") == 2, "the tables")
    assert browser.run("return [innerWidth, document.documentElement.scrollWidth <= document.documentElement.clientWidth]") == [width, True]
    # Nothing hides beyond the edge either, but for what may be scrolled on its own.
    outside = """
        return [...document.querySelectorAll("#board *")]
            .filter((each) => !each.closest(".scroller, .unseen, svg") && each.getBoundingClientRect().right > innerWidth + 1)
            .map((each) => each.outerHTML.slice(0, 80))
    """
    assert browser.run(outside) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(scheme: Literal["light", "dark"], busy: LiveServer, browser: Browser) -> None:
    browser.show(scheme=scheme)
    browser.open(busy.url)
    browser.wait_for(lambda: browser.count(".panel") == 3, "three panels")
    browser.click("#ask")
    browser.wait_for_text("#try-status", f"{ADAPTER.id}: ")
    assert browser.run(LOW_CONTRASTS) == []
    assert (browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 26)") == (scheme == "dark")


# Contrast as WCAG defines it, of every visible text that is not part of a disabled control; 4.5 is its bound for text of any size.
LOW_CONTRASTS = """
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const linearise = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const luminance = (colour) => {
        const linear = numbers(colour).slice(0, 3).map((part) => linearise(part / 255));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const ground = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return (numbers(colour)[3] ?? 1) === 1 ? colour : ground(element.parentElement);
    };
    const contrast = (element) => {
        const [light, dark] = [getComputedStyle(element).color, ground(element)].map(luminance).sort((one, other) => other - one);
        return (light + 0.05) / (dark + 0.05);
    };
    return [...document.querySelectorAll("body *")]
        .filter((each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        .filter((each) => each.checkVisibility() && !each.closest("svg, :disabled, option"))
        .filter((each) => contrast(each) < 4.5)
        .map((each) => `${contrast(each).toFixed(2)}: ${each.outerHTML.slice(0, 80)}`);
"""


def test_a_screen_reader_finds_its_way(busy: LiveServer, browser: Browser) -> None:
    browser.open(busy.url)
    browser.wait_for(lambda: browser.count(".panel") == 3, "three panels")
    assert browser.nameless() == []
    assert [browser.count(landmark) for landmark in ("header.masthead", "main", "footer", "h1")] == [1, 1, 1, 1]
    charts = browser.run("return [...document.querySelectorAll('.plot')].map((plot) => [plot.role, plot.ariaLabel])")
    assert len(charts) == 6
    assert all(role == "img" and words.startswith(("Mean score by minute", "Share of answers by score")) for role, words in charts)
    browser.press("\ue004")
    assert browser.run("return document.activeElement.textContent") == "Skip to the board"
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("\ue007")
    assert browser.focused() == "main"


def test_the_charts_figures_are_there_as_tables_that_hold_still(busy: LiveServer, browser: Browser) -> None:
    browser.open(busy.url)
    browser.wait_for(lambda: browser.count(".panel") == 3, "three panels")
    browser.click("#figures summary")
    browser.wait_for(lambda: browser.count("#figures caption") == 2, "two tables")
    names = browser.run("return [...document.querySelectorAll('#by-band tbody th')].map((cell) => cell.textContent)")
    assert names[:3] == [BASE.id, ADAPTER.id, LONG_NAME]
    assert (browser.count("#by-band th[scope=col]"), browser.count("#by-minute th[scope=col]")) == (11, 4)
    browser.press("\ue004")
    browser.run("document.activeElement.scrollLeft = 20; document.activeElement.id = 'region'")
    counted = browser.text("#by-band tbody td")
    ask(busy, BASE.id)
    browser.wait_for(lambda: browser.text("#by-band tbody td") == str(int(counted) + 1), "one answer more")
    assert (browser.focused(), browser.run("return document.activeElement.scrollLeft")) == ("region", 20)


def test_the_first_answers_are_shown_until_all_are_asked_for(busy: LiveServer, browser: Browser) -> None:
    visible = "return [...document.querySelectorAll('#answers tbody')].filter((body) => body.checkVisibility()).length"
    browser.open(busy.url)
    browser.wait_for(lambda: browser.run(visible) == 20, "twenty answers")
    browser.click("#more")
    assert browser.run(visible) == browser.count("#answers tbody") >= 24
    assert browser.find("#more").get_attribute("aria-expanded") == "true"
