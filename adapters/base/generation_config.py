"""`generation_config.json` of a model's folder: which tokens end an answer, and how its makers want it drawn from.

What cannot be read keeps the model from being served: without the tokens that end them, answers would run on.
"""

import json
from pathlib import Path
from typing import Any

from adapters.base.errors import ModelLoadError
from adapters.base.json_file import refuse_repeated_keys
from adapters.base.model_file import read_model_file

FILE_NAME = "generation_config.json"


def read_generation_config(folder: Path) -> dict[str, Any]:
    """Read what the file holds; nothing where there is none. Raises ModelLoadError."""
    path = folder / FILE_NAME
    try:
        content = read_model_file(path)
        if content is None:
            return {}
        refuse_repeated_keys(content)
        values = json.loads(content, parse_constant=str)  # NaN, which no range refuses
    except (ValueError, RecursionError) as exc:
        raise ModelLoadError(f"{path} cannot be read: {exc}; mend it, or delete it to serve the model without") from exc
    if not isinstance(values, dict):
        raise ModelLoadError(f"{path} cannot be read: expected an object, got {type(values).__name__}; mend it or delete it")
    return values
