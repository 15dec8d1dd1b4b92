"""Name an adapter by its content."""

import hashlib
from pathlib import Path


def digest_adapter(weights_file: Path, scale: float) -> str:
    """Hash the weights file's bytes and the scale: a changed file under the same name is a different digest."""
    with weights_file.open("rb") as file:
        content = hashlib.file_digest(file, "sha256")
    content.update(f"scale={scale!r}".encode())
    return f"sha256:{content.hexdigest()}"
