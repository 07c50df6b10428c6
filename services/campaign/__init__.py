"""The campaign service: the right message, once, on the right channel."""
