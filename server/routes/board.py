"""`GET /`: the board's page. `GET /board/state`: what it shows."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, route
from litestar.di import NamedDependency

from server.board.board import Board
from server.board.page import BoardPage
from server.board.state import describe_board
from server.engine.protocol import Engine
from server.errors import InvalidRequest
from server.http.operation import JSON, OPERATION, Operation, Query
from server.settings.settings import Settings
from server.wire.board_state import BoardState

MAX_DIGITS = 18


@route("/", http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={"text/html": str})})
async def show_board(board_page: NamedDependency[BoardPage]) -> Response[bytes]:
    """Send the page; it wants no key, as it holds no data."""
    return Response(board_page.body, headers=board_page.headers)


_STATE = Operation(
    answers={JSON: BoardState},
    queries=(Query(name="seen", type=Annotated[int, msgspec.Meta(ge=0)], about="How many answers the page has: they are left out."),),
    errors=(400,),
)


@route("/board/state", http_method=["GET", "HEAD"], opt={OPERATION: _STATE})
async def show_board_state(
    request: Request[Any, Any, Any], engine: NamedDependency[Engine], settings: NamedDependency[Settings], board: NamedDependency[Board]
) -> Response[bytes]:
    """Send what has changed; `?seen=N` leaves out the first N answers."""
    state = describe_board(board, engine, scorer=settings.scorer, num_seen=_read_seen(request))
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(msgspec.json.encode(state), headers=headers, media_type="application/json")


def _read_seen(request: Request[Any, Any, Any]) -> int:
    num_seen = 0
    for name, value in request.query_params.multi_items():
        if name != "seen":
            raise InvalidRequest(f"Unknown query parameter: {name}; 'seen' is the only one.", param=name)
        if not (value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS):
            raise InvalidRequest(f"Invalid value for seen: expected how many answers have been seen, got {value!r}.", param=name)
        num_seen = int(value)
    return num_seen
