"""The report as Markdown: what was measured, on what, and the tables."""

import os
import platform
from collections.abc import Sequence
from importlib import metadata
from textwrap import fill

from bench.detectors import cost_table, false_alarm_table, flag_tables, loop_tables, targets
from bench.detectors.corpora.corpus import MAX_CHARS, MIN_CHARS, TUNING_SEED, Corpus
from bench.detectors.corpora.degenerate.loops import MAX_LOOP_CHARS, MAX_PERIOD, MIN_COPIES, MIN_LOOP_CHARS
from bench.detectors.corpora.sources import DISTRIBUTIONS, languages
from bench.detectors.observation import PIECE_CHARS, Observation
from bench.detectors.texts_of_others import TextsOfOthers
from scoring.degeneration.roster import DETECTORS_VERSION

LINE_CHARS = 170


def report(corpus: Corpus, observations: Sequence[Observation], texts: TextsOfOthers) -> str:
    """Write the whole report."""
    tables = (
        targets.targets(observations, texts.targets),
        *texts.tables,
        loop_tables.by_period(observations),
        loop_tables.by_alphabet(observations),
        loop_tables.precision_by_period(observations),
        flag_tables.recall_by_kind(observations),
        flag_tables.precision_by_flag(observations),
        false_alarm_table.false_alarms(observations),
        cost_table.cost(observations),
    )
    return "\n".join((_introduction(corpus, texts), *(table.markdown() for table in tables)))


def _introduction(corpus: Corpus, texts: TextsOfOthers) -> str:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in DISTRIBUTIONS)
    num_short = sum(len(example.text) < MIN_CHARS for example in corpus.ordinary)
    written = f"""# How well the detectors do

Written by `make eval-detectors ARGS="--seed {corpus.seed}{texts.options} --markdown docs/detectors.md"`; run it
again after every change to a detector, and edit no figure by hand. `--faults FILE` writes examples of what went wrong; `--quick` takes a
small share of every part.

**What the detectors are shown.** {len(corpus.degenerate):,} degenerate and {len(corpus.ordinary):,} ordinary texts, built anew
from the seed {corpus.seed} by `bench/detectors/corpora/`; the digest of this run's texts is {corpus.digest}. Nothing of it is fetched. The
texts come from generators; from sentences in {len(languages()) + 1} languages, verse and programs written for this evaluation; from the
demo model's corpus; and from what is installed: the modules and the manual of the running Python, and code, descriptions and licences of
the dependencies. With other versions of those, some ordinary texts differ, and so does the digest.

**{_standing(corpus)}**

**Loops** are cut from random letters and from ordinary sentences in three alphabets, after prefixes of 0 to 2,000 characters. They run
for {MIN_LOOP_CHARS} to {MAX_LOOP_CHARS:,} characters, at least {MIN_COPIES} copies. Exact loops are of every period from 1 to {MAX_PERIOD},
in each alphabet, of letters and of words. Noise replaces each character of the loop, with the given probability, by another letter.

**Ordinary texts** have {MIN_CHARS} to {MAX_CHARS:,} characters, short ones as often as long ones by order of magnitude, but for
{num_short} short answers. They are meant to be hard: unrolled code, tables with repeated cells, rows of zeros, refrains, retries in logs,
telomeres in DNA. Of the code and data half comes in Markdown fences. Most texts come without a prompt, as `/v1/score` may get them;
answers and what was asked for have one.

{texts.introduction}

**How.** Each text is streamed through `scoring.verdict.AnswerScoring` in pieces of {PIECE_CHARS} characters. A flag is right on a text
if it is due there or true as well (a run of special tokens is also a loop). Intervals are Wilson's, at 95 %.

**What is not in the texts built here.** Loops that end after a few copies, refusals in other languages than English, and one
kind of ordinary text that is flagged hard by rule: code outside backticks that spells special tokens, such as `unk_token="<unk>"`.

**Conditions of this run.** Detectors of version {DETECTORS_VERSION}; {platform.python_implementation()} {platform.python_version()},
{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, one process beside other work; {versions}.
"""
    return "\n\n".join(fill(" ".join(paragraph.split()), LINE_CHARS) for paragraph in written.split("\n\n") if paragraph.strip()) + "\n"


def _standing(corpus: Corpus) -> str:
    """Say whether a threshold may have been chosen on these very texts."""
    if corpus.seed == TUNING_SEED:
        return "These are the texts that the detectors are tuned on: other seeds give figures to rely on."
    return (
        f"These are not the texts that the detectors are tuned on, which are those of the seed {TUNING_SEED}; but they are of the same "
        "kinds, and what does not come from a generator is drawn from the same sources."
    )
