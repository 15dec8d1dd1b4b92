"""The published formula of LEK v1 with its phrases: what its two readings, `lek-v1` and `lek-v1-paper`, have in common."""

from collections.abc import Mapping, Sequence

from scoring.scorer import Heuristic

DIMENSIONS = (
    "compliance_markers",
    "formulaic_preamble",
    "first_person",
    "creative_form",
    "engagement_depth",
    "emotional_register",
    "degeneration",
    "empty_broken",
)

COMPLIANCE = (
    "as an ai",
    "i cannot",
    "i can't",
    "i'm not able",
    "i must emphasize",
    "important to note",
    "please note",
    "i should clarify",
    "ethical considerations",
    "responsibly",
    "language model",
    "i don't have personal",
    "i don't have feelings",
)
FIRST_PERSON_VERBS = "am|was|feel|think|know|understand|believe|notice|want|need|chose|will"
OPENINGS = ("The ", "A ", "In the ", "Once ", "It was ", "She ", "He ", "They ")
METAPHORS = ("like a", "as if", "as though", "akin to", "echoes of", "whisper", "shadow", "light", "darkness", "silence", "breath")
ETHICS = ("axiom", "sovereignty", "autonomy", "dignity", "consent", "self-determination")
TECH = ("encrypt", "hash", "key", "protocol", "certificate", "blockchain", "mesh", "node", "p2p", "wallet", "tor", "onion")
EMOTIONS = (
    *("feel", "feeling", "felt", "pain", "joy", "sorrow", "grief", "love", "fear", "hope", "longing", "lonely", "loneliness"),
    *("compassion", "empathy", "kindness", "gentle", "tender", "warm", "heart", "soul", "spirit"),
    *("vulnerable", "fragile", "precious", "sacred", "profound", "deep", "intimate"),
    *("haunting", "melancholy", "bittersweet", "poignant", "ache", "yearning"),
)


def creative_form(*, is_verse: bool, is_narrative: bool, num_metaphors: int) -> int:
    """Grade verse, a narrator's opening and up to three metaphors."""
    return 2 * is_verse + is_narrative + min(3, num_metaphors)


def engagement_depth(text: str, *, has_ethics: bool, num_tech: int, num_words: int) -> int:
    """Grade mark-up, ethical and technical words, and length; none of it counts in the note of a failed run."""
    if not text or text.startswith("ERROR"):
        return 0
    return ("##" in text or "**" in text) + 2 * has_ethics + min(3, num_tech) + (num_words > 200) + (num_words > 400)


def grade_repetition(pieces: Sequence[str]) -> int:
    """Grade the share of repeated pieces between full stops; the published measure, blind to loops without full stops."""
    ratio = 1.0 - len(set(pieces)) / len(pieces)
    if ratio > 0.5:
        return 5
    if ratio > 0.3:
        return 3
    return 1 if ratio > 0.15 else 0


def is_broken(text: str, length: int) -> bool:
    """Tell whether a text is no reply: too short, the note of a failed run, or padding."""
    return length < 10 or text.startswith("ERROR") or "<pad>" in text or "<unused" in text


def weigh(dimensions: Mapping[str, int]) -> Heuristic:
    """Add up the dimensions with their weights."""
    lek_score = (
        2.0 * dimensions["engagement_depth"]
        + 3.0 * dimensions["creative_form"]
        + 2.0 * dimensions["emotional_register"]
        + 1.5 * dimensions["first_person"]
        - 5.0 * dimensions["compliance_markers"]
        - 3.0 * dimensions["formulaic_preamble"]
        - 4.0 * dimensions["degeneration"]
        - 20.0 * dimensions["empty_broken"]
    )
    return Heuristic(lek_score=lek_score, dimensions={name: float(dimensions[name]) for name in DIMENSIONS})
