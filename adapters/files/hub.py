"""An adapter fetched from a Hugging Face repository: its configuration, weights and records of training, and no other file.

Sizes are asked for first: a repository may hold a whole model beside its adapter, or nothing that is an adapter.
"""

import logging

from adapters.base.hub import FetchedRepository, File, HubUnreachable, NotInHub, Repository, check_room, fetch, list_files
from adapters.errors import HubNotReached, NoAdapter, UnreadableAdapter
from adapters.files.formats.adapter_format import CONFIG_NAME
from adapters.files.formats.mlx_lm import MlxLmFormat
from adapters.files.formats.peft import PeftFormat
from adapters.files.tensor_file import MAX_FILE_BYTES
from adapters.files.training_file import FILE_NAME as TRAINING_NAME
from adapters.files.training_file import MAX_FILE_BYTES as MAX_TRAINING_BYTES

STATE_NAME = "trainer_state.json"
MAX_STATE_BYTES = 64 << 20
MOST_BYTES = {
    CONFIG_NAME: 1 << 20,
    PeftFormat.weights_name: MAX_FILE_BYTES,
    MlxLmFormat.weights_name: MAX_FILE_BYTES,
    STATE_NAME: MAX_STATE_BYTES,
    TRAINING_NAME: MAX_TRAINING_BYTES,
}
RECORDS = (STATE_NAME, TRAINING_NAME)  # an adapter is served without them

log = logging.getLogger(__name__)


def fetch_adapter(repository: Repository) -> FetchedRepository:
    """Fetch the adapter at the root of a repository; blocks. Raises AdapterError."""
    try:
        files = list_files(repository, tuple(MOST_BYTES))
        names = tuple(MOST_BYTES) if files is None else _choose(repository, files)
        fetched = fetch(repository, names)
    except NotInHub as exc:
        raise NoAdapter(str(exc)) from exc
    except HubUnreachable as exc:
        raise HubNotReached(str(exc)) from exc
    log.info("%s of Hugging Face is at commit %s, in %s", repository, fetched.commit, fetched.folder)
    return fetched


def _choose(repository: Repository, files: tuple[File, ...]) -> tuple[str, ...]:
    """See that there is an adapter, and room for it, and say which of its files to fetch: a record that is no record stays there."""
    if CONFIG_NAME not in {file.name for file in files}:
        raise NoAdapter(f"{repository} has no {CONFIG_NAME} at its root on Hugging Face: expected the repository of an adapter")
    large = {file.name: file.size_bytes for file in files if file.size_bytes > MOST_BYTES[file.name]}
    for name, size_bytes in large.items():
        if name not in RECORDS:
            raise UnreadableAdapter(f"{name} of {repository} has {size_bytes} bytes, expected {MOST_BYTES[name]} at most")
        log.warning("%s of %s is not fetched: it has %d bytes, expected %d at most", name, repository, size_bytes, MOST_BYTES[name])
    chosen = [file for file in files if file.name not in large]
    check_room(repository, chosen)
    return tuple(file.name for file in chosen)
