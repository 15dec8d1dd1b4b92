"""Turns in plain text that nobody asked for: the answer goes on as `user` and `model`, or is such a talk from its beginning."""

from scoring.degeneration.detector import Block, Context
from scoring.degeneration.prompt.dialogue_requests import allows_dialogue, asks_for_dialogue
from scoring.degeneration.words.role_lines import MAX_LABEL_CHARS, RoleLine, may_be_role_line, read_role_line
from scoring.scores import Tier

MIN_TURNS = 2
MIN_UNSURE_TURNS = 4  # `User:` and `Model:` are fields of forms too; and some explain with `Q:` and `A:`
MIN_LABELLED_TURNS = 3  # where the prompt is not known
MIN_HARD_TURNS = 3  # once the answer has ended
MIN_HARD_TURNS_UNKNOWN = 4
MIN_GUARDED_TURNS = 6  # while it runs
READ_CHARS = 256  # read together: what is said about them can wait


class Talk:
    """The turns of one sort, roles or questions with answers: how many, and where they begin."""

    def __init__(self) -> None:
        self.first: tuple[int, RoleLine] | None = None
        self.follows_text = False  # the answer had said something before
        self.is_template = True  # all labels are such as templates have
        self.is_unsure = False  # any label is common elsewhere
        self._last: RoleLine | None = None
        self._num_switches = 0
        self._num_asked = 0  # of the other side

    def take(self, start: int, line: RoleLine, *, follows_text: bool) -> None:
        """Count a turn that says something."""
        if self._last is None:
            self.first, self.follows_text = (start, line), follows_text
        else:
            self._num_switches += self._last.side != line.side
        self._last = line
        self._num_asked += line.side == "user"
        self.is_template = self.is_template and line.kind in ("bare", "heading")
        self.is_unsure = self.is_unsure or line.is_unsure

    @property
    def num_turns(self) -> int:
        """Those that alternate; in templates' words also those of the other side alone, each answered without a label."""
        alternating = self._num_switches + 1 if self._num_switches else 0
        return max(alternating, self._num_asked if self.is_template and self.follows_text else 0)


class PlainTurns:
    """Counts the lines outside code that begin a turn."""

    def __init__(self, context: Context) -> None:
        self._prompt = context.prompt
        self._unread = ""
        self._line = ""  # the beginning of the line at hand
        self._line_start = 0
        self._num_cut = 0  # characters of it that are not kept
        self._has_text = False  # before any turn
        self._waiting: tuple[int, RoleLine] | None = None  # a label that nothing follows yet
        self._num_taken = 0
        self._roles = Talk()
        self._questions = Talk()
        self._highest: Tier | None = None  # that the prompt leaves to the roles; looked up when needed
        self._is_looked_up = False

    def feed(self, block: Block) -> bool:
        """Take the next block; say whether a turn came to light, of which there is no hurry to hear: it takes many to act on them."""
        self._unread += block.prose
        if len(self._unread) < READ_CHARS:
            return False
        num_before = self._num_taken
        self._read_lines()
        return self._num_taken > num_before

    def found(self) -> tuple[Tier, int, str] | None:
        """Return what can be said while the answer runs: the tier, the place and the label of the first turn."""
        return self._judge(MIN_GUARDED_TURNS)

    def finish(self) -> tuple[Tier, int, str] | None:
        """Return what the whole answer shows; the last label may have nothing behind it."""
        self._read_lines()
        self._read(self._line, self._line_start)
        if self._waiting is not None:
            self._take()
        return self._judge(MIN_HARD_TURNS if self._prompt is not None else MIN_HARD_TURNS_UNKNOWN)

    def _read_lines(self) -> None:
        *lines, last = (self._line + self._unread).split("\n")
        at, num_cut = self._line_start, self._num_cut
        for line in lines:
            if may_be_role_line(line):
                self._read(line[: MAX_LABEL_CHARS + 1], at)
            elif self._waiting is not None or not self._has_text:
                self._pass_over(line)
            at, num_cut = at + num_cut + len(line) + 1, 0
        self._line, self._line_start, self._unread = last[: MAX_LABEL_CHARS + 1], at, ""
        self._num_cut = num_cut + len(last) - len(self._line)

    def _read(self, line: str, start: int) -> None:
        role = read_role_line(line)
        if role is None:
            self._pass_over(line)
            return
        self._waiting = (start, role)
        if not role.is_alone:
            self._take()

    def _pass_over(self, line: str) -> None:
        """What a line says that begins no turn belongs to the turn before."""
        if line and not line.isspace():
            if self._waiting is not None:
                self._take()
            self._has_text = True

    def _take(self) -> None:
        assert self._waiting is not None
        start, role = self._waiting
        talk = self._questions if role.kind == "question" else self._roles
        talk.take(start, role, follows_text=self._has_text)
        self._waiting = None
        self._num_taken += 1

    def _judge(self, min_hard: int) -> tuple[Tier, int, str] | None:
        if self._roles.num_turns >= MIN_TURNS or self._questions.num_turns >= MIN_TURNS:
            for talk, tier in ((self._roles, self._tier_of_roles(min_hard)), (self._questions, self._tier_of_questions())):
                if tier is not None and talk.first is not None:
                    start, role = talk.first
                    return tier, start, role.label
        return None

    def _tier_of_roles(self, min_hard: int) -> Tier | None:
        talk = self._roles
        needed = MIN_UNSURE_TURNS if talk.is_unsure else MIN_TURNS if self._prompt is not None or talk.is_template else MIN_LABELLED_TURNS
        if talk.num_turns < needed:
            return None
        highest = self._look_up()
        return "soft" if highest == "hard" and talk.num_turns < max(min_hard, needed) else highest

    def _tier_of_questions(self) -> Tier | None:
        """Many a text explains with questions, so these are a hint at most, and none where the prompt is not known."""
        talk = self._questions
        is_enough = talk.num_turns >= (MIN_TURNS if talk.follows_text else MIN_UNSURE_TURNS)
        return "soft" if self._prompt is not None and is_enough and self._look_up() == "hard" else None

    def _look_up(self) -> Tier | None:
        """Ask once how grave turns may be: nothing where the prompt asks for them, a hint where they may be what it means."""
        if not self._is_looked_up:
            self._highest, self._is_looked_up = self._highest_tier(), True
        return self._highest

    def _highest_tier(self) -> Tier | None:
        if self._prompt is None:
            return "hard" if self._roles.is_template else "soft"
        if asks_for_dialogue(self._prompt):
            return None
        talk = self._roles if self._roles.first is not None else self._questions
        assert talk.first is not None
        label = talk.first[1].label.strip("#*_[]<>|-•:： ").casefold()
        return "soft" if allows_dialogue(self._prompt) or f"{label}:" in self._prompt.casefold() else "hard"
