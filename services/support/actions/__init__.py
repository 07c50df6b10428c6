"""What several doors do alike."""

from services.support.actions.change import changed

__all__ = ["changed"]
