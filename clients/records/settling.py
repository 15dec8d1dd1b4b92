"""Settling what a reply is before it is judged: reasoning is kept apart from the answer, and what ended in an error is none.

What has just come and what lies in a file are settled alike; what is settled already stays as it is.
"""

import msgspec

from clients.asking.exchange import Reply
from clients.asking.finish_reasons import FAILED, LENGTH, read_finish_reason
from clients.records.reasoning import split_reasoning


def settle(reply: Reply, prompt: str) -> Reply:
    """Settle the reply to a prompt."""
    if reply.text is None:
        return reply
    finish_reason = read_finish_reason(reply.finish_reason)
    if finish_reason == FAILED:
        error = f"the endpoint broke the answer off: finish reason {reply.finish_reason}"
        return msgspec.structs.replace(reply, text=None, error=error, partial=reply.text or None, finish_reason=None)
    parts = split_reasoning(reply.text, prompt=prompt, is_cut_off=finish_reason == LENGTH)
    if parts.reasoning is None:
        return msgspec.structs.replace(reply, finish_reason=finish_reason)
    reasoning = "\n\n".join(part for part in (reply.reasoning, parts.reasoning) if part)
    return msgspec.structs.replace(reply, text=parts.answer, reasoning=reasoning or None, finish_reason=finish_reason)
