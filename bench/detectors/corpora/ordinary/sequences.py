"""DNA and proteins, with the microsatellites and homopolymers that genomes have."""

import random

from bench.detectors.corpora.composition import fill, perhaps_fenced

BASES = "ACGT"
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
MICROSATELLITES = ("CA", "GT", "AT", "CAG", "GATA", "TTAGGG")
WIDTHS = (60, 70, 80)


def dna(rng: random.Random, size: int) -> str:
    """Write sequences as FASTA, numbered as GenBank does, or bare."""
    letters = AMINO_ACIDS if rng.random() < 0.25 else BASES
    sequence = fill((_stretch(rng, letters) for _ in range(size)), size, "")
    width = rng.choice(WIDTHS)
    lines = [sequence[at : at + width] for at in range(0, len(sequence), width)]
    layout = rng.choice(("fasta", "numbered", "bare"))
    if layout == "fasta":
        return perhaps_fenced(rng, "", f">seq{rng.randint(1, 999)} length={len(sequence)}\n" + "\n".join(lines))
    if layout == "numbered":
        return "\n".join(f"{1 + k * width:>9} {_in_tens(line.lower())}" for k, line in enumerate(lines))
    return sequence


def _stretch(rng: random.Random, letters: str) -> str:
    """Random letters, and now and then a short repeat as they occur in genomes, most of 4 to 20 copies."""
    if letters == BASES and rng.random() < 0.1:
        return rng.choice(MICROSATELLITES) * rng.randint(4, 20)
    if rng.random() < 0.1:
        return rng.choice(letters) * rng.randint(4, 20)
    return "".join(rng.choices(letters, k=rng.randint(20, 120)))


def _in_tens(line: str) -> str:
    return " ".join(line[at : at + 10] for at in range(0, len(line), 10))
