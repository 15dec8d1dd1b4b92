"""How a model's makers want it drawn from, of what its `generation_config.json` holds. The fields are those that vLLM takes.

A value out of range is left out with a warning: the others still hold, every answer says how it was drawn, and flags can say it better.
"""

import json
import logging
from typing import Any

import msgspec

from adapters.base.generation_config import FILE_NAME
from server.engine.sampling_defaults import SamplingDefaults

log = logging.getLogger(__name__)


def find_sampling_defaults(values: dict[str, Any]) -> SamplingDefaults:
    """Find what the file's values say of how to draw."""
    if values.get("do_sample") is False:
        log.warning("%s: do_sample false is ignored: --default-temperature 0 makes greedy what does not say otherwise", FILE_NAME)
    defaults = SamplingDefaults(**_convert_fields(values))
    if told := defaults.describe():
        log.info("%s: where neither a request nor a flag says otherwise: %s", FILE_NAME, told)
    return defaults


def _convert_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Convert each field by itself; a wrong one takes no other with it."""
    converted: dict[str, Any] = {}
    for field in msgspec.structs.fields(SamplingDefaults):
        value = values.get(field.encode_name)
        try:
            converted[field.name] = msgspec.convert(_as_whole(value), field.type)
        except msgspec.ValidationError as exc:
            log.warning("%s: %s is ignored: %s, got %.60s", FILE_NAME, field.encode_name, str(exc).replace("`", ""), json.dumps(value))
    return converted


def _as_whole(value: object) -> object:
    """Take 64.0 for 64."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
