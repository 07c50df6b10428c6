"""The rules of points: pure, exact, timed from outside."""
