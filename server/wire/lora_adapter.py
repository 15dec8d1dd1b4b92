"""The bodies of vLLM's `/v1/load_lora_adapter` and `/v1/unload_lora_adapter`. A missing name or path is refused in its words."""

import msgspec


class LoadLoraRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter to serve as `lora_name`."""

    lora_name: str = ""
    lora_path: str = ""
    load_inplace: bool = False  # replace the one that has this name
    base_model_name: str | None = None  # only the base's id is accepted: there is one base
    is_3d_lora_weight: bool = False  # of a mixture of experts, which Gemma 3 is not: only false is accepted


class UnloadLoraRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter to serve no longer."""

    lora_name: str = ""
    lora_int_id: int | None = None  # harmless: vLLM goes by the name, too
