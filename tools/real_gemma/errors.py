"""What can keep the real Gemma from being made.

RealGemmaError
├── ProgramMissing   a program that fetches is not installed
├── FetchFailed      a registry does not give a package
└── WrongContent     what came is not what was expected
"""


class RealGemmaError(Exception):
    """The model was not made; the message is for people."""


class ProgramMissing(RealGemmaError):
    """A program that fetches is not installed."""


class FetchFailed(RealGemmaError):
    """A registry does not give a package."""


class WrongContent(RealGemmaError):
    """What came is not what was expected."""
