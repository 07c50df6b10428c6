"""Where the mail of a house on this machine ends: it is kept, shown to whoever looks, and sent to nobody."""
