"""Bytes as text: base64, hex dumps, keys, hashes."""

import base64
import random
import uuid
from collections.abc import Callable

from bench.detectors.corpora.composition import fill, perhaps_fenced
from bench.detectors.corpora.sources import sentences
from bench.detectors.corpora.words import FIRST_NAMES


def encoded(rng: random.Random, size: int) -> str:
    """Write an encoding of one kind."""
    return perhaps_fenced(rng, "", rng.choice(_KINDS)(rng, size))


def _base64_of_noise(rng: random.Random, size: int) -> str:
    return _in_lines(base64.b64encode(rng.randbytes(size * 3 // 4)).decode(), rng.choice((64, 76, 10_000)))


def _base64_of_text(rng: random.Random, size: int) -> str:
    text = fill(iter(rng.sample(sentences("english"), 200)), size * 3 // 4, " ")
    return "data:text/plain;base64," + base64.b64encode(text.encode()).decode()


def _base64_of_image(rng: random.Random, size: int) -> str:
    """A picture with few colours has rows of equal bytes, and its base64 stretches of `AAAA`."""
    rows = b"".join(
        bytes([rng.choice((0, 0, 255, 17))]) * rng.randint(3, 40) + rng.randbytes(rng.randint(2, 12)) for _ in range(size // 30)
    )
    return "data:image/bmp;base64," + base64.b64encode(b"BM" + rows).decode()[:size]


def _certificate(rng: random.Random, size: int) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{_base64_of_noise(rng, size)}\n-----END CERTIFICATE-----"


def _hex_dump(rng: random.Random, size: int) -> str:
    content = b"".join(rng.choice((rng.randbytes(16), bytes(16), rng.choice(FIRST_NAMES).encode().ljust(16, b"\0"))) for _ in range(size))
    lines = []
    for at in range(0, size // 4, 16):
        row = content[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{at:08x}  {row[:8].hex(' ')}  {row[8:].hex(' ')}  |{shown}|")
    return "\n".join(lines)


def _identifiers(rng: random.Random, size: int) -> str:
    return fill((str(uuid.UUID(bytes=rng.randbytes(16), version=4)) for _ in range(size)), size)


def _checksums(rng: random.Random, size: int) -> str:
    return fill((f"{rng.randbytes(32).hex()}  release-1.{k}.tar.gz" for k in range(size)), size)


def _addresses(rng: random.Random, size: int) -> str:
    return fill(
        (f"2001:db8:0:0:0:0:0:{rng.randrange(65_536):x} {':'.join(rng.randbytes(6).hex(':').split(':'))}" for _ in range(size)), size
    )


def _binary_digits(rng: random.Random, size: int) -> str:
    text = rng.choice(sentences("english")) + rng.choice(sentences("english")) + rng.choice(sentences("english"))
    return " ".join(f"{byte:08b}" for byte in text.encode())[:size]


def _in_lines(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


_KINDS: tuple[Callable[[random.Random, int], str], ...] = (
    _base64_of_noise,
    _base64_of_text,
    _base64_of_image,
    _certificate,
    _hex_dump,
    _identifiers,
    _checksums,
    _addresses,
    _binary_digits,
)
