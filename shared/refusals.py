"""What the database refused, in the words of HTTP."""

from shared.errors import DataApiError, Refused

_TITLES = {
    "42501": (403, "Not allowed"),
    "PGRST301": (401, "Token refused"),
    "PGRST302": (401, "Token refused"),
    "PGRST303": (401, "Token refused"),
}
# Class 22: a value that cannot be read; class 23: one that breaks a promise of the tables.
_AT_FAULT = ("22", "23")


def refusal_of(error: DataApiError) -> Refused | None:
    """The refusal with the database's own sentence where the request was at fault; None where it was not."""
    if error.code in _TITLES:
        return Refused(*_TITLES[error.code], str(error))
    if error.code.startswith(_AT_FAULT):
        return Refused(422, "Invalid request", str(error))
    return None
