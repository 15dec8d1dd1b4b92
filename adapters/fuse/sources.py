"""Where the base and the adapter of a fusing are, however they were named."""

from pathlib import Path

from adapters.base.fetch import find_model
from adapters.base.home import expand_home
from adapters.base.hub import Repository
from adapters.files.hub import fetch_adapter

DEMO = "demo"  # as the server takes it
DEMO_FOLDER = Path(__file__).resolve().parents[2] / "server" / "demo" / "model"


def find_base(model: str) -> Path:
    """Give the folder, or the GGUF file; a repository is fetched first. Raises ModelLoadError."""
    return DEMO_FOLDER if model == DEMO else find_model(model)


def find_adapter(adapter: str) -> Path:
    """Give the folder; a repository is fetched first. Raises AdapterError."""
    path = expand_home(adapter)
    if not path.exists() and (repository := Repository.parse(adapter)):
        return fetch_adapter(repository).folder
    return path
