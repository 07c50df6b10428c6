"""Messages to values of the trade, and back."""
