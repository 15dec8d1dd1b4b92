"""Files as plain text, whatever they are packed and encoded in."""

import gzip
import re
import zlib
from pathlib import Path

MAX_BYTES = 6_000_000
ENCODINGS = ("utf-8", "euc_jp", "latin-1")
ESCAPES = (
    ("\\-", "-"),
    ("\\(aq", "'"),
    ("\\(dq", '"'),
    ("\\(bu", "•"),
    ("\\e", "\\"),
    ("\\&", ""),
    ("\\ ", " "),
    ("\\(co", "©"),
    ("\\:", ""),
)
FONT = re.compile(r"\\f(\[[^\]]*\]|\(..|.)|\\s[-+]?\d|\\\*\(..|\\\(..|\\\[[^\]]*\]")
MAX_CONTROL_SHARE = 0.001
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]")


def read_file(path: Path) -> str | None:
    """Read a file as text, a manual page without its formatting; None if it is not text."""
    if not path.is_file() or path.is_symlink() or path.stat().st_size > MAX_BYTES:
        return None
    try:
        packed = path.suffix in (".gz", ".dz")
        raw = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    except (OSError, EOFError, zlib.error):
        return None
    text = decode_text(raw[:MAX_BYTES])
    if text is None or "/share/man/" not in str(path):
        return text
    return strip_roff(text)


def decode_text(raw: bytes) -> str | None:
    """Decode bytes in the first encoding that holds; None if what comes out is no text."""
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding).replace("\r\n", "\n").removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        controls = len(CONTROL.findall(text))
        return None if controls > MAX_CONTROL_SHARE * len(text) else CONTROL.sub("", text)
    return None


def strip_roff(source: str) -> str:
    """Take the words of a manual page out of its roff source."""
    lines = []
    for line in source.splitlines():
        macro, _, words = line[1:].strip().partition(" ") if line[:1] in (".", "'") else ("", "", line)
        if macro in ("SH", "SS", "Sh", "Ss"):
            lines += ["", words.strip('"'), ""]
        elif macro in ("PP", "P", "LP", "TP", "Pp", "IP", "sp"):
            lines += ["", words] if macro == "IP" else [""]
        elif macro and macro[:1].isalpha() and macro in ("B", "I", "BR", "IR", "RB", "RI", "BI", "IB", "Nm", "Ar", "Fl", "Xr", "Pa", "SM"):
            lines.append(words.replace('"', ""))
        elif not macro and line[:1] not in (".", "'"):
            lines.append(line)
    text = "\n".join(lines)
    for escape, plain in ESCAPES:
        text = text.replace(escape, plain)
    return re.sub(r"\n{3,}", "\n\n", FONT.sub("", text)).strip()
