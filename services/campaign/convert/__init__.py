"""Rows and values to messages and back, one file for each area."""
