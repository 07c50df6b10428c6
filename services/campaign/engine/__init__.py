"""Whom campaigns know, who comes into a journey, and how she goes on in it."""
