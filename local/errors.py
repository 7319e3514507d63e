"""Errors of the embedded stack."""


class StackError(Exception):
    """The embedded stack cannot start or go on. The message is one sentence that says what to do."""
