"""Errors of a replay."""


class ReplayError(Exception):
    """The replay cannot go on. The message is one sentence that says what to do."""


class Interrupted(Exception):
    """The user asked to stop while a request was being tried again."""
