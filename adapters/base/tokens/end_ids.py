"""The ids that end an answer, as a model's files name them."""

from collections.abc import Mapping
from typing import Any

KEY = "eos_token_id"
CONFIG_NAME = "config.json"


def find_configured_ends(config: Mapping[str, Any], generation_config: Mapping[str, Any]) -> frozenset[int]:
    """Give those of generation_config.json, or of config.json where that names none. Raises ValueError for what are no ids."""
    nested = config.get("text_config")
    for file, values in (
        ("generation_config.json", generation_config),
        (CONFIG_NAME, config),
        (CONFIG_NAME, nested if isinstance(nested, dict) else {}),
    ):
        if ends := _convert(values.get(KEY), file):
            return ends
    return frozenset()


def _convert(configured: object, file: str) -> frozenset[int]:
    listed: list[Any] = configured if isinstance(configured, list) else [configured]
    given = [one for one in listed if one is not None]
    if wrong := [one for one in given if type(one) is not int or one < 0]:
        raise ValueError(f"{file}: {KEY} has {wrong[0]!r:.60}, which is no token's id; mend it")
    return frozenset(given)
