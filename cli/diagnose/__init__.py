"""`flexiroaster diagnose`: what broke, by a log or message; no stack needed."""

from cli.diagnose.command import diagnose

__all__ = ["diagnose"]
