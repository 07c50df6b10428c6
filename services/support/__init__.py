"""The support service: whoever writes to us is one ticket with one conversation."""
