"""Which model it is, by what its files hold: the same wherever they lie, and whatever reads them."""

import hashlib
from pathlib import Path

from adapters.base.errors import ModelLoadError
from adapters.base.weights.files import PATTERN

CONFIG_NAME = "config.json"


def digest_model(path: Path) -> str:
    """Digest configuration and weights of a model's folder, or its GGUF file, every byte. Raises ModelLoadError."""
    try:
        files = [path] if path.is_file() else [path / CONFIG_NAME, *sorted(path.glob(PATTERN))]
        whole = hashlib.sha256()
        for file in files:
            with file.open("rb") as stream:
                whole.update(hashlib.file_digest(stream, "sha256").digest())  # of each: no file's end passes for another's beginning
    except OSError as exc:
        raise ModelLoadError(f"the model in {path} could not be read: {exc}") from exc
    return f"sha256:{whole.hexdigest()}"
