"""One effect: the ledger of sends, the policy before each, and who hands them over."""
