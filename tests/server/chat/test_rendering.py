"""The bytes of an answer."""

import json
from typing import Any

import msgspec
import pytest

from scoring.scorers import SCORERS
from scoring.scores import Degeneration, Flag, Scores
from server.answers.answer import Scored
from server.chat.chunks import ChatChunks
from server.chat.whole import WholeChat
from server.engine.protocol import Finish, Piece, Sampling, ServedModel
from server.exchange.metadata import AnswerHead, write_sampling, write_shortest
from tests.server.fake_engine import ADAPTER, BASE

SCORES = Scores(
    scorer="lek-v1",
    scorer_version="1",
    lek_score=-20.0,
    heuristic={"first_person": 0.0, "engagement_depth": 1.5},
    degeneration=Degeneration(
        flags=(Flag(flag="token_loop", tier="hard", start=3), Flag(flag="turn_leak", tier="soft")), compression_ratio=2.5
    ),
)
FINISH = Finish(reason="length", num_prompt_tokens=5, num_completion_tokens=3, num_cached_tokens=2)
SCORED = Scored(finish=FINISH, scores=SCORES)
SAMPLING = Sampling(temperature=0.7, top_k=64, seed=2**63 - 1)
SAMPLING_TEXT = (
    '{"temperature":0.7,"top_p":1,"top_k":64,"min_p":0,"seed":9223372036854775807,'
    '"repetition_penalty":1,"presence_penalty":0,"frequency_penalty":0}'
)
USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8, "prompt_tokens_details": {"cached_tokens": 2}}


def spell(token_id: int) -> bytes:
    return b"<%d>" % token_id


def make_head(served: ServedModel = BASE, *, adapter_scale: float = 1.0, **metadata: str) -> AnswerHead:
    return AnswerHead(
        id="chatcmpl-1",
        created=9,
        model=served.id,
        system_fingerprint="fp",
        served=served,
        adapter_scales=(adapter_scale,),
        sampling=SAMPLING,
        request_metadata=metadata,
    )


def render_whole(head: AnswerHead, scored: Scored, text: str = "Hi") -> Any:
    renderer = WholeChat(head, spell=spell)
    assert renderer.add(0, Piece(text=text, token_ids=(1,))) + renderer.end(0, scored) == b""
    return json.loads(renderer.close())


def render_stream(renderer: ChatChunks, scored: Scored, text: str = "Hi") -> bytes:
    return renderer.add(0, Piece(text=text, token_ids=(1,))) + renderer.end(0, scored) + renderer.close()


def parse_events(stream: bytes) -> list[Any]:
    events = stream.decode().removesuffix("\n\n").split("\n\n")
    return [json.loads(event.removeprefix("data: ")) if event != "data: [DONE]" else "[DONE]" for event in events]


@pytest.mark.parametrize(
    ("number", "expected"), [(11.0, "11"), (-20, "-20"), (1.5, "1.5"), (0.0, "0"), (-0.0, "0"), (0.1, "0.1"), (1e-7, "1e-07")]
)
def test_numbers_are_written_shortest(number: float, expected: str) -> None:
    assert write_shortest(number) == expected


def test_a_whole_answer_has_openais_shape_and_the_scores() -> None:
    body = render_whole(make_head(), SCORED)
    assert body["object"] == "chat.completion"
    assert (body["id"], body["created"], body["model"], body["system_fingerprint"]) == ("chatcmpl-1", 9, BASE.id, "fp")
    assert body["usage"] == USAGE
    (choice,) = body["choices"]
    assert choice.pop("scores") == {
        "scorer": "lek-v1",
        "scorer_version": "1",
        "lek_score": -20.0,
        "heuristic": {"first_person": 0.0, "engagement_depth": 1.5},
        "degeneration": {
            "flags": [
                {"flag": "token_loop", "tier": "hard", "start": 3, "unit": None, "period": None, "copies": None},
                {"flag": "turn_leak", "tier": "soft", "start": None, "unit": None, "period": None, "copies": None},
            ],
            "compression_ratio": 2.5,
        },
    }
    assert choice == {
        "index": 0,
        "message": {"role": "assistant", "content": "Hi", "refusal": None},
        "logprobs": None,
        "finish_reason": "length",
    }


def test_an_answer_that_was_stopped_says_by_what() -> None:
    stopped = Scored(finish=msgspec.structs.replace(FINISH, reason="stop", stopped_by="token_loop"), scores=SCORES)
    whole = render_whole(make_head(), stopped)
    last = parse_events(render_stream(ChatChunks(make_head(), spell=spell, include_usage=True), stopped))[2]
    for body in (whole, last):
        assert (body["choices"][0]["finish_reason"], body["metadata"]["stopped_by"]) == ("stop", "token_loop")
    assert "stopped_by" not in render_whole(make_head(), SCORED)["metadata"]


def test_metadata_is_a_map_of_strings() -> None:
    assert render_whole(make_head(), SCORED)["metadata"] == {
        "scorer": "lek-v1",
        "scorer_version": "1",
        "lek_score": "-20",
        "first_person": "0",
        "engagement_depth": "1.5",
        "degeneration_flags": "token_loop,turn_leak",
        "adapter": "none",
        "adapter_digest": "none",
        "sampling": SAMPLING_TEXT,
    }


def test_metadata_names_the_adapter_that_answered_and_echoes_the_requests_own() -> None:
    answered = Scored(finish=msgspec.structs.replace(FINISH, adapter_digest="sha256:answered"), scores=SCORES)
    metadata = render_whole(make_head(ADAPTER, run="7", lek_score="mine"), answered)["metadata"]
    assert (metadata["adapter"], metadata["adapter_digest"]) == ("lek-demo", "sha256:answered")
    assert (metadata["run"], metadata["lek_score"]) == ("7", "-20")


def test_what_a_request_says_is_never_taken_for_what_candor_says() -> None:
    unscored = Scored(finish=FINISH, scores=None)
    claims = dict.fromkeys(("stopped_by", "adapter_scale", "lek_score", "scorer", "degeneration_flags", "sampling"), "mine")
    head = msgspec.structs.replace(make_head(), request_metadata=claims | {"run": "7"})
    metadata = render_whole(head, unscored)["metadata"]
    assert metadata == {"run": "7", "adapter": "none", "adapter_digest": "none", "sampling": SAMPLING_TEXT}


@pytest.mark.parametrize("is_scored", [False, True])
def test_what_a_request_says_never_stands_under_the_name_of_a_dimension(is_scored: bool) -> None:
    claims = {dimension: "mine" for scorer in SCORERS for dimension in scorer.dimensions}
    assert len(claims) >= 8
    head = msgspec.structs.replace(make_head(), request_metadata=claims | {"run": "7"})
    scored = Scored(finish=FINISH, scores=SCORES if is_scored else None)
    whole = render_whole(head, scored)["metadata"]
    last = parse_events(render_stream(ChatChunks(head, spell=spell, include_usage=False), scored))[-2]["metadata"]
    assert whole == last
    assert whole["run"] == "7"
    assert "mine" not in whole.values()


def test_a_sampling_reads_back_as_it_was() -> None:
    sampling = Sampling(
        temperature=0, top_p=0.1, min_p=1e-7, seed=-(2**63), repetition_penalty=1.15, presence_penalty=-2, frequency_penalty=0.5
    )
    assert write_sampling(SAMPLING) == SAMPLING_TEXT
    assert msgspec.json.decode(write_sampling(sampling), type=Sampling) == sampling


@pytest.mark.parametrize(("scale", "expected"), [(1.0, None), (0.5, "0.5"), (0.0, "0"), (-2.0, "-2")])
def test_metadata_tells_a_scale_other_than_one(scale: float, expected: str | None) -> None:
    metadata = render_whole(make_head(ADAPTER, adapter_scale=scale), SCORED)["metadata"]
    assert metadata.get("adapter_scale") == expected


def test_a_stream_opens_with_the_role_and_ends_with_everything_else() -> None:
    renderer = ChatChunks(make_head(run="7"), spell=spell, include_usage=False)
    start, text, last, done = parse_events(render_stream(renderer, SCORED))
    assert start["object"] == "chat.completion.chunk"
    assert start["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": "", "refusal": None}, "logprobs": None, "finish_reason": None}
    ]
    assert text["choices"] == [{"index": 0, "delta": {"content": "Hi"}, "logprobs": None, "finish_reason": None}]
    assert all("usage" not in chunk and "metadata" not in chunk for chunk in (start, text))
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["choices"][0]["delta"] == {}
    assert last["choices"][0]["scores"]["lek_score"] == -20.0
    assert (last["metadata"]["lek_score"], last["metadata"]["run"], last["metadata"]["sampling"]) == ("-20", "7", SAMPLING_TEXT)
    assert last["usage"] == USAGE
    assert done == "[DONE]"


def test_with_include_usage_it_is_on_one_extra_chunk_only() -> None:
    renderer = ChatChunks(make_head(), spell=spell, include_usage=True)
    start, text, last, extra, done = parse_events(render_stream(renderer, SCORED))
    assert [chunk["usage"] for chunk in (start, text, last)] == [None, None, None]
    assert last["metadata"]["lek_score"] == "-20"
    assert (extra["choices"], extra["usage"]) == ([], USAGE)
    assert done == "[DONE]"


@pytest.mark.parametrize("text", ['"', "\\", "\n\n", "\x00", "é😀", "\u2028", "</script>", "data: [DONE]"])
def test_any_text_survives_a_chunk(text: str) -> None:
    chunks = ChatChunks(make_head(), spell=spell, include_usage=False).add(0, Piece(text=text, token_ids=(1,)))
    assert chunks.count(b"\n") == 4
    _opening, event = parse_events(chunks)
    assert event["choices"][0]["delta"]["content"] == text
