"""`flexiroaster backtest`: what the engines would have said about a history, without a stack."""

from cli.backtest.command import backtest

__all__ = ["backtest"]
