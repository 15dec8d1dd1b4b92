"""The ways in which adapters come to be saved, PEFT's own and those of trainers that save a state by themselves."""

import copy
import json
from pathlib import Path
from typing import Any

import torch
from cases import Case
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper


def make_adapter(base: torch.nn.Module, case: Case, folder: Path) -> PeftModel:
    """Make an adapter with weights that change something, save it in `folder`, and give the model with it."""
    config = LoraConfig(**_with_variants(case.config))
    if case.how == "compiled":
        base = torch.compile(base)
    model = get_peft_model(
        base, config, adapter_name="tuned" if case.how in ("named", "parent") else "one" if case.how == "two" else "default"
    )
    start = folder.parent / "start"
    if case.how == "converted":
        model.save_pretrained(start)
    if case.how == "two":
        model.add_adapter("two", copy.deepcopy(config))
    _train(model, is_nudged=case.how == "converted")
    if case.how == "half":
        _cast(model, torch.bfloat16)
    _save(model, case, folder, start)
    _cast(model, torch.float32)
    return PeftModel.from_pretrained(model.unload(), folder) if case.how in ("reloaded", "transposed") else model


def _with_variants(config: dict[str, Any]) -> dict[str, Any]:
    import peft

    kinds = {
        "velora_config": "VeloraConfig",
        "kasa_config": "KasaConfig",
        "monteclora_config": "MontecloraConfig",
        "use_bdlora": "BdLoraConfig",
    }
    made = {key: _find(peft, kind)(**config[key]) for key, kind in kinds.items() if key in config}
    return config | made


def _find(peft: Any, name: str) -> Any:
    from peft.tuners.lora import config as lora_config

    return getattr(peft, name, None) or getattr(lora_config, name)


@torch.no_grad()
def _train(model: PeftModel, *, is_nudged: bool) -> None:
    """In a training's place: give what was zero a size that shows in the logits, and move what begins somewhere a little."""
    torch.manual_seed(5)
    for name, weight in model.named_parameters():
        if "magnitude" in name:
            weight.mul_(1 + 0.3 * torch.rand_like(weight))
        elif "lora_" in name and is_nudged:
            weight.add_(0.05 * torch.randn_like(weight))
        elif "lora_B" in name or "lora_embedding_A" in name:
            weight.normal_(0, 0.1)
        elif "modules_to_save" in name or "trainable_tokens" in name:
            weight.add_(0.1 * torch.randn_like(weight))


def _cast(model: PeftModel, dtype: torch.dtype) -> None:
    for name, weight in model.named_parameters():
        if "lora_" in name:
            weight.data = weight.data.to(dtype)


def _save(model: PeftModel, case: Case, folder: Path, start: Path) -> None:
    match case.how:
        case "plain" | "half" | "reloaded":
            model.save_pretrained(folder)
        case "transposed":  # as an adapter of quantised layers may say it is, which PEFT takes back when it loads it
            model.save_pretrained(folder)
            config = folder / "adapter_config.json"
            config.write_text(json.dumps(json.loads(config.read_bytes()) | {"fan_in_fan_out": True}))
        case "named":
            model.save_pretrained(folder.parent)
            (folder.parent / "tuned").rename(folder)
        case "parent":
            model.save_pretrained(folder)
        case "converted":
            model.save_pretrained(folder, path_initial_model_for_weight_conversion=start)
        case "embeddings":
            model.save_pretrained(folder, save_embedding_layers=True)
        case "config-only":
            model.save_pretrained(folder)
        case "compiled-afterwards":
            _save_state(model, torch.compile(model).state_dict(), folder)
        case "data-parallel":
            _save_state(model, torch.nn.DataParallel(model).state_dict(), folder)
        case "checkpointed":
            layers = model.base_model.model.model.layers
            for number, layer in enumerate(layers):
                layers[number] = checkpoint_wrapper(layer)
            _save_state(model, dict(model.named_parameters()), folder)
        case "compiled" | "state-dict" | "two":
            _save_state(model, model.state_dict(), folder)


def _save_state(model: PeftModel, state: dict[str, torch.Tensor], folder: Path) -> None:
    """Save the adapter's part of a state under the names that it has there, as a trainer of one's own does."""
    folder.mkdir()
    next(iter(model.peft_config.values())).save_pretrained(folder)
    save_file(
        {name: tensor.contiguous().clone() for name, tensor in state.items() if "lora_" in name}, folder / "adapter_model.safetensors"
    )
    assert json.loads((folder / "adapter_config.json").read_bytes())["peft_type"] == "LORA"
