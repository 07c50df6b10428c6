"""The services of the house. They never import one another."""
