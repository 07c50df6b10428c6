"""Every SQL statement of the profile service: `hot` for batches of events, `reads` for those who ask."""
