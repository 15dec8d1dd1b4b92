from scoring.scores import Degeneration, Flag


def test_names_of_the_flags_come_once_and_in_order() -> None:
    flags = (Flag(flag="phrase_loop", tier="soft"), Flag(flag="empty", tier="hard"), Flag(flag="phrase_loop", tier="hard"))
    assert Degeneration(flags=flags, compression_ratio=None).names == ("phrase_loop", "empty")
