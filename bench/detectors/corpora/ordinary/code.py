"""Source code in many languages, and the kind of code that repeats itself by nature."""

import random
from collections.abc import Callable, Iterator
from itertools import count

from bench.detectors.corpora.composition import fill, perhaps_fenced, window
from bench.detectors.corpora.sources import installed, programs, read, standard_library
from bench.detectors.corpora.words import COLOURS, GOODS

FENCE_NAMES = {".h": "cpp", ".c": "c", ".f90": "fortran", ".f": "fortran", ".pyi": "python", ".pxd": "cython", ".js": "javascript"}
OTHER_SUFFIXES = (".h", ".c", ".f90", ".f", ".pxd", ".lua", ".js", ".css", ".html", ".xslt", ".tmpl")
FIELDS = ("name", "email", "phone", "street", "city", "country", "title", "weight", "height", "width", "price", "colour", "owner", "status")


def python_modules(rng: random.Random, size: int) -> str:
    """Cut a window out of the standard library."""
    return perhaps_fenced(rng, "python", window(rng, read(rng.choice(standard_library())), size))


def other_languages(rng: random.Random, size: int) -> str:
    """Cut a window out of C, C++, Fortran, stubs and more that our dependencies install."""
    suffix = rng.choice(OTHER_SUFFIXES)
    paths = installed(suffix) or installed(".pyi")
    return perhaps_fenced(rng, FENCE_NAMES.get(suffix, suffix[1:]), window(rng, read(rng.choice(paths)), size))


def short_programs(rng: random.Random, size: int) -> str:
    """Cut a window out of a program in one of twelve languages."""
    path = rng.choice(programs())
    return perhaps_fenced(rng, path.suffix[1:], window(rng, read(path), size))


def repetitive_code(rng: random.Random, size: int) -> str:
    """Write code as people unroll, tabulate and test it by hand."""
    language, lines = rng.choice(_STYLES)
    return perhaps_fenced(rng, language, fill(lines(rng), size))


def _assertions(rng: random.Random) -> Iterator[str]:
    yield "def test_rounding():"
    for _ in count():
        value = rng.randint(-999, 999) / 100
        yield f"    assert rounded({value}) == {round(value)}"


def _unrolled(rng: random.Random) -> Iterator[str]:
    yield "static void multiply(const float *a, const float *b, float *c) {"
    for row in range(4):
        for column in range(4):
            terms = " + ".join(f"a[{4 * row + k}] * b[{4 * k + column}]" for k in range(4))
            yield f"    c[{4 * row + column}] = {terms};"
    yield "}"
    yield ""
    for k in count():
        yield f"    dst[{k}] = src[{k}]; sum += dst[{k}];"


def _setters(rng: random.Random) -> Iterator[str]:
    for name in rng.sample(FIELDS, len(FIELDS)):
        title = name.capitalize()
        yield f"    public String get{title}() {{\n        return {name};\n    }}\n"
        yield f"    public void set{title}(String {name}) {{\n        this.{name} = {name};\n    }}\n"


def _switch(rng: random.Random) -> Iterator[str]:
    yield "switch (code) {"
    for k in range(rng.randint(20, 90)):
        yield f'    case {100 + k}:\n        message = "{rng.choice(GOODS)} {rng.choice(COLOURS)}";\n        break;'
    yield "}"


def _zero_tables(rng: random.Random) -> Iterator[str]:
    """A bitmap font: letters with blank rows above and below, as fonts have them."""
    yield "static const uint8_t font[][16] = {"
    for code in range(33, 127):
        rows = [0] * rng.choice((2, 3)) + [rng.choice((0x18, 0x3C, 0x66, 0x7E, 0xC6, 0x60)) for _ in range(9)]
        yield "    { " + ", ".join(f"0x{byte:02X}" for byte in (rows + [0] * 16)[:16]) + f" }},  // {chr(code)}"
    yield "};"


def _assembly(rng: random.Random) -> Iterator[str]:
    registers = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9")
    for block in count():
        yield f".L{block}:"
        for _ in range(rng.randint(3, 8)):
            yield f"    {rng.choice(('mov', 'add', 'sub', 'xor', 'cmp'))}     {rng.choice(registers)}, {rng.choice(registers)}"
        yield "    nop\n" * rng.choice((0, 0, 3)) + f"    jne     .L{rng.randint(0, block)}"


def _stylesheet(rng: random.Random) -> Iterator[str]:
    for k in count(1):
        yield f".card-{k} {{\n  margin: 0;\n  padding: 0;\n  border: 0;\n  color: {rng.choice(COLOURS)};\n  width: {5 * k}px;\n}}\n"


def _components(rng: random.Random) -> Iterator[str]:
    yield "return (\n  <form onSubmit={save}>"
    for name in rng.sample(FIELDS, len(FIELDS)):
        yield f'    <label htmlFor="{name}">{name.capitalize()}</label>'
        yield f'    <input id="{name}" name="{name}" value={{values.{name}}} onChange={{change}} required />'
        yield f'    {{errors.{name} && <p className="error">{{errors.{name}}}</p>}}'
    yield "  </form>\n);"


def _nested_closings(rng: random.Random) -> Iterator[str]:
    for _ in count():
        depth = rng.randint(4, 12)
        yield "\n".join("  " * k + '<div class="row">' for k in range(depth))
        yield "  " * depth + rng.choice(GOODS)
        yield "\n".join("  " * k + "</div>" for k in reversed(range(depth)))


_STYLES: tuple[tuple[str, Callable[[random.Random], Iterator[str]]], ...] = (
    ("python", _assertions),
    ("c", _unrolled),
    ("java", _setters),
    ("javascript", _switch),
    ("c", _zero_tables),
    ("asm", _assembly),
    ("css", _stylesheet),
    ("jsx", _components),
    ("html", _nested_closings),
)
