"""SIGTERM, which a CI job gets when it is cancelled."""

import asyncio
import signal


def heed_sigterm() -> None:
    """Have it cancel the task that runs, as Ctrl-C does, so that what is on trial is unloaded."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
