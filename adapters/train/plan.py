"""What is asked of a training: a field is a flag, and a key of the configuration file, by its name in kebab-case.

What decides the weights is worked out of it once model and data are known: `TrainingSettings`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from adapters.train.plan_values import parse_formats, parse_layers, parse_path, parse_targets, parse_warmup
from adapters.train.settings import MODULES, AnswerEnd, Kind, Schedule, TrainOn

Format = Literal["mlx-lm", "peft"]

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1, le=1 << 40)]
Positive = Annotated[float, Meta(gt=0, le=1e9)]  # neither infinite nor NaN
Rate = Annotated[float, Meta(gt=0, le=1e38)]  # what float32 holds: how much is too much is seen in the weights
Scale = Annotated[float, Meta(gt=0, le=1e6)]
NotNegative = Annotated[float, Meta(ge=0, le=1e9)]
Share = Annotated[float, Meta(ge=0, lt=1)]


class Asked(msgspec.Struct, frozen=True):
    """What `--help` says of a field, and how its value is read where its type does not say."""

    help: str
    metavar: str
    parse: Callable[[Any], object] | None = None
    unset: str | None = None  # what holds without it, if its default does not say


class TrainingPlan(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """All of it, in the order of `--help`."""

    model: Annotated[Text, Asked("the base: a folder, a GGUF file, a Hugging Face repository (owner/name) or demo", "MODEL")]
    data: Annotated[Path, Asked("what is learnt from: a file, or a folder with train.jsonl and perhaps valid.jsonl", "PATH", parse_path)]
    output: Annotated[Path, Asked("the adapter's folder, with its checkpoints and its record", "DIR", parse_path)]
    validation: Annotated[Path | None, Asked("rows that are never learnt from (default: valid.jsonl of --data)", "FILE", parse_path)] = None
    steps: Annotated[Count | None, Asked("how many steps the optimiser takes", "N")] = None
    epochs: Annotated[
        Positive | None, Asked("in place of --steps: how often each row is seen; 0.5 is half of them", "N", unset="1, without --steps")
    ] = None
    batch_size: Annotated[Count, Asked("rows of a pass", "N")] = 4
    grad_accumulation: Annotated[Count, Asked("passes of a step", "N")] = 1
    learning_rate: Annotated[Rate, Asked("the highest rate", "RATE")] = 1e-5
    schedule: Annotated[Schedule, Asked("how the rate goes on after the warm-up: constant, linear or cosine (to zero)", "NAME")] = (
        "constant"
    )
    warmup: Annotated[str, Asked("steps from zero to the rate, or their share of all: 20, 0.1 or 10%%", "N", parse_warmup)] = "0"
    kind: Annotated[Kind, Asked("what the adapter does to a layer: lora or dora", "KIND")] = "lora"
    rank: Annotated[Annotated[int, Meta(ge=1, le=1 << 16)], Asked("of each layer's update", "N")] = 8
    scale: Annotated[Scale, Asked("what the update is multiplied by (mlx-lm's; PEFT's lora_alpha is rank times this)", "X")] = 20.0
    dropout: Annotated[Share, Asked("share of an update's inputs left out at random", "X")] = 0.0
    layers: Annotated[
        str | None,
        Asked("the last N of the base's layers, or their share (0.3, 30%%), or all", "N", parse_layers, "16, or all of a base with fewer"),
    ] = None
    targets: Annotated[
        tuple[str, ...], Asked("linear layers, such as q_proj,v_proj; repeatable", "NAMES", parse_targets, unset="all seven of a layer")
    ] = MODULES
    max_seq_length: Annotated[Annotated[int, Meta(ge=2, le=1 << 24)], Asked("tokens of a row; what is longer is cut", "N")] = 2048
    train_on: Annotated[
        TrainOn, Asked("what is learnt: all of a conversation's answers, the last one, or everything (every token)", "WHAT")
    ] = "all"
    answer_end: Annotated[
        AnswerEnd,
        Asked(
            "what is learnt behind an answer: the template's end of a turn, or the end of text, for a base that was taught no turns", "END"
        ),
    ] = "turn"
    seed: Annotated[Annotated[int, Meta(ge=0, lt=1 << 32)], Asked("fixes the result, with the settings above", "N")] = 0
    weight_decay: Annotated[NotNegative, Asked("AdamW's", "X")] = 0.0
    max_grad_norm: Annotated[Positive | None, Asked("a longer gradient is shortened to this", "X", unset="as it is")] = None
    save_every: Annotated[
        Count | None, Asked("steps between checkpoints; the last step has one too", "N", unset="a quarter of all, 100 at most")
    ] = None
    validate_every: Annotated[
        Count | None, Asked("steps between validations, beside those before and after", "N", unset="as --save-every")
    ] = None
    init_adapter: Annotated[Path | None, Asked("begin with this adapter's weights", "DIR", parse_path)] = None
    chat_template: Annotated[Path | None, Asked("a Jinja template in place of the model's", "FILE", parse_path)] = None
    formats: Annotated[
        tuple[Format, ...], Asked("mlx-lm's is always written; peft writes PEFT's beside it, in DIR/peft/", "NAMES", parse_formats)
    ] = ("mlx-lm",)
    grad_checkpoint: Annotated[bool, Asked("less memory for more time: activations are computed twice", "")] = False
    resume: Annotated[bool, Asked("go on from the newest whole checkpoint in --output", "")] = False
    overwrite: Annotated[bool, Asked("throw away the training that is in --output", "")] = False
