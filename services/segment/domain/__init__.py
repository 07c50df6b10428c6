"""The rules of the trade, as pure functions."""
