"""`python -m tests.outside.clients [CLIENT …]`: real clients, unmodified, on the demo model.

Each runs in an environment of its own under `.cache/clients`, at the versions it is pinned to. The first run fetches them. One line
is printed a check; the exit status is 1 where one did not hold.
"""

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator

import msgspec

from tests.outside.clients.client import Client, find_clients
from tests.outside.clients.errors import EnvironmentFailed, RuntimeMissing
from tests.outside.clients.running import run_checks
from tests.outside.clients.stand_in.recorder import Recorder
from tests.server_process import Server


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How the checks of a client went."""

    num_checks: int  # 0: it was skipped
    num_faults: int


def main() -> int:
    """Run the clients that are asked for."""
    known = {client.name: client for client in find_clients()}
    parser = argparse.ArgumentParser(prog="python -m tests.outside.clients", description=__doc__)
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=f"all unless said: {', '.join(known)}")
    parser.add_argument("--url", help="a server that runs, without /v1; none: one is started on the demo model")
    parser.add_argument("--record", action="store_true", help="ask a stand-in for OpenAI's and note the bodies for tests/contract")
    options = parser.parse_args()
    if unknown := set(options.clients) - set(known):
        parser.error(f"no such client: {', '.join(sorted(unknown))} (there are {', '.join(known)})")
    chosen = [known[name] for name in options.clients or known]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and the clients end with this
    if options.record:
        tallies = [_record(client) for client in chosen]
    else:
        with _serve(options.url) as url:
            tallies = [_run(client, url) for client in chosen]
    num_faults = sum(tally.num_faults for tally in tallies)
    num_skipped = sum(tally.num_checks == 0 for tally in tallies)
    print(f"{sum(tally.num_checks for tally in tallies)} checks, {num_faults} did not hold; {num_skipped} clients skipped")
    return 1 if num_faults else 0


@contextlib.contextmanager
def _serve(url: str | None) -> Iterator[str]:
    """Give the server at `url`, or start one for as long as it is needed."""
    if url:
        yield url.rstrip("/")
        return
    # Greedy, for clients that do not say: a check that holds today holds tomorrow.
    with Server("--default-temperature", "0") as server:
        yield server.url


def _record(client: Client) -> Tally:
    with Recorder(client.name) as recorder:
        tally = _run(client, recorder.url, is_recorded=True)
    if tally.num_checks and not tally.num_faults:
        recorder.save()
    return tally


def _run(client: Client, url: str, *, is_recorded: bool = False) -> Tally:
    """Run one client and print a line a check."""
    outcomes = []
    try:
        for outcome in run_checks(client, url, is_recorded=is_recorded):
            outcomes.append(outcome)
            what = f"{client.name}: {outcome.check}"
            print(f"FAULT {what}: {outcome.fault[:400]}" if outcome.fault else f"ok    {what}", flush=True)
    except RuntimeMissing as missing:
        print(f"skip  {client.name}: {missing}", flush=True)
    except EnvironmentFailed as failure:
        print(f"FAULT {client.name}: {failure}", flush=True)
        return Tally(num_checks=1, num_faults=1)
    return Tally(num_checks=len(outcomes), num_faults=sum(outcome.fault is not None for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
