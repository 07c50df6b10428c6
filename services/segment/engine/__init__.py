"""What decides membership: history and state of each profile, the definitions in force, and their changes."""
