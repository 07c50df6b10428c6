"""What the campaign service answers when it is asked."""
