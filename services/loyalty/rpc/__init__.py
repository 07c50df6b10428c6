"""What the loyalty service answers when it is asked."""
