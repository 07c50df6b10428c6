"""Every SQL statement of the segment service, and nothing else."""
