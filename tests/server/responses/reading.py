"""Reads what a streamed response sends, as server-sent events."""

import json
from typing import Any


def read_events(stream: bytes) -> list[Any]:
    """Give the events' bodies; the name of each stands over it, and comments are passed over."""
    events = []
    for block in stream.decode().removesuffix("\n\n").split("\n\n"):
        if block.startswith(":"):
            continue
        name, data = block.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    return events


def list_types(events: list[Any]) -> list[str]:
    """Give the events' types, a run of deltas as one."""
    types = [event["type"].removeprefix("response.") for event in events]
    return [type for i, type in enumerate(types) if types[i - 1 : i] != [type]]
