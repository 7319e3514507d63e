"""`flexiroaster models`: what was trained, what serves and why, and a person's word about it."""

from cli.models.command import models

__all__ = ["models"]
