"""The items of a response's output: pure."""

from server.engine.protocol import FinishReason
from server.wire.responses_response import ItemStatus, OutputMessage, OutputText


def name_message(request_id: str, place: int) -> str:
    """Name the message that stands at a place of the output; a stream and a whole response name it alike."""
    return f"msg_{request_id}_{place}"


def make_message(id: str, text: str, reason: FinishReason) -> OutputMessage:
    """Make the message of an answer that has ended."""
    status: ItemStatus = "completed" if reason == "stop" else "incomplete"
    return OutputMessage(id=id, status=status, content=(OutputText(text=text),))
