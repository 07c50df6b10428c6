"""Every SQL statement of the support service, and nothing else."""
