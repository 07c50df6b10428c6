"""Mail: how it is read, where it belongs, how it is written, and the SMTP door."""
