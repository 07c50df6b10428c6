"""Rows and values to messages."""
