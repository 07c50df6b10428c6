"""How the house is brought up, on one machine and on many."""
