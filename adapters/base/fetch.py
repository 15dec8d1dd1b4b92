"""Where a model's files are: a folder, or a Hugging Face repository fetched into its cache."""

import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, RepositoryNotFoundError

from adapters.base.errors import ModelLoadError

REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")
PATTERNS = ("*.json", "model*.safetensors", "*.jinja", "tokenizer.model")


def find_model(model: str) -> Path:
    """Give the folder of `model`, fetching it first if it names a repository. Raises ModelLoadError."""
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise ModelLoadError(f"{model} is a file; expected a model's folder with config.json and model*.safetensors")
    if not REPOSITORY.fullmatch(model):
        raise ModelLoadError(f"there is no folder {model}, and it does not look like a Hugging Face repository (owner/name)")
    return _fetch(model)


def _fetch(repository: str) -> Path:
    """Fetch with huggingface_hub's own progress bar; what is in its cache is not fetched again."""
    try:
        return Path(snapshot_download(repository, allow_patterns=list(PATTERNS)))
    except RepositoryNotFoundError as exc:
        raise ModelLoadError(
            f"Hugging Face has no repository {repository}, or it is private or gated: log in with 'hf auth login'"
        ) from exc
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError) as exc:
        raise ModelLoadError(
            f"{repository} is not in the local cache and could not be fetched ({type(exc).__name__}): check the network, or give a folder"
        ) from exc
