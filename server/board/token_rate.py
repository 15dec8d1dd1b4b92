"""How many tokens each of the last seconds brought."""

NUM_SECONDS = 60


class TokenRate:
    """A ring of counts, one a second."""

    def __init__(self) -> None:
        self._counts = [0] * NUM_SECONDS
        self._second = 0  # the latest that was heard of

    def count(self, num_tokens: int, second: int) -> None:
        """Count tokens in `second`, which never falls."""
        if second != self._second:  # asked here, as this runs once a token
            self._turn_to(second)
        self._counts[second % NUM_SECONDS] += num_tokens

    def read(self, second: int) -> tuple[int, ...]:
        """Give the counts of the last seconds, the oldest first; the last one, `second`, is not over yet."""
        self._turn_to(second)
        oldest = (second + 1) % NUM_SECONDS
        return (*self._counts[oldest:], *self._counts[:oldest])

    def _turn_to(self, second: int) -> None:
        for passed in range(max(self._second, second - NUM_SECONDS) + 1, second + 1):
            self._counts[passed % NUM_SECONDS] = 0
        self._second = second
