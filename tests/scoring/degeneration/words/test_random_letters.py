"""Random letters: what is drawn is told from what is said, in every language with the Latin alphabet."""

import random
import string

import pytest

from scoring.degeneration.words.random_letters import are_random_letters

SAID = {
    "english": "Strengths and lengths of the twelfth month: schnapps, rhythms and crypts, myths and nymphs, lynx and sphinx. ",
    "german": "Der Angstschweiß des Geschichtsschreibers tropft auf den Impfstoff, während der Herbststurm durchs Dorf zieht. ",
    "polish": "W Szczebrzeszynie chrzaszcz brzmi w trzcinie i Szczebrzeszyn z tego slynie, a bezwzgledny zdzblo ma krztyne. ",
    "czech": "Strc prst skrz krk, prv zhlt hrst zrn, vlk zmrzl a smrk trn mel; pak pan starosta vstal a sel domu na obed. ",
    "croatian": "Na vrh brda vrba mrda, a smrt i krv i prst i vrt nisu rijeci bez samoglasnika nego se tako pisu i govore. ",
    "welsh": "Mae hen wlad fy nhadau yn annwyl i mi, gwlad beirdd a chantorion, enwogion o fri; ei gwrol ryfelwyr. ",
    "dutch": "De angstschreeuw van de herfststorm klonk over het land, en de slechtstschrijvende schrijver schrok ervan. ",
    "finnish": "Yon pimeydessa kulkija pysahtyi ja kuunteli, kuinka tuuli humisi puiden latvoissa ja aallot loivat rantaan. ",
    "vietnamese": "Troi mua xuong mai nha, nuoc chay theo ong vao thung, va khi thung day thi nuoc tran ra ngoai san. ",
    "abbreviations": "The CPU, GPU and TPU talk via PCI to the SSD, the HDD and the NIC by DMA, while DNS, TCP, TLS, SSH and NTP run. ",
}


def drawn(seed: int, num_words: int) -> str:
    rng = random.Random(seed)
    return " ".join("".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(num_words))


@pytest.mark.parametrize("num_words", [50, 80, 160])
def test_letters_drawn_at_random_are_found(num_words: int) -> None:
    assert sum(are_random_letters(drawn(seed, num_words)) for seed in range(40)) >= 37


def test_sentences_of_letters_are_found() -> None:
    text = ". ".join(drawn(seed, 9).capitalize() for seed in range(10))
    assert are_random_letters(text)


@pytest.mark.parametrize("language", SAID)
def test_words_of_a_language_are_not(language: str) -> None:
    assert not are_random_letters(SAID[language] * 4)


@pytest.mark.parametrize(
    "text",
    [
        drawn(1, 20),
        " ".join(drawn(seed, 1).ljust(10, "x")[:10] for seed in range(60)),
        "cmp rdx, r9\nmov rbx, rcx\nadd rdx, r9\nxor rbx, rax\nnop\njne .L5\n" * 8,
        " ".join("".join(random.Random(seed).choices("0123456789abcdef", k=8)) for seed in range(60)),
        "".join(random.Random(2).choices("ACGT", k=600)),
        "x.......TTT.......x\nxx.....wwwww.....xx\n" * 10,
        "",
    ],
    ids=["short", "groups", "assembler", "hex", "dna", "map", "nothing"],
)
def test_other_strings_are_not(text: str) -> None:
    assert not are_random_letters(text)


def test_one_word_of_hundreds_of_letters_is_judged_too() -> None:
    rng = random.Random(7)
    assert are_random_letters("".join(rng.choices(string.ascii_lowercase, k=400)))
    assert not are_random_letters("donaudampfschifffahrtsgesellschaftskapitaen" * 8)
    assert not are_random_letters("".join(rng.choices("acgt", k=400)))
