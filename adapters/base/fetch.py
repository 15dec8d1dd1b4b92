"""Where a model's files are: a folder, or a Hugging Face repository fetched into its cache."""

from pathlib import Path

from adapters.base.errors import ModelLoadError
from adapters.base.hub import HubError, Repository, fetch

PATTERNS = ("*.json", "model*.safetensors", "*.jinja", "tokenizer.model")


def find_model(model: str) -> Path:
    """Give the folder of `model`, fetching it first if it names a repository, perhaps at a revision. Raises ModelLoadError."""
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise ModelLoadError(f"{model} is a file; expected a model's folder with config.json and model*.safetensors")
    if (repository := Repository.parse(model)) is None:
        raise ModelLoadError(f"there is no folder {model}, and it does not look like a Hugging Face repository (owner/name)")
    try:
        return fetch(repository, PATTERNS).folder
    except HubError as exc:
        raise ModelLoadError(str(exc)) from exc
