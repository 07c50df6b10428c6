"""The smallest service: the chassis tables and one of its own. Only the tests of the chassis know it."""
