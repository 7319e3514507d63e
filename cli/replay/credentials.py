"""Who signs in, and where."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in, and where. ``key`` is the publishable (anon) key."""

    url: str
    key: str
    email: str
    password: str = field(repr=False)
