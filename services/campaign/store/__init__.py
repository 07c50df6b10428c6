"""Every SQL statement of the campaign service, and nothing else."""
