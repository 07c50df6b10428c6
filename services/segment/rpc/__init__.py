"""What the segment service answers when it is asked."""
