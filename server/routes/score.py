"""`POST /v1/score`: the scores of any text; no model is asked, and none is counted."""

from typing import Any

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency

from scoring.scores import Scores
from server.answers.scoring_thread import ScoringThread
from server.engine.protocol import Engine
from server.http.body import read_request
from server.http.deadline import Deadline
from server.http.disconnect import DisconnectWatch
from server.http.faults import find_scorer_faults, refuse
from server.http.operation import JSON, OPERATION, Operation
from server.settings.settings import Settings
from server.wire.score import ScoreList, ScoreRequest

_DECODER = msgspec.json.Decoder(ScoreRequest)


_OPERATION = Operation(
    request=ScoreRequest, answers={JSON: Scores | ScoreList}, errors=(504,), about="One text has its scores for an answer, a list a list."
)


@post("/v1/score", status_code=200, opt={OPERATION: _OPERATION})
async def score_texts(
    request: Request[Any, Any, Any],
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    scoring_thread: NamedDependency[ScoringThread],
) -> Scores | ScoreList:
    """Score one text, or several in their order."""
    async with Deadline(settings.request_timeout_s).kept():
        asked = await read_request(request.scope, request.receive, settings, _DECODER)
        refuse(find_scorer_faults(asked.scorer))
        texts = (asked.text,) if isinstance(asked.text, str) else asked.text
        async with DisconnectWatch(request.receive):
            results = [
                await scoring_thread.score(
                    text, scorer=asked.scorer or settings.scorer, prompt=asked.prompt, special_tokens=engine.special_tokens
                )
                for text in texts
            ]
    return results[0] if isinstance(asked.text, str) else ScoreList(results=tuple(results))
