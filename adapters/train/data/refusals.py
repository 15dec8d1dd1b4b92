"""What stands in rows of other trainers and would change what is learnt: refused by name, unless it says nothing."""

from collections.abc import Iterator, Mapping

ROW_KEYS = {
    "tools": "functions are not trained",
    "functions": "functions are not trained",
    "images": "images are not trained",
    "image": "images are not trained",
    "videos": "videos are not trained",
    "video": "videos are not trained",
    "audios": "sound is not trained",
    "audio": "sound is not trained",
    "chosen": "preferences between answers are not trained",
    "rejected": "preferences between answers are not trained",
    "chat_template": "a template for a row of its own is not supported: --chat-template FILE names one for all",
    "chat_template_kwargs": "variables of the template are not supported",
}
TURN_KEYS = {
    "tool_calls": "functions are not trained",
    "tool_call_id": "functions are not trained",
    "function_call": "functions are not trained",
    "audio": "sound is not trained",
    "images": "images are not trained",
    "image": "images are not trained",
    "reasoning_content": "Gemma 3 has no part for reasoning",
    "reasoning": "Gemma 3 has no part for reasoning",
    "thinking": "Gemma 3 has no part for reasoning",
}
NEUTRAL: tuple[object, ...] = (None, "", [], {})


def find_refusals(entries: Mapping[str, object], refused: Mapping[str, str], place: str = "") -> Iterator[str]:
    """Find the keys that are refused, each with the reason; one that is null or empty changes nothing."""
    for key, reason in refused.items():
        if key in entries and entries[key] not in NEUTRAL:
            yield f"{place}{key}: {reason}"
