"""The adapters that are made: of each kind and trap one, each with what candor is to say of it."""

from dataclasses import dataclass, field
from typing import Any

SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
UNSLOTH = (
    r"(?:.*?(?:language|text).*?(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense).*?(?:q_proj|k_proj|up_proj).*?)"
    r"|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|attention|attn|mlp|feed_forward|ffn|dense)\.(?:(?:q_proj|k_proj|up_proj)))"
)
LLAMA_FACTORY = r"^(?!.*(?:vision_tower|multi_modal_projector)).*(?:q_proj|down_proj).*"


@dataclass
class Case:
    """A LoraConfig, and how the adapter is saved."""

    config: dict[str, Any]
    base: str = "text"
    how: str = "plain"  # one of saving.py's ways
    refused: str | None = None  # a part of candor's words, for one that it is not to serve
    left_out: list[str] = field(default_factory=list)


def _lora(**config: Any) -> dict[str, Any]:
    return {"r": 4, "lora_alpha": 12, "target_modules": SEVEN, "task_type": "CAUSAL_LM"} | config


def _seeing(*left_out: str, **config: Any) -> Case:
    return Case(_lora(**config), base="nested", left_out=list(left_out))


# In the order of the alphabet: PEFT sorts them when it saves, and the first that matches counts.
PATTERNS = {
    "rank_pattern": {r".*\.layers\.1\..*(q_proj|v_proj)$": 3, "^model.layers.2.mlp.up_proj": 5, "layers.0.mlp.gate_proj": 2, "o.proj": 6},
    "alpha_pattern": {
        "^(?!.*self_attn).*down_proj": 3, r"layers\.\d+\.self_attn\.(?:k|v)_proj": 40, "mlp.*": 20, "q_proj": 1, "self_attn.*": 7,
    },
}  # fmt: skip
OUT_OF_ORDER = {"alpha_pattern": {"up_proj": 40, "layers.1.mlp.up_proj": 3, r".*\.0\..*": 9}}
# Of a tower of two layers and a head, and what seven names catch of it: all but out_proj, fc1 and fc2.
TOWER, TOWER_OF_SEVEN, TOWER_OF_DORA = (f"vision tower: {number} tensors" for number in (30, 12, 45))

CASES = {
    "plain": Case(_lora()),
    "rslora": Case(_lora(use_rslora=True)),
    "gaussian": Case(_lora(init_lora_weights="gaussian")),
    "orthogonal": Case(_lora(init_lora_weights="orthogonal")),
    "plain-patterns": Case(
        _lora(rank_pattern={"q_proj": 2, "layers.1.mlp.up_proj": 6}, alpha_pattern={"^model.layers.0.self_attn.q_proj": 30})
    ),
    "expressions": Case(_lora(**PATTERNS)),
    "rslora-expressions": Case(_lora(use_rslora=True, **PATTERNS)),
    "sorted-when-saved": Case(_lora(**OUT_OF_ORDER), how="reloaded"),
    "ranks-sorted-when-saved": Case(_lora(rank_pattern={"up_proj": 5, "layers.1.mlp.up_proj": 3, r".*\.0\..*": 2})),
    "biases-of-none": Case(_lora(bias="all")),
    "biases-of-the-tower": _seeing("vision tower: 22 tensors", target_modules=r".*language_model.*\.(?:q|v)_proj", bias="all"),
    "layers-beyond": Case(_lora(layers_to_transform=list(range(1, 32)))),
    "transposed": Case(_lora(), how="transposed"),
    "transposed-dora": Case(_lora(use_dora=True), how="transposed"),
    "target-expression": Case(_lora(target_modules=UNSLOTH)),
    "excluded": Case(_lora(exclude_modules=r".*layers\.1\..*_proj")),
    "excluded-names": Case(_lora(exclude_modules=["layers.0.mlp.up_proj", "k_proj"])),
    "layers": Case(_lora(layers_to_transform=[0, 2], layers_pattern="layers")),
    "one-layer": Case(_lora(layers_to_transform=1)),
    "names-in-full": Case(_lora(target_modules=["model.layers.2.mlp.up_proj", "self_attn.q_proj"], layers_to_transform=[0])),
    "dora": Case(_lora(use_dora=True)),
    "dora-rslora-expressions": Case(_lora(use_dora=True, use_rslora=True, **PATTERNS)),
    "velora": Case(
        _lora(velora_config={"num_groups": 4}, target_modules=["q_proj", "down_proj"]),
        left_out=["VeLoRA's own, for training only: 6 tensors"],
    ),
    "pissa-converted": Case(_lora(init_lora_weights="pissa"), how="converted"),
    "olora-converted": Case(_lora(init_lora_weights="olora"), how="converted"),
    "named": Case(_lora(), how="named"),
    "named-parent": Case(_lora(), how="parent", refused="the adapter is in "),
    "state-dict": Case(_lora(), how="state-dict"),
    "state-dict-dora": Case(_lora(use_dora=True), how="state-dict"),
    "two-in-a-state-dict": Case(_lora(), how="two", refused="its file holds several adapters ('one', 'two')"),
    "compiled": Case(_lora(), how="compiled"),
    "compiled-afterwards": Case(_lora(**PATTERNS), how="compiled-afterwards"),
    "data-parallel": Case(_lora(), how="data-parallel"),
    "checkpointed": Case(_lora(**PATTERNS), how="checkpointed"),
    "half": Case(_lora(), how="half"),
    "all-linear": _seeing(TOWER, target_modules="all-linear"),
    "seven-names": _seeing(TOWER_OF_SEVEN),
    "all-linear-dora": _seeing(TOWER_OF_DORA, target_modules="all-linear", use_dora=True),
    "all-linear-text": Case(_lora(target_modules="all-linear")),
    "expressions-that-see": _seeing(TOWER_OF_SEVEN, **{**PATTERNS, "rank_pattern": {r".*language_model.*q_proj": 2, "q_proj": 3}}),
    "target-language": _seeing(target_modules=UNSLOTH),
    "target-all-but-vision": _seeing(target_modules=LLAMA_FACTORY),
    "target-vision-too": _seeing("vision tower: 8 tensors", target_modules=r".*(?:language_model|vision_tower).*\.(?:q|v)_proj"),
    "vision-alone": Case(_lora(target_modules=r".*vision_tower.*\.q_proj"), base="nested", refused="holds nothing but vision tower"),
    "projector-saved": _seeing(
        "projector: 2 tensors", "vision tower: 4 tensors", target_modules=["q_proj"], modules_to_save=["multi_modal_projector"]
    ),
    "kasa": Case(_lora(kasa_config={}), refused="it is a KaSA"),
    "monteclora": Case(_lora(monteclora_config={}), refused="it is a MonteCLoRA"),
    "bdlora": Case(_lora(use_bdlora={"match_strict": False}), refused="it is a BD-LoRA"),
    "qalora": Case(_lora(use_qalora=True, qalora_group_size=8), how="config-only", refused="it is a QA-LoRA"),
    "alora": Case(_lora(alora_invocation_tokens=[5, 6]), refused="it is an aLoRA"),
    "bias": Case(_lora(lora_bias=True), refused="biases of its own"),
    "tokens": Case(_lora(trainable_token_indices=[3, 4]), refused="it replaces rows of the embeddings"),
    "embeddings-stored": Case(_lora(), how="embeddings", refused="save_embedding_layers=False"),
    "embeddings-trained": Case(_lora(target_modules=["q_proj", "embed_tokens"]), refused="it updates embed_tokens"),
    "head-trained": Case(_lora(target_modules=["q_proj", "lm_head"]), refused="lm_head"),
    "norm-saved": Case(_lora(modules_to_save=["norm"]), refused="it replaces whole modules"),
    "pissa": Case(_lora(init_lora_weights="pissa_niter_4"), refused="changed the base's weights before the training"),
}  # fmt: skip
