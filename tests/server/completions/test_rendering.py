"""Completions whole and streamed: texts, echoes, log-probabilities with their places in the text, usage."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.app import create_app
from server.settings.settings import Settings
from tests.server.chat.test_rendering import parse_events
from tests.server.completions.speaking_engine import END, SpeakingEngine

URL = "/v1/completions"
BODY = {"model": "gemma-3-demo", "prompt": "aß"}


@pytest.fixture
def speaker() -> SpeakingEngine:
    return SpeakingEngine()


def complete(engine: SpeakingEngine, **fields: Any) -> dict[str, Any]:
    with TestClient(create_app(engine, Settings())) as client:
        response = client.post(URL, json=BODY | fields)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def stream(engine: SpeakingEngine, **fields: Any) -> list[dict[str, Any]]:
    with TestClient(create_app(engine, Settings())) as client:
        *chunks, done = parse_events(client.post(URL, json=BODY | fields | {"stream": True}).content)
    assert done == "[DONE]"
    return chunks


def join(chunks: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Join what chunks say of each choice."""
    choices: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        for choice in chunk["choices"]:
            whole = choices.setdefault(choice["index"], {"index": choice["index"], "text": "", "logprobs": None, "finish_reason": None})
            assert whole["finish_reason"] is None, "nothing follows the end"
            whole["text"] += choice["text"]
            whole["finish_reason"] = choice["finish_reason"]
            if choice["logprobs"]:
                before = whole["logprobs"] or {name: [] for name in choice["logprobs"]}
                whole["logprobs"] = {name: before[name] + choice["logprobs"][name] for name in before}
            if "scores" in choice:
                whole["scores"] = choice["scores"]
    return choices


def test_a_whole_completion_has_openais_form(speaker: SpeakingEngine) -> None:
    body = complete(speaker)
    assert (body["object"], body["model"], body["id"][:5]) == ("text_completion", "gemma-3-demo", "cmpl-")
    (choice,) = body["choices"]
    assert choice["scores"]["scorer"] == "lek-v1"
    assert choice | {"scores": None} == {"index": 0, "text": "é!", "logprobs": None, "finish_reason": "stop", "scores": None}
    assert (body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"], body["usage"]["total_tokens"]) == (3, 3, 6)
    assert body["metadata"]["adapter"] == "none"
    assert (speaker.generations[0].prompt, speaker.generations[0].messages, speaker.generations[0].max_tokens) == ("aß", (), 16)


def test_log_probabilities_stand_beside_their_tokens_and_the_one_that_ended_is_among_them(speaker: SpeakingEngine) -> None:
    (choice,) = complete(speaker, logprobs=1)["choices"]
    assert choice["logprobs"] == {
        "tokens": ["é", "!", chr(END)],
        "token_logprobs": [-1.0] * 3,
        "top_logprobs": [{"z": -0.5, token: -1.0} for token in ("é", "!", chr(END))],
        "text_offset": [0, 1, 2],
    }
    assert choice["text"] == "é!"
    (none,) = complete(speaker, logprobs=0)["choices"]
    assert none["logprobs"]["top_logprobs"][0] == {"é": -1.0}


def test_an_echo_begins_the_text_and_its_tokens_the_log_probabilities(speaker: SpeakingEngine) -> None:
    (choice,) = complete(speaker, logprobs=2, echo=True, max_tokens=1)["choices"]
    assert (choice["text"], choice["finish_reason"]) == ("aßé", "length")
    logprobs = choice["logprobs"]
    assert logprobs["tokens"] == ["<bos>", "a", "ß", "é"]
    assert logprobs["token_logprobs"] == [None, -1.0, -1.0, -1.0]
    assert logprobs["top_logprobs"][:2] == [None, {"z": -0.5, "y": -0.75, "a": -1.0}]
    assert logprobs["text_offset"] == [0, 0, 1, 2]  # what the tokenizer puts in front has no place in the text
    (plain,) = complete(speaker, echo=True)["choices"]
    assert (plain["text"], plain["logprobs"]) == ("aßé!", None)


def test_an_echo_of_ids_is_their_text_with_all_that_they_spell(speaker: SpeakingEngine) -> None:
    (choice,) = complete(speaker, prompt=[2, 97, 223], logprobs=0, echo=True, max_tokens=1)["choices"]
    assert choice["text"] == "<bos>aßé"
    assert choice["logprobs"]["text_offset"] == [0, 5, 6, 7]
    (spelt,) = complete(speaker, prompt="<bos>a", logprobs=0, echo=True, max_tokens=1)["choices"]
    assert spelt["text"] == "<bos>aé"


@pytest.mark.parametrize("fields", [{}, {"logprobs": 1}])
def test_a_prompt_alone_has_no_answer_and_no_scores(speaker: SpeakingEngine, fields: dict[str, Any]) -> None:
    body = complete(speaker, echo=True, max_tokens=0, **fields)
    (choice,) = body["choices"]
    assert (choice["text"], choice["finish_reason"], choice["scores"]) == ("aß", "length", None)
    assert (choice["logprobs"] or {"tokens": None})["tokens"] == (["<bos>", "a", "ß"] if fields else None)
    assert body["usage"]["completion_tokens"] == 0


@pytest.mark.parametrize("delays_prompt", [False, True])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"logprobs": 2},
        {"echo": True},
        {"echo": True, "logprobs": 1},
        {"echo": True, "logprobs": 1, "n": 3, "seed": 1},
        {"echo": True, "logprobs": 0, "n": 2, "prompt": ["ab", "ß"], "seed": 1},
        {"prompt": [[97], [98, 99]], "n": 2, "max_tokens": 1, "echo": True},
        {"echo": True, "max_tokens": 0, "logprobs": 1, "prompt": ["ab", "c"]},
    ],
)
def test_a_stream_says_what_a_whole_reply_does(speaker: SpeakingEngine, fields: dict[str, Any], delays_prompt: bool) -> None:
    speaker.delays_prompt = delays_prompt
    body = complete(speaker, **fields)
    chunks = stream(speaker, **fields)
    assert [choice for _, choice in sorted(join(chunks).items())] == body["choices"]
    assert [chunk["usage"] for chunk in chunks if "usage" in chunk] == [body["usage"]]
    assert {chunk["object"] for chunk in chunks} == {"text_completion"}


@pytest.mark.parametrize("delays_prompt", [False, True])
def test_choices_go_out_though_the_one_that_reads_their_prompt_is_stopped(speaker: SpeakingEngine, delays_prompt: bool) -> None:
    speaker.stops_reading, speaker.delays_prompt = True, delays_prompt
    fields: dict[str, Any] = {"echo": True, "logprobs": 0, "n": 2, "seed": 1}
    body = complete(speaker, **fields)
    assert [(choice["text"], choice["finish_reason"]) for choice in body["choices"]] == [("aß", "length"), ("aßé!", "stop")]
    assert body["choices"][1]["logprobs"]["text_offset"] == [2, 3, 4]
    assert [choice for _, choice in sorted(join(stream(speaker, **fields)).items())] == body["choices"]


def test_choices_are_counted_prompt_by_prompt_and_one_of_each_tells_how_likely_its_prompt_is(speaker: SpeakingEngine) -> None:
    body = complete(speaker, prompt=["ab", "c"], n=2, echo=True, logprobs=0, seed=5)
    assert [choice["text"] for choice in body["choices"]] == ["abé!", "abé!", "cé!", "cé!"]
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2, 3]
    assert all(choice["logprobs"]["tokens"][0] == "<bos>" for choice in body["choices"])
    asked = [(one.prompt, one.sampling.seed, one.num_prompt_logprobs) for one in speaker.generations]
    assert asked == [("ab", 5, 0), ("ab", 6, None), ("c", 5, 0), ("c", 6, None)]
    assert len({one.id for one in speaker.generations}) == 4
    assert body["usage"]["prompt_tokens"] == 3 + 2  # each prompt counts once


def test_usage_has_a_chunk_of_its_own_where_that_is_asked(speaker: SpeakingEngine) -> None:
    chunks = stream(speaker, stream_options={"include_usage": True})
    assert [chunk["usage"] is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
    assert chunks[-1]["choices"] == []


@pytest.mark.parametrize("fields", [{}, {"echo": True, "logprobs": 0}, {"n": 2, "prompt": ["ab", "c"]}])
def test_usage_so_far_is_on_every_chunk_where_that_is_asked(speaker: SpeakingEngine, fields: dict[str, Any]) -> None:
    whole = complete(speaker, **fields)
    chunks = stream(speaker, stream_options={"continuous_usage_stats": True}, **fields)
    assert [choice["text"] for _, choice in sorted(join(chunks).items())] == [choice["text"] for choice in whole["choices"]]
    counted = [chunk["usage"]["completion_tokens"] for chunk in chunks]
    assert counted == sorted(counted) and counted[0] < 2
    assert chunks[-1]["usage"] == whole["usage"]


def test_hidden_special_tokens_have_no_place_in_the_text() -> None:
    engine = SpeakingEngine("\x02a")  # the second character's id is that of <bos>, which the fake spells
    (choice,) = complete(engine, logprobs=0, skip_special_tokens=True)["choices"]
    assert engine.generations[0].hides_special_tokens
    assert choice["logprobs"]["tokens"][:2] == ["<bos>", "a"]
    assert choice["logprobs"]["text_offset"][:2] == [0, 0]
