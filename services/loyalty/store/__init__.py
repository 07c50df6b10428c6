"""Every SQL statement of the loyalty service."""
