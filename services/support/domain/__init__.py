"""Rules of the desk: pure, timed from outside."""
