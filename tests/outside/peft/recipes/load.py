"""`python load.py FOLDER`: each adapter that candor has written there, loaded by PEFT, beside what PEFT's forward pass makes of it."""

import json
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
import torch
from bases import TOKENS, make_base
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file


def main() -> None:
    """Load all of them; what PEFT misses, or does not know, is said in the `case.json`."""
    warnings.simplefilter("ignore")
    for file in sorted(Path(sys.argv[1]).glob("cases/written-*/case.json")):
        said = json.loads(file.read_bytes())
        try:
            np.save(file.with_name("logits.npy"), _load(said["base"], file.parent / "adapter"))
        except Exception:  # whatever PEFT says of it is the answer
            said["failed"] = traceback.format_exc()[-1500:]
            file.write_text(json.dumps(said))


@torch.no_grad()
def _load(base: str, folder: Path) -> np.ndarray:
    model = PeftModel.from_pretrained(make_base(base), folder)
    model.peft_config["default"].base_model_name_or_path = None  # else the next line asks the Hub for it
    loaded, written = get_peft_model_state_dict(model, save_embedding_layers=False), load_file(folder / "adapter_model.safetensors")
    if differing := sorted(set(loaded) ^ set(written)) or sorted(name for name in loaded if not torch.equal(loaded[name], written[name])):
        raise ValueError(f"missing, unexpected or changed: {differing}")
    return model.eval()(input_ids=torch.tensor([TOKENS])).logits[0].float().numpy()


if __name__ == "__main__":
    main()
