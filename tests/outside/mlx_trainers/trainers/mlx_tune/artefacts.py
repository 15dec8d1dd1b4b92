"""mlx-tune's SFTTrainer."""

from artefact import BASES, RECORDED, TEXTS, adapter_folder, hand_over, keep
from datasets import Dataset
from mlx_lm_forward import with_adapter
from mlx_tune import FastLanguageModel, SFTConfig, SFTTrainer

TARGETS = ["q_proj", "v_proj", "down_proj"]
KEYS = ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"]


def make(case, *, num_layers=None, use_dora=False, targets=TARGETS, keys=KEYS, **said):
    folder = adapter_folder(case)
    model, tokenizer = FastLanguageModel.from_pretrained(str(BASES / "plain"), max_seq_length=64, load_in_4bit=False)
    model = FastLanguageModel.get_peft_model(model, r=4, lora_alpha=32, lora_dropout=0.0, target_modules=targets, use_dora=use_dora)
    config = SFTConfig(
        output_dir=str(folder.parent), per_device_train_batch_size=2, max_steps=6, learning_rate=1e-2,
        max_seq_length=64, num_layers=num_layers, logging_steps=100, save_steps=3,
    )  # fmt: skip
    rows = Dataset.from_list([{"text": text} for text in TEXTS])
    SFTTrainer(model=model, tokenizer=tokenizer, train_dataset=rows, dataset_text_field="text", args=config).train()
    (folder.parent / "adapters").rename(folder)  # it takes the name from nowhere
    reference = with_adapter("plain", folder, num_layers=num_layers or 4, rank=4, scale=8.0, keys=keys, use_dora=use_dora)
    if case.startswith("recorded"):
        keep(case, reference.layers[RECORDED].self_attn.q_proj)
    hand_over(case, "plain", reference, format="mlx-lm", kind="dora" if use_dora else "lora", **said)


make("mlx-tune-lora")
make("mlx-tune-last-two", num_layers=2,
     record={"note": "its configuration asks for the last 4 layers, its tensors are those of the last 2"})  # fmt: skip
make("mlx-tune-dora", use_dora=True)
make("recorded-mlx-tune-dora", use_dora=True, num_layers=1, targets=["q_proj"], keys=KEYS[:1])
