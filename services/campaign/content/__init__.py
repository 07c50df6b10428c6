"""What is said: templates filled with what is known, and the links in them."""
