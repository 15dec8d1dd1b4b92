"""An adapter fetched from a Hugging Face repository: its configuration, weights and record of training, and no other file.

Sizes are asked for first: a repository may hold a whole model beside its adapter, or nothing that is an adapter.
"""

import logging

from adapters.base.hub import FetchedRepository, File, HubUnreachable, NotInHub, Repository, check_room, fetch, list_files
from adapters.errors import HubNotReached, NoAdapter, UnreadableAdapter
from adapters.files.formats.adapter_format import CONFIG_NAME
from adapters.files.formats.mlx_lm import MlxLmFormat
from adapters.files.formats.peft import PeftFormat
from adapters.files.tensor_file import MAX_FILE_BYTES

STATE_NAME = "trainer_state.json"
MAX_STATE_BYTES = 64 << 20
MOST_BYTES = {
    CONFIG_NAME: 1 << 20,
    PeftFormat.weights_name: MAX_FILE_BYTES,
    MlxLmFormat.weights_name: MAX_FILE_BYTES,
    STATE_NAME: MAX_STATE_BYTES,
}

log = logging.getLogger(__name__)


def fetch_adapter(repository: Repository) -> FetchedRepository:
    """Fetch the adapter at the root of a repository; blocks. Raises AdapterError."""
    try:
        files = list_files(repository, tuple(MOST_BYTES))
        if files is not None:
            _check(repository, files)
        fetched = fetch(repository, tuple(MOST_BYTES))
    except NotInHub as exc:
        raise NoAdapter(str(exc)) from exc
    except HubUnreachable as exc:
        raise HubNotReached(str(exc)) from exc
    log.info("%s of Hugging Face is at commit %s, in %s", repository, fetched.commit, fetched.folder)
    return fetched


def _check(repository: Repository, files: tuple[File, ...]) -> None:
    if CONFIG_NAME not in {file.name for file in files}:
        raise NoAdapter(f"{repository} has no {CONFIG_NAME} at its root on Hugging Face: expected the repository of an adapter")
    for file in files:
        if file.size_bytes > MOST_BYTES[file.name]:
            raise UnreadableAdapter(f"{file.name} of {repository} has {file.size_bytes} bytes, expected {MOST_BYTES[file.name]} at most")
    check_room(repository, files)
