"""`python -m tests.outside.pages [PAGE …]`: the commands of README and docs, as written, one after the other in a fresh clone.

It clones what is committed, installs there what the commands install, and wants port 8000 free. One line is printed a block; the exit
status is 1 where one failed.
"""

import argparse
import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.outside.pages.blocks import read_blocks
from tests.outside.pages.newcomer import make_environment
from tests.outside.pages.staying import Staying

ROOT = Path(__file__).parents[3]
PAGES = (
    "README.md",
    "docs/serving.md",
    "docs/scores.md",
    "docs/clients.md",
    "docs/responses.md",
    "docs/battery.md",
    "docs/monitoring.md",
    "docs/measured.md",
    "docs/training.md",
)
TIMEOUT_S = 1800
TAIL = 30  # lines of what a failed block said
STRICT = 'curl() { command curl --fail-with-body "$@"; }\n'  # for a person an error is plain to see


def main() -> int:
    """Walk the pages."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside.pages", description=__doc__)
    parser.add_argument(
        "pages", nargs="*", metavar="PAGE", default=PAGES, help=f"all unless said: {', '.join(PAGES)}; the first should serve"
    )
    parser.add_argument("--without", metavar="WORD", action="append", default=[], help="leave out the blocks that have it; repeatable")
    parser.add_argument("--show", action="store_true", help="print what each block said, and not only a failed one's last lines")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what stays ends with this
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        clone = folder / "candor"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        staying = stack.enter_context(Staying(clone, folder))
        oks = [_walk(page, clone, staying, options) for page in options.pages]
    return 0 if all(oks) else 1


def _walk(page: str, clone: Path, staying: Staying, options: argparse.Namespace) -> bool:
    blocks = read_blocks(clone / page)
    is_fine = True
    session = ""  # the Python of a page is one session
    for block in blocks:
        label = f"{page}:{block.line}  {block.text.splitlines()[0][:80]}"
        if block.way == "elsewhere" or any(word in block.text for word in options.without):
            print(f"left out        {label}", flush=True)
            continue
        began_s = time.monotonic()
        if block.language == "python":
            session += block.text
            succeeded, said = _run([str(clone / ".venv/bin/python"), "-c", session], clone)
        elif block.way == "stays":
            succeeded, said = staying.start(block.text)
        else:
            succeeded, said = _run(["bash", "-e", "-c", STRICT + block.text], clone)
        print(f"{'ok' if succeeded else 'FAILED':6} {time.monotonic() - began_s:6.1f} s  {label}", flush=True)
        if options.show or not succeeded:
            print("\n".join(f"    {line}" for line in said.splitlines()[-(TAIL if not options.show else 0) :]), flush=True)
        is_fine = is_fine and succeeded
    return is_fine


def _run(command: list[str], folder: Path) -> tuple[bool, str]:
    """Run a command to its end; tell whether it succeeded, and what it said."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        ended = subprocess.run(command, cwd=folder, env=make_environment(), text=True, timeout=TIMEOUT_S, **streams)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired:
        return False, f"it took more than {TIMEOUT_S} s"
    return ended.returncode == 0, ended.stdout


if __name__ == "__main__":
    sys.exit(main())
