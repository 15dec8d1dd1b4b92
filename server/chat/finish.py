"""Why an answer to a chat ended, in OpenAI's words."""

from server.engine.protocol import Finish
from server.wire.chat_response import ChatFinishReason


def name_finish(finish: Finish, *, num_calls: int) -> ChatFinishReason:
    """Say why an answer ended; one with calls that came to its own end ended with them."""
    return "tool_calls" if num_calls and finish.reason == "stop" else finish.reason
