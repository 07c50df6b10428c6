"""The segment service: which customers share a condition, right now, and why."""
