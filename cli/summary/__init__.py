"""What the engines made of a history, in a form that is understood in ten seconds."""

from cli.summary.reading import read_summary
from cli.summary.text import render
from cli.summary.value import Strange, Summary

__all__ = ["Strange", "Summary", "read_summary", "render"]
