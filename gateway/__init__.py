"""HTTP in, gRPC out: the one door of the house. The protos are the router."""
