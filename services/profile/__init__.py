"""Who our customers are: capture, identity, timeline, orders, carts and consent."""
