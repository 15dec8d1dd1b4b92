"""What a server runs with: one frozen struct, whichever of file, environment and flags it came from.

A setting is written here and nowhere else. Its field gives the default, its type the bounds, its `About` the line in `--help`; its name in
kebab-case is the flag, the key in the file and, in capitals, the variable.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from scoring.scorers import scorer_names
from server.engine.limits import Limits
from server.engine.sampling_defaults import MinP, SamplingDefaults, Temperature, TopK, TopP
from server.settings.option import About
from server.settings.values import (
    AdapterSource,
    DegenerationAction,
    Secret,
    parse_adapters,
    parse_file,
    parse_folders,
    parse_key,
    parse_keys,
    parse_model_name,
    parse_origins,
    parse_scorer,
    parse_size,
)

Text = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[float, Meta(gt=0, le=1_000_000)]
Url = Annotated[str, Meta(pattern=r"^https?://[^/\s]+")]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Every setting, in the order of `--help`."""

    # What is served
    model: Annotated[Text, About("demo, a folder, a GGUF file, or a Hugging Face repo of a Gemma 3", "MODEL")] = "demo"
    model_name: Annotated[
        Text | None,
        About("the base's id in /v1/models", "NAME", parse_model_name, unset="from the model"),
    ] = None
    adapters: Annotated[
        tuple[AdapterSource, ...],
        About(
            "a LoRA adapter to load at start: a folder, or a Hugging Face repo, perhaps OWNER/NAME@REVISION", "NAME=PATH", parse_adapters
        ),
    ] = field(default=(), name="adapter")
    adapter_dirs: Annotated[
        tuple[str, ...],
        About("a folder from which adapters may be loaded while the server runs", "DIR", parse_folders, unset="none may"),
    ] = field(default=(), name="adapter-dir")
    allow_hub_adapters: Annotated[
        bool,
        About("adapters may be loaded from Hugging Face repos while the server runs", unset="from --adapter-dir only"),
    ] = False
    chat_template: Annotated[
        Text | None,
        About("a chat template to use in place of the model's own", "FILE", parse_file, unset="the model's; Gemma's where it has none"),
    ] = None
    max_adapters: Annotated[int, Meta(ge=1, le=1024), About("adapters loaded at once, beside the base", "N")] = 16
    max_adapter_rank: Annotated[int, Meta(ge=1, le=4096), About("largest rank an adapter may have", "N")] = 64
    evict_adapters: Annotated[
        bool,
        About(
            "when all are taken, the idle one used longest ago makes way for a new one, and is loaded again when asked for",
            unset="new is refused",
        ),
    ] = False

    # How it is drawn from, where a request does not say
    generation_config: Annotated[
        Literal["model", "none"],
        About("what requests get that do not say: what the model's generation_config.json has, or none of it", "model|none"),
    ] = "model"
    default_temperature: Annotated[
        Temperature | None,
        About("the temperature of requests that do not say; 0 is greedy", "T", unset="the model's, else 1"),
    ] = None
    default_top_p: Annotated[TopP | None, About("their top_p", "P", unset="the model's, else 1")] = None
    default_top_k: Annotated[TopK | None, About("their top_k; 0 is off", "K", unset="the model's, else 0")] = None
    default_min_p: Annotated[MinP | None, About("their min_p; 0 is off", "P", unset="the model's, else 0")] = None

    # Where, and to whom
    host: Annotated[Text, About("address to listen on", "HOST")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535), About("port to listen on; 0 takes a free one", "PORT")] = 8000
    api_keys: Annotated[
        tuple[Secret, ...],
        About("a key that clients must send", "KEY", parse_keys, unset="open"),
    ] = field(default=(), name="api-key")
    admin_key: Annotated[
        Secret | None,
        About("the key to load and unload adapters with", "KEY", parse_key, unset="any API key"),
    ] = None
    cors_origins: Annotated[
        tuple[str, ...],
        About("an origin whose web pages may use the server, such as https://example.org; * is any", "ORIGIN", parse_origins, unset="none"),
    ] = field(default=(), name="cors-origin")

    # How much it takes on
    max_batch_size: Annotated[int, Meta(ge=1, le=4096), About("answers decoded at once", "N")] = 32
    max_queue: Annotated[int, Meta(ge=1, le=1_000_000), About("requests that may wait; more are answered 429", "N")] = 256
    memory_bytes: Annotated[
        Annotated[int, Meta(ge=1, le=1 << 50)] | None,
        About("most that keys, values and the prefix cache may take together", "SIZE", parse_size, unset="by the machine"),
    ] = None
    prefix_cache_bytes: Annotated[
        Annotated[int, Meta(ge=0, le=1 << 50)] | None,
        About("most that the prefix cache may take of them; 0 turns it off", "SIZE", parse_size, unset="by the machine"),
    ] = None
    max_completion_tokens: Annotated[
        int,
        Meta(ge=1, le=10_000_000),
        About("longest answer; a request for more is capped", "N"),
    ] = 4096
    request_timeout_s: Annotated[Seconds, About("longest a request may take; then it ends with what there is, or with 504", "S")] = 600.0
    heartbeat_s: Annotated[
        float,
        Meta(ge=0, le=1_000_000),
        About("silence before a streamed answer's first token after which it begins with a comment, and sends one as often; 0 never", "S"),
    ] = 10.0
    body_timeout_s: Annotated[Seconds, About("longest a request's body may take to arrive; then 408", "S")] = 30.0
    max_body_bytes: Annotated[
        int,
        Meta(ge=1, le=1 << 32),
        About("largest request body; more is answered 413", "SIZE", parse_size),
    ] = 8 << 20

    # What is made of the answers
    scorer: Annotated[
        str,
        About(f"heuristic that scores the answers: {', '.join(scorer_names())}", "NAME", parse_scorer),
    ] = "lek-v1"
    on_degeneration: Annotated[
        DegenerationAction,
        About("at a hard degeneration flag, where a request does not say: observe, or stop to end the answer there", "ACTION"),
    ] = "observe"
    board_text: Annotated[
        bool,
        About("show the text of the last answers on the board too", unset="their scores and flags only"),
    ] = False
    otlp_endpoint: Annotated[
        Url | None,
        About("send traces to this OpenTelemetry collector over HTTP, such as http://127.0.0.1:4318", "URL", unset="none are made"),
    ] = None

    @property
    def limits(self) -> Limits:
        """What an engine must know of them: the settings of the same names."""
        return msgspec.convert(self, Limits, from_attributes=True)

    @property
    def sampling_defaults(self) -> SamplingDefaults:
        """What goes before the model's own defaults."""
        return SamplingDefaults(
            temperature=self.default_temperature,
            top_p=self.default_top_p,
            top_k=self.default_top_k,
            min_p=self.default_min_p,
        )
