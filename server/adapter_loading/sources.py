"""Where adapters may come from while the server runs: its folders and, where that is allowed, Hugging Face."""

import asyncio

from adapters.base.hub import Repository
from adapters.files.hub import fetch_adapter
from server.adapter_loading.roots import AdapterRoots, FoundFolder
from server.errors import AdapterMissing, InvalidRequest

MOST_FETCHES = 2  # at once: they are long, and share their threads with whatever else the event loop has done beside it
FLAG = "--allow-hub-adapters"


class AdapterSources:
    """Finds what a path means: a folder if there is one, else a repository. It is fetched before its load waits for its turn."""

    def __init__(self, roots: AdapterRoots, *, allows_hub: bool) -> None:
        self._roots = roots
        self._allows_hub = allows_hub
        self._fetches = asyncio.Semaphore(MOST_FETCHES)

    async def find(self, text: str, *, param: str) -> FoundFolder:
        """Give the folder of what `text` names; `param` is the request's field. Raises ApiError as the folders do, and AdapterError."""
        if (repository := Repository.parse(text)) is None:
            return await self._find_folder(text, param)
        if self._roots.are_there:
            try:
                return await self._find_folder(text, param)
            except AdapterMissing as exc:  # else a folder goes before a repository
                if not self._allows_hub:
                    raise InvalidRequest(f"{exc} To fetch it from Hugging Face, start the server with {FLAG}.", param=param) from exc
        if not self._allows_hub:
            message = f"This server loads no adapters while it runs: start it with --adapter-dir DIR, or with {FLAG} for Hugging Face's."
            raise InvalidRequest(message, param=param)
        async with self._fetches:
            fetched = await asyncio.to_thread(fetch_adapter, repository)
        return FoundFolder(fetched.folder, (fetched.cached,), fetched.commit)

    async def _find_folder(self, text: str, param: str) -> FoundFolder:
        return await asyncio.to_thread(self._roots.find, text, param=param)
