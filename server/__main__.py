"""`python -m server`: flags, settings, engine, app, uvicorn.

The imports inside the function keep `--help` and a wrong flag under half a second: MLX alone takes seconds.
"""

import gc
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.settings.command_line import read_settings
from server.settings.demo import resolve_demo

if TYPE_CHECKING:
    from server.app import Traces


def main() -> int:
    """Run the server; returns the process's exit code."""
    try:
        return _run()
    except KeyboardInterrupt:
        sys.stderr.flush()
        os._exit(130)  # as a shell counts it: 128 and SIGINT; MLX's thread may be loading, and Python's own end aborts the process then


def _run() -> int:
    settings = resolve_demo(read_settings(sys.argv[1:], os.environ))
    gc.disable()  # until `serve`: a start makes millions of objects that stay, and looking through them again and again takes long

    from adapters.base.device import prepare_device
    from adapters.base.errors import ModelLoadError
    from server.app import create_app
    from server.http.serving import BindError, bind, configure_logging, serve

    configure_logging()
    traces = _open_traces(settings.otlp_endpoint)
    try:
        listener = bind(settings.host, settings.port)
        device = prepare_device()
        logging.getLogger("server").info("%s", device.describe())
        from server.engine.mlx.engine import MlxEngine

        engine = MlxEngine.open(
            model=settings.model,
            model_name=settings.model_name,
            adapters=tuple((adapter.name, Path(adapter.path)) for adapter in settings.adapters),
            chat_template=Path(settings.chat_template) if settings.chat_template else None,
            device=device,
            limits=settings.limits,
            has_own_defaults=settings.generation_config == "model",
        )
        app = create_app(engine, settings, traces=traces)
        serve(app, listener, models=engine.models(), grace_s=settings.request_timeout_s)
    except (BindError, ModelLoadError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


def _open_traces(endpoint: str | None) -> "Traces | None":
    if endpoint is None:
        return None
    try:
        from server.answers.tracing import CollectorTraces
    except ModuleNotFoundError as exc:
        raise SystemExit(f"error: --otlp-endpoint needs OpenTelemetry (`make otel`, or the extra otel of pyproject.toml): {exc}") from exc
    return CollectorTraces(endpoint)


if __name__ == "__main__":
    sys.exit(main())
