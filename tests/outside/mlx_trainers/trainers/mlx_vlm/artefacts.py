"""mlx-vlm 0.7, which writes mlx-lm's format."""

from artefact import RECORDED, adapter_folder, hand_over, keep
from mlx_vlm.trainer.peft import get_peft_model, save_adapter
from seeing import load_seeing, train

LEFT_OUT = ["projector: 2 tensors", "vision tower: 21 tensors"]


def make(case, *, said, linear_layers=None, is_seeing_trained=False, **options):
    folder = adapter_folder(case)
    model = get_peft_model(load_seeing(), linear_layers, rank=4, alpha=32, dropout=0.0, verbose=False, **options)
    train(model)
    if is_seeing_trained:
        model.vision_tower.unfreeze()
        model.multi_modal_projector.unfreeze()
    save_adapter(model, folder / "adapters.safetensors")
    if case.startswith("recorded"):
        keep(case, model.language_model.model.layers[RECORDED].self_attn.q_proj)
    hand_over(case, "nested", model.language_model, **said)


make("mlx-vlm-lora", said={"format": "mlx-lm", "kind": "lora", "scale": 8.0})
make("mlx-vlm-dora", use_dora=True, said={"format": "mlx-lm", "kind": "dora"})
make("mlx-vlm-some", linear_layers=["q_proj", "down_proj"], said={"format": "mlx-lm", "kind": "lora"})
make("recorded-mlx-vlm-dora", linear_layers=["q_proj"], use_dora=True, said={"format": "mlx-lm", "kind": "dora"})
make("mlx-vlm-with-vision", is_seeing_trained=True, said={"format": "mlx-lm", "kind": "lora", "left_out": LEFT_OUT})
