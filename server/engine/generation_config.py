"""`generation_config.json` of a model's folder: how its makers want it drawn from. The fields are those that vLLM takes.

A file that cannot be read keeps the server from starting: it also says which tokens end an answer, and without them answers would run on.
A value out of range is left out with a warning: the others still hold, every answer says how it was drawn, and flags can say it better.
"""

import json
import logging
from pathlib import Path
from typing import Any

import msgspec

from adapters.base.errors import ModelLoadError
from server.engine.sampling_defaults import SamplingDefaults

FILE_NAME = "generation_config.json"

log = logging.getLogger(__name__)


def read_generation_config(folder: Path) -> dict[str, Any]:
    """Read what the file holds; nothing where there is none. Raises ModelLoadError."""
    path = folder / FILE_NAME
    try:
        values = json.loads(path.read_bytes(), parse_constant=str)  # NaN, which no range refuses
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as exc:
        raise ModelLoadError(f"{path} cannot be read: {exc}; mend it, or delete it to serve the model without") from exc
    if not isinstance(values, dict):
        raise ModelLoadError(f"{path} cannot be read: expected an object, got {type(values).__name__}; mend it or delete it")
    return values


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
