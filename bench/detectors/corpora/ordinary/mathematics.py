"""Mathematics: derivations in LaTeX, matrices with many zeros, arithmetic line by line, digits."""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from itertools import count

from bench.detectors.corpora.composition import fill


def mathematics(rng: random.Random, size: int) -> str:
    """Write mathematics of one kind."""
    return fill(rng.choice(_KINDS)(rng), size)


def _derivation(rng: random.Random) -> Iterator[str]:
    yield "We expand the product step by step:\n\n\\begin{align*}"
    for k in count(1):
        a, b = rng.randint(1, 9), rng.randint(1, 9)
        yield f"  (x + {a})(x + {b})^{k % 5 + 1} &= x^2 + {a + b}x + {a * b} \\\\"
        if k % 6 == 0:
            yield f"\\end{{align*}}\n\nWith $x = {k}$ and $n \\to \\infty$ the next case follows in the same way.\n\n\\begin{{align*}}"


def _sparse_matrices(rng: random.Random) -> Iterator[str]:
    for k in count(1):
        size = rng.randint(3, 8)
        rows = [[rng.choice((0, 0, 0, 0, rng.randint(1, 9))) for _ in range(size)] for _ in range(size)]
        body = " \\\\\n".join("  " + " & ".join(map(str, row)) for row in rows)
        yield f"$$\nA_{{{k}}} = \\begin{{pmatrix}}\n{body}\n\\end{{pmatrix}}\n$$\n"


def _identity(rng: random.Random) -> Iterator[str]:
    for size in range(rng.randint(3, 6), 12):
        yield f"The identity of size {size}:\n"
        yield (
            "[" + ",\n ".join("[" + ", ".join("1" if row == column else "0" for column in range(size)) + "]" for row in range(size)) + "]\n"
        )


def _long_division(rng: random.Random) -> Iterator[str]:
    for _ in count():
        numerator, denominator = rng.randint(1, 50), rng.choice((7, 13, 17, 19, 23, 29, 31))
        with localcontext() as context:
            context.prec = 30
            yield f"{numerator} / {denominator} = {Decimal(numerator) / denominator}..."


def _times_table(rng: random.Random) -> Iterator[str]:
    for a in range(rng.randint(2, 9), 30):
        yield from (f"{a} × {b} = {a * b}" for b in range(1, 13))
        yield ""


def _proof(rng: random.Random) -> Iterator[str]:
    for k in count(1):
        yield f"**Lemma {k}.** Let $G$ be a group of order ${rng.randint(4, 99)}$."
        yield f"Then $G$ has a subgroup $H_{k}$ with $[G : H_{k}] = {rng.randint(2, 9)}$.\n"
        yield f"*Proof.* Suppose not. Then for every $g \\in G$ we have $g H_{k} g^{{-1}} \\neq H_{k}$,"
        yield f"and so $\\sum_{{i=1}}^{{{k}}} |H_i| > |G|$, a contradiction. $\\blacksquare$\n"


def _square_root(rng: random.Random) -> Iterator[str]:
    """Ten digits, a space, ten digits; a bare row of digits now and then."""
    with localcontext() as context:
        context.prec = 4_000
        digits = str(Decimal(rng.choice((2, 3, 5, 6, 7, 11))).sqrt())[2:]
    for at in range(0, len(digits), 50):
        yield " ".join(digits[at + k : at + k + 10] for k in range(0, 50, 10))


def _binary_counting(rng: random.Random) -> Iterator[str]:
    width = rng.randint(6, 12)
    yield from (f"{n} = {n:0{width}b}" for n in range(2**width))


def _sequences(rng: random.Random) -> Iterator[str]:
    for k in count(1):
        step = rng.randint(1, 9)
        yield f"{k}) " + ", ".join(str(k + step * n) for n in range(20)) + ", ..."


_KINDS: tuple[Callable[[random.Random], Iterator[str]], ...] = (
    _derivation,
    _sparse_matrices,
    _identity,
    _long_division,
    _times_table,
    _proof,
    _square_root,
    _binary_counting,
    _sequences,
)
