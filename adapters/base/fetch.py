"""Where a model's files are: a folder, a GGUF file, or a Hugging Face repository fetched into its cache."""

from pathlib import Path

from adapters.base.errors import ModelLoadError
from adapters.base.gguf.header import is_gguf
from adapters.base.home import expand_home
from adapters.base.hub import HubError, Repository, fetch

VISION_PART = "mmproj"  # in the name of a GGUF file
PATTERNS = ("*.json", "model*.safetensors", "*.jinja", "tokenizer.model")


def find_model(model: str) -> Path:
    """Give the folder or the GGUF file of `model`; a repository, perhaps at a revision, is fetched first. Raises ModelLoadError."""
    path = expand_home(model)
    if path.is_dir():
        return _find_in_folder(path)
    if is_gguf(path):
        return path
    if path.exists():
        raise ModelLoadError(f"{model} is no GGUF file; expected one, or a model's folder with config.json and model*.safetensors")
    if (repository := Repository.parse(model)) is None:
        raise ModelLoadError(f"there is no folder {model}, and it does not look like a Hugging Face repository (owner/name)")
    try:
        return fetch(repository, PATTERNS).folder
    except HubError as exc:
        raise ModelLoadError(str(exc)) from exc


def _find_in_folder(path: Path) -> Path:
    """Give the folder, or the GGUF file that lies in it alone, but for the part that sees images."""
    if (path / "config.json").exists():
        return path
    models = [file for file in sorted(path.glob("*.gguf")) if VISION_PART not in file.name.lower()]
    if len(models) > 1:
        raise ModelLoadError(f"{path} holds {len(models)} GGUF files; name one: {', '.join(file.name for file in models)}")
    return models[0] if models else path
