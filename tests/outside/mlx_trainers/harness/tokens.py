"""What the models are asked."""

TOKENS = [2, *range(300, 340)]
