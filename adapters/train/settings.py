"""What decides the weights that a training ends with, beside the base and the data."""

from typing import Annotated, Literal

import msgspec

Kind = Literal["lora", "dora"]
Schedule = Literal["constant", "linear", "cosine"]
TrainOn = Literal["last", "all", "everything"]
AnswerEnd = Literal["turn", "text"]

MODULES = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")

Count = Annotated[int, msgspec.Meta(ge=1)]


class TrainingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Equal settings on equal base, data and versions give equal weights, whatever is validated, saved or resumed in between."""

    num_steps: Count  # of the optimiser
    batch_size: Count = 4  # rows of a pass
    grad_accumulation: Count = 1  # passes of a step
    learning_rate: float = 1e-5  # the highest
    schedule: Schedule = "constant"  # after the warm-up; falling, it would be zero at the step after the last one
    warmup: Annotated[int, msgspec.Meta(ge=0)] = 0  # steps from zero to the rate
    weight_decay: float = 0.0  # AdamW's
    max_grad_norm: float | None = None  # over all that is trained
    kind: Kind = "lora"
    rank: Count = 8
    scale: float = 20.0
    dropout: float = 0.0
    num_layers: Count  # the last ones of the base's
    targets: tuple[str, ...] = MODULES  # of each of those layers
    max_seq_length: Annotated[int, msgspec.Meta(ge=2)] = 2048  # tokens of a row; what is longer is cut
    train_on: TrainOn = "all"
    answer_end: AnswerEnd = "turn"  # what is learnt behind an answer: the template's end of a turn, or the end of text
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0
