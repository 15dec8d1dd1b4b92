"""mlx-vlm 0.4: a format of its own, whose updates are multiplied with alpha itself."""

from artefact import RECORDED, adapter_folder, hand_over, keep
from mlx_vlm.trainer.utils import find_all_linear_names, get_peft_model, save_adapter
from seeing import load_seeing, train


def make(case, linear_layers=None):
    folder = adapter_folder(case)
    model = load_seeing()
    linear_layers = linear_layers or find_all_linear_names(model.language_model)
    model = get_peft_model(model, linear_layers, rank=4, alpha=3.0, dropout=0.0, verbose=False)
    train(model)
    save_adapter(model, folder / "adapters.safetensors")
    if case.startswith("recorded"):
        keep(case, model.language_model.model.layers[RECORDED].self_attn.q_proj)
    hand_over(case, "nested", model.language_model, format="mlx-vlm", kind="lora", scale=3.0)


make("mlx-vlm-0.4")
make("recorded-mlx-vlm-0.4", ["q_proj"])
