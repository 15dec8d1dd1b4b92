"""Functions that the tests' requests offer, and how an answer to such a request is read."""

from collections.abc import Callable, Iterable
from itertools import count

from server.tools.parts import CollectedAnswer, Part, collect_parts
from server.tools.reading.answer_parser import AnswerParser
from server.tools.tool import Tool

WEATHER = Tool(
    name="get_weather",
    description="Tell the weather.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city"],
    },
)
TIME = Tool(name="get-time")
TOOLS = (WEATHER, TIME)


def count_ids() -> Callable[[], str]:
    """Give ids that tests can know."""
    numbers = count()
    return lambda: f"call_{next(numbers)}"


def read_pieces(pieces: Iterable[str], *, is_parallel: bool = True) -> list[tuple[Part, ...]]:
    """Read an answer piece by piece; gives the parts after each, and last those at its end."""
    parser = AnswerParser(TOOLS, is_parallel=is_parallel, draw_id=count_ids())
    return [*(parser.feed(piece) for piece in pieces), parser.end()]


def read(*pieces: str, is_parallel: bool = True) -> CollectedAnswer:
    """Read an answer and put its parts together."""
    return collect_parts(part for parts in read_pieces(pieces, is_parallel=is_parallel) for part in parts)


def calls_of(answer: CollectedAnswer) -> list[tuple[str, str]]:
    """Give the calls of an answer without their ids."""
    return [(call.name, call.arguments) for call in answer.calls]
