"""`python make.py FOLDER [CASE …]`: the bases, and each adapter beside what PEFT's own forward pass makes of it."""

import json
import sys
import traceback
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from bases import TOKENS, make_base, save_base
from cases import CASES
from saving import make_adapter


def main() -> None:
    """Make what is asked for; a case that PEFT itself refuses is said to be so in its `case.json`."""
    warnings.simplefilter("ignore")
    out, asked = Path(sys.argv[1]), sys.argv[2:]
    names = [name for name in asked if not name.startswith("written-")] if asked else list(CASES)  # those are candor's to write
    for base in ("text", "nested"):
        save_base(make_base(base), out / "bases" / base)
    (out / "tokens.json").write_text(json.dumps(TOKENS))
    for name in names:
        case, folder = CASES[name], out / "cases" / name
        folder.mkdir(parents=True)
        said = asdict(case)
        try:
            model = make_adapter(make_base(case.base), case, folder / "adapter")
            with torch.no_grad():
                if not case.refused:
                    np.save(folder / "logits.npy", model(input_ids=torch.tensor([TOKENS])).logits[0].float().numpy())
        except Exception:  # whatever PEFT says of it is the answer
            said["failed"] = traceback.format_exc()[-1500:]
        (folder / "case.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main()
