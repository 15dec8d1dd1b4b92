"""How sure every interval is."""

LEVEL = 0.95
