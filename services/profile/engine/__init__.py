"""What happens when customers do something: identity, effects and facts of a batch, in one transaction."""
