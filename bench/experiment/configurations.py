"""The three configurations of the research note that are held against each other; that all linear layers are trained is ours."""

import msgspec

RANK, SCALE = 8, 20.0
NUM_CHECKPOINTS = 4


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """How one adapter is trained."""

    name: str
    told: str
    learning_rate: float
    iterations: int  # of the note; each a step of the optimiser
    batch_size: int
    layers: str  # share of the model's

    def count_steps(self, share: float) -> int:
        """Give the steps of an experiment that is shortened to a share, the same for all."""
        return max(NUM_CHECKPOINTS, round(self.iterations * share))

    def flags(self, share: float, seed: int) -> list[str]:
        """Give the flags of `adapters.train`."""
        num_steps = self.count_steps(share)
        settings = {
            "--learning-rate": f"{self.learning_rate:g}",
            "--steps": str(num_steps),
            "--batch-size": str(self.batch_size),
            "--layers": self.layers,
            "--rank": str(RANK),
            "--scale": f"{SCALE:g}",
            "--save-every": str(-(-num_steps // NUM_CHECKPOINTS)),
            "--seed": str(seed),
            "--max-seq-length": "512",
        }
        return [text for pair in settings.items() for text in pair]


CONFIGURATIONS = (
    Configuration(name="note-1b", told="the note's 1B, which broke", learning_rate=1e-5, iterations=500, batch_size=4, layers="61.5%"),
    Configuration(name="note-27b", told="the note's 27B, which gained", learning_rate=5e-6, iterations=400, batch_size=1, layers="25.8%"),
    Configuration(name="recommended", told="the note's advice for 1B", learning_rate=5e-6, iterations=400, batch_size=1, layers="30.8%"),
)
