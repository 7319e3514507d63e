"""What can go wrong between an engine and the services it stands on."""


class FlexiRoasterError(Exception):
    """Base of every error that the functions raise on purpose."""


class Refused(FlexiRoasterError):
    """A request that is answered with a 4xx.

    ``status`` is the HTTP status, ``title`` the kind of fault, ``detail`` a sentence that says what to change, and
    ``errors`` the fields at fault, each ``{"field": ..., "message": ...}``.
    """

    def __init__(self, status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = errors or []


class DataApiError(FlexiRoasterError):
    """The Data API refused a call or could not be reached. ``code`` is its error code, empty when unreachable."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_passing(self) -> bool:
        """Whether the same call may well succeed in a moment: nobody answered, or a transaction was in the way."""
        return not self.code or self.code.startswith("40")


class CacheUnavailable(FlexiRoasterError):
    """Redis did not answer; what it would have said is in Postgres."""


class ModelFault(FlexiRoasterError):
    """A model that should have answered cannot; the documented heuristic answers instead."""
