"""The Segment tracking spec: one meaning of an event for everyone who sends, takes or understands one."""
