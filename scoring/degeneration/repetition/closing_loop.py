"""Closing loops: the end of a text that says the same things again and again, in whatever order and with other words in some places.

Measures on the last few thousand characters, from the surest to the loosest: a count that goes on, sentences said again, lines of which
there are only a few, words of which there are only a few, syllables in a row. Data, tables and code repeat themselves by nature: only a
count and a salad are looked for there. Songs do so by art, and dialogues by habit: where lines are short, more is asked for.
"""

import re
import zlib
from collections import Counter

from scoring.degeneration.repetition.counting_run import find_counting_run
from scoring.degeneration.repetition.passage import Passage
from scoring.degeneration.repetition.stretch import Stretch
from scoring.degeneration.repetition.word_salad import find_word_salad, share_again

MAX_CHARS = 4096
MIN_RATIO, MORE_RATIO, MORE_RATIO_AT_LIMIT, FULL_RATIO_CHARS = (
    1.9,
    0.9,
    0.4,
    900,
)  # of bytes to compressed bytes: what says something new is not looked at
MIN_SENTENCE_WORDS, MIN_SENTENCE_BYTES = 3, 20  # a shorter one is a phrase that anything may hold: `Yes, sir.`
MIN_SAID_AGAIN = 0.35  # of a passage of prose
MIN_SAID_AGAIN_IN_LINES = 0.65  # the answers of a witness, the replies of a chat
MIN_SAID_AGAIN_AT_LIMIT, MIN_SAID_AGAIN_IN_LINES_AT_LIMIT = 0.28, 0.35  # where the limit cut the answer off
MIN_SAID_AGAIN_BYTES = 80
MIN_LIST_LINES, MAX_LIST_SHARE = 20, 0.2  # of the lines, those that differ
MIN_LINES, MIN_LINE_WORDS = 12, 3  # a table of contents has a word in each
MAX_LINES, MAX_VERSE_LINES = 2, 1  # that differ; a song that counts down has two or more
MIN_WORDED_SHARE = 0.6  # of the lines: boards and forms have other ones
# Words in a window, the share of them that differ, and the share of the runs of three that come for the third time or more.
WINDOWS = ((64, 0.20, 0.0), (64, 0.25, 0.4), (128, 0.20, 0.0))
HAN_WINDOWS = ((192, 0.16, 0.0),)  # a character is less than a word
STUTTER = re.compile(r"([^\W\d_A-Z]{1,6}?)\1{3,}")
MIN_STUTTER_CHARS, MIN_STUTTERED_CHARS, MIN_STUTTERED = 8, 120, 0.5


def find_closing_loop(text: str, *, is_code: bool, is_cut_off: bool) -> Stretch | None:
    """Judge the end of a text, at most `MAX_CHARS`; offsets are those in what is given."""
    counting = find_counting_run(text)
    if counting or not _is_compressible(text, is_cut_off=is_cut_off):
        return counting
    passage = Passage(text, is_code=is_code)
    if passage.is_data:
        return find_word_salad(text)
    if passage.is_verse:
        return _few_lines(passage)
    return _said_again(passage, is_cut_off=is_cut_off) or _few_lines(passage) or _few_words(passage) or _stutter(passage)


def _is_compressible(text: str, *, is_cut_off: bool) -> bool:
    """Say whether there is repetition enough for any of the measures: it costs a tenth of cutting the text into words."""
    data = text.encode("utf-8", "surrogatepass")
    least = MIN_RATIO + (MORE_RATIO_AT_LIMIT if is_cut_off else MORE_RATIO) * min(1.0, len(text) / FULL_RATIO_CHARS)
    return len(data) >= least * len(zlib.compress(data, 1))


def _said_again(passage: Passage, *, is_cut_off: bool) -> Stretch | None:
    """Find sentences that make up much of the passage, each said before."""
    sentences = [(start, " ".join(words), len(words)) for start, words in passage.sentences]
    sizes = [len(sentence.encode("utf-8", "surrogatepass")) for _, sentence, _ in sentences]
    starts: dict[str, int] = {}
    counts: Counter[str] = Counter()
    size_again = 0
    for (start, sentence, num_words), size in zip(sentences, sizes, strict=True):
        if num_words >= MIN_SENTENCE_WORDS and size >= MIN_SENTENCE_BYTES:
            counts[sentence] += 1
            if sentence in starts:
                size_again += size
            starts.setdefault(sentence, start)
    if passage.has_short_lines:
        share = MIN_SAID_AGAIN_IN_LINES_AT_LIMIT if is_cut_off else MIN_SAID_AGAIN_IN_LINES
    else:
        share = MIN_SAID_AGAIN_AT_LIMIT if is_cut_off else MIN_SAID_AGAIN
    if size_again < max(MIN_SAID_AGAIN_BYTES, share * sum(sizes)):
        return None
    unit, copies = counts.most_common(1)[0]
    start = min(start for sentence, start in starts.items() if counts[sentence] > 1)
    return Stretch(start=start, end=len(passage.text), unit=unit, period=None, copies=copies)


def _few_lines(passage: Passage) -> Stretch | None:
    """Find a passage of lines of which only a few differ."""
    lines = passage.lines
    num_worded = len(lines)
    if num_worded < (MIN_LIST_LINES if passage.is_list else MIN_LINES) or num_worded < MIN_WORDED_SHARE * passage.num_lines:
        return None
    counts = Counter(words for _, words in lines)
    if passage.is_list:
        is_loop = len(counts) <= MAX_LIST_SHARE * num_worded
    else:
        most = MAX_VERSE_LINES if passage.is_verse else MAX_LINES
        is_loop = not passage.has_figures and len(counts) <= most and sum(map(len, counts)) >= MIN_LINE_WORDS * len(counts)
    if not is_loop:
        return None
    unit, copies = counts.most_common(1)[0]
    return Stretch(start=lines[0][0], end=len(passage.text), unit=" ".join(unit), period=None, copies=copies)


def _few_words(passage: Passage) -> Stretch | None:
    """Find a window in which only a few words are used."""
    words = passage.words
    is_han = 2 * sum(len(word) == 1 for _, word in words) > len(words)
    for num_words, max_share, min_again in HAN_WINDOWS if is_han else WINDOWS:
        for begin in range(len(words) - num_words, -1, -num_words // 2):
            window = [word for _, word in words[begin : begin + num_words]]
            if len(set(window)) <= max_share * num_words and share_again(window) >= min_again:
                unit, copies = Counter(window).most_common(1)[0]
                return Stretch(start=words[begin][0], end=len(passage.text), unit=unit, period=None, copies=copies)
    return None


def _stutter(passage: Passage) -> Stretch | None:
    """Find a passage made of words that are one syllable four times or more, `rararara rarararara`."""
    runs = [match for match in STUTTER.finditer(passage.text) if len(match.group()) >= MIN_STUTTER_CHARS]
    if sum(len(match.group()) for match in runs) < max(MIN_STUTTERED_CHARS, MIN_STUTTERED * len(passage.text)):
        return None
    return Stretch(start=runs[0].start(), end=len(passage.text), unit=runs[0].group(1), period=None, copies=len(runs))
