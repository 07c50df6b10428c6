"""What happens when customers do something: identity, effects and facts of a batch of events, in one transaction."""
