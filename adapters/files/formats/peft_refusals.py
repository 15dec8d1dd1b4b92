"""What PEFT's configuration may ask for beside low-rank pairs, and is not served."""

from collections.abc import Mapping

from adapters.files.left_out import is_of_vision

# What makes of an adapter something else than one low-rank pair a module, where it is set.
_REFUSED = {
    "lora_bias": "it has biases of its own (lora_bias)",
    "trainable_token_indices": "it replaces rows of the embeddings (trainable_token_indices)",
    "target_parameters": "it updates bare parameters (target_parameters), not linear layers",
    "layer_replication": "it stacks another model out of the base's layers (layer_replication)",
    "alora_invocation_tokens": "it is an aLoRA, which acts only after certain tokens (alora_invocation_tokens)",
    "use_qalora": "it is a QA-LoRA, which pools its inputs by quantisation group (use_qalora)",
    "use_bdlora": "it is a BD-LoRA, whose factors are block-diagonal (use_bdlora)",
    "arrow_config": "it routes each token among several adapters (arrow_config)",
    "monteclora_config": "it is a MonteCLoRA, which draws its weights at random (monteclora_config)",
    "kasa_config": "it is a KaSA, which takes part of the base's weights away and scales each rank by itself (kasa_config)",
}
# Fields of the same look that change nothing of what the tensors do. (Nor do `fan_in_fan_out`, which PEFT takes back where layers are
# not transposed, and `bias`: Gemma 3 has none, and biases in a file are refused by their names.)
_HARMLESS = {
    "use_dora",
    "use_rslora",
    "corda_config",
    "eva_config",
    "loftq_config",
    "lora_ga_config",
    "megatron_config",
    "runtime_config",
    "velora_config",
}
# Initialisations that move part of the base's weights into the adapter, which then does not fit the base that is served.
_REBASING = ("pissa", "olora", "corda", "loftq", "lora_ga")
_PLAIN_STARTS = ("true", "false", "gaussian", "eva", "orthogonal", "mica")  # those that leave the base alone


def find_refused_fields(raw: Mapping[str, object]) -> list[str]:
    """Give a reason for each thing that a configuration asks for and that is not served."""
    if raw["peft_type"] != "LORA":
        return [f"its peft_type is {raw['peft_type']!r:.60}, expected 'LORA'"]
    reasons = [reason for field, reason in _REFUSED.items() if raw.get(field)]
    reasons += [f"it sets {field:.60}, of which nothing is known here" for field in raw if raw[field] and _may_be_a_variant(field)]
    saved = raw.get("modules_to_save")
    if saved and (replaced := [name for name in (saved if isinstance(saved, list) else [saved]) if not is_of_vision(str(name))]):
        names = ", ".join(map(str, replaced))
        reasons.append(f"it replaces whole modules (modules_to_save: {names:.200}): merge it into its base, and serve that with --model")
    start = raw.get("init_lora_weights")
    if isinstance(start, str) and start.lower().startswith(_REBASING):
        reasons.append(
            f"init_lora_weights {start!r:.60} changed the base's weights before the training: "
            "save it with path_initial_model_for_weight_conversion, which makes a plain LoRA adapter of it"
        )
    elif isinstance(start, str) and start.lower() not in _PLAIN_STARTS:
        reasons.append(f"init_lora_weights is {start!r:.60}, and whether that changed the base's weights is not known here")
    return reasons


def _may_be_a_variant(field: str) -> bool:
    """Say whether a field that is not known looks as those do by which PEFT turns another kind of LoRA on."""
    return field.startswith("use_") | field.endswith("_config") and field not in _HARMLESS | _REFUSED.keys()
