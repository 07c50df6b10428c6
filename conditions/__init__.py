"""What must be true of a customer, and one meaning of it: a leaf that segments and journeys share."""
