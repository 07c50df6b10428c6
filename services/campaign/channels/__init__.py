"""How a message leaves the house: one adapter for each kind of provider."""
