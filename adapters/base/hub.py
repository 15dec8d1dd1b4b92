"""Files of a Hugging Face repository, fetched into its cache; what is in there is not fetched again."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from huggingface_hub import constants, snapshot_download
from huggingface_hub.errors import (
    DryRunError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

NAME = re.compile(r"(?P<name>\w[\w.-]*/\w[\w.-]*)(@(?P<revision>[\w.][\w./-]{0,254}))?", re.ASCII)
LOG_IN = "or it is private or gated: log in with 'hf auth login', or set HF_TOKEN"
SPARE_BYTES = 1 << 28  # that stay free on the disk


class HubError(Exception):
    """A repository cannot be had; the message is for people and names it."""


class NotInHub(HubError):
    """There is no such repository, revision or file in it, or it is not for us."""


class HubUnreachable(HubError):
    """What is not in the cache cannot be fetched now."""


class Repository(NamedTuple):
    """A repository, at a branch, tag or commit if one is named."""

    name: str  # owner/name
    revision: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `owner/name` or `owner/name@revision`; None for what cannot be one."""
        match = NAME.fullmatch(text)
        return cls(match["name"], match["revision"]) if match and ".." not in text else None

    def __str__(self) -> str:
        return f"{self.name}@{self.revision}" if self.revision else self.name


class FetchedRepository(NamedTuple):
    """A repository's files at one commit, as links into its own folder in the cache."""

    folder: Path
    commit: str

    @property
    def cached(self) -> Path:
        """The repository's folder, which the links do not lead out of."""
        return self.folder.parent.parent


class File(NamedTuple):
    """A file as the hub lists it."""

    name: str
    size_bytes: int  # 0 where it does not say
    is_cached: bool


def list_files(repository: Repository, patterns: Sequence[str]) -> tuple[File, ...] | None:
    """List the files that are asked for, before any is fetched. Raises HubError.

    None where the hub does not list them: the cache may have them, and `fetch` says it if not.
    """
    with _translating(repository):
        try:
            listed = snapshot_download(repository.name, revision=repository.revision, allow_patterns=list(patterns), dry_run=True)
        except DryRunError:
            return None
    return tuple(File(one.filename, one.file_size or 0, not one.will_download) for one in listed)


def fetch(repository: Repository, patterns: Sequence[str]) -> FetchedRepository:
    """Fetch the files that are asked for, with huggingface_hub's own progress bar. Raises HubError."""
    with _translating(repository):
        folder = Path(snapshot_download(repository.name, revision=repository.revision, allow_patterns=list(patterns)))
    return FetchedRepository(folder, folder.name)


def check_room(repository: Repository, files: Sequence[File]) -> None:
    """See that the cache's disk has room for what is not in there. Raises HubUnreachable."""
    wanted = sum(file.size_bytes for file in files if not file.is_cached)
    cache = Path(constants.HF_HUB_CACHE)
    there = next(folder for folder in (cache, *cache.parents) if folder.is_dir())
    if wanted and wanted + SPARE_BYTES > (free := shutil.disk_usage(there).free):
        raise HubUnreachable(f"{repository} has {wanted} bytes to fetch, and the disk of {cache} has {free} left: make room")


@contextmanager
def _translating(repository: Repository) -> Iterator[None]:
    try:
        yield
    except RevisionNotFoundError as exc:
        expected = "expected a branch, tag or commit"
        raise NotInHub(f"{repository.name} has no revision {repository.revision} on Hugging Face: {expected}") from exc
    except GatedRepoError as exc:
        raise NotInHub(f"{repository.name} is gated on Hugging Face: ask for access there, then log in with 'hf auth login'") from exc
    except (RepositoryNotFoundError, HFValidationError) as exc:
        raise NotInHub(f"Hugging Face has no repository {repository.name}, {LOG_IN}") from exc
    except Exception as exc:  # its own, the system's, and those of its HTTP library, whichever that is
        cause = exc.__cause__ or exc
        status = cause.response.status_code if isinstance(cause, HfHubHTTPError) else None
        reason = f"HTTP {status}" if status else type(cause).__name__
        message = f"{repository} is not in the local cache and could not be fetched ({reason}): check the network, or give a folder"
        raise HubUnreachable(message) from exc
