"""`flexiroaster lab`: real little pipelines, real faults, and what repairs them."""

from cli.lab.command import lab

__all__ = ["lab"]
