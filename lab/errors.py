"""What can go wrong with the laboratory itself."""


class LabError(Exception):
    """The laboratory cannot go on; the message says why and what to do."""
