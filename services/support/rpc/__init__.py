"""The doors of the service: each method is answered by the room that knows its resource."""
