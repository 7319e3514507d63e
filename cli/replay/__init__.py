"""`flexiroaster replay`: insert a history through the Data API as a signed-in user, in the order of its events."""

from cli.replay.command import replay

__all__ = ["replay"]
