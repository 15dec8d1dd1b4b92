"""The battery on a schedule: a round every so often, and the last one's figures for Prometheus."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from prometheus_client import CollectorRegistry, start_http_server

from clients.battery.battery import conclude, examine
from clients.battery.options import Options
from clients.battery.probe_metrics import ProbeMetrics
from clients.errors import ClientError, EndpointFailure, Interrupted, Regression, UsageFault
from clients.telling import tell


async def keep_examining(options: Options, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
    """Run rounds until Ctrl-C. An endpoint that is down for a round is counted, said, and asked again at the next."""
    registry = CollectorRegistry()
    metrics = ProbeMetrics(registry)
    if options.metrics_port is not None:
        _serve_metrics(options.metrics_host, options.metrics_port, registry)
    every_s = options.every_s
    assert every_s is not None
    num_rounds = 0
    while True:
        began_s = time.monotonic()
        await _examine_once(options, metrics)
        num_rounds += 1
        options = msgspec.structs.replace(options, overwrites=True)  # each round replaces the one before
        try:
            await sleep(max(0.0, every_s - (time.monotonic() - began_s)))
        except asyncio.CancelledError as exc:
            raise Interrupted(f"interrupted after {num_rounds} rounds") from exc


async def _examine_once(options: Options, metrics: ProbeMetrics) -> None:
    try:
        try:
            examined = await examine(options)
        except EndpointFailure:
            metrics.show_silence()
            raise
        metrics.show(examined.report)
        conclude(options, examined)
    except (Interrupted, UsageFault):
        raise
    except Regression as exc:  # a whole round, with bad news
        metrics.count_round("complete")
        tell("battery", exc)
    except ClientError as exc:
        metrics.count_round("failed")
        tell("battery", f"{exc}; it is asked again at the next round")
    else:
        metrics.count_round("complete")


def _serve_metrics(host: str, port: int, registry: CollectorRegistry) -> None:
    try:
        server, _ = start_http_server(port, addr=host, registry=registry)
    except OSError as exc:
        raise UsageFault(f"cannot serve metrics on {host} port {port}: {exc.strerror or exc}; choose another --metrics-port") from exc
    print(f"metrics of the last round on http://{host}:{server.server_port}/metrics", flush=True)
