"""What several doors do alike."""
