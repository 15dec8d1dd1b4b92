"""What can go wrong with a base model."""


class ModelLoadError(Exception):
    """The model, or an adapter that it was to start with, cannot be loaded; the message is for people and names what is at fault."""
