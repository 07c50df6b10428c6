"""Every number the house keeps about itself. Declared here and nowhere else, each with a sentence."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

# From a millisecond, which a read takes, to the longest deadline.
CALL_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# From an event that is taken at once to a day of arrears.
LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 5, 30, 300, 3600, 86400)
BATCH_ITEMS = (1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500)

RPC_CALLS = Counter("rapport_rpc_calls", "Calls answered, by method and canonical code.", ["method", "code"])
RPC_SECONDS = Histogram(
    "rapport_rpc_seconds", "How long calls took, by method.", ["method"], buckets=CALL_SECONDS
)

HANDLED = Counter(
    "rapport_handled",
    "Events taken from the bus, by consumer and outcome: done, repeated, retried, parked.",
    ["consumer", "outcome"],
)
HANDLER_SECONDS = Histogram(
    "rapport_handler_seconds",
    "How long one event took, by consumer.",
    ["consumer"],
    buckets=CALL_SECONDS,
)
PARKED = Gauge(
    "rapport_parked", "Messages that wait for somebody to look at them, by consumer.", ["consumer"]
)
REPLAYED = Counter(
    "rapport_replayed", "Parked messages taken up again, by consumer and outcome.", ["consumer", "outcome"]
)

OUTBOX_ROWS = Gauge("rapport_outbox_rows", "Promised events that are not on the bus yet.")
RELAYED = Counter("rapport_relayed", "Promised events put on the bus.")
RELAY_LAG_SECONDS = Histogram(
    "rapport_relay_lag_seconds",
    "From the promise of an event to the bus's acknowledgement.",
    buckets=LAG_SECONDS,
)
RELAY_FAILURES = Counter("rapport_relay_failures", "Batches the bus did not take; they are tried again.")

HOT_BATCH_ITEMS = Histogram(
    "rapport_hot_batch_items",
    "Items taken in one transaction, by consumer.",
    ["consumer"],
    buckets=BATCH_ITEMS,
)
HOT_BATCH_SECONDS = Histogram(
    "rapport_hot_batch_seconds", "How long a hot batch took, by consumer.", ["consumer"], buckets=CALL_SECONDS
)
HOT_LAG_SECONDS = Histogram(
    "rapport_hot_lag_seconds",
    "From a message's arrival on the bus to the commit of its effects, by consumer.",
    ["consumer"],
    buckets=LAG_SECONDS,
)
HOT_OWNER = Gauge(
    "rapport_hot_owner", "1 in the process that owns the shard, 0 in those that stand by.", ["consumer"]
)
HOT_GAPS = Counter(
    "rapport_hot_gaps", "Times a gap in the sequence made the consumer start again.", ["consumer"]
)

CAPTURE_EVENTS = Counter(
    "rapport_capture_events",
    "Events at the capture door, by outcome: accepted (the bus has them), rejected (they never fit), "
    "refused (try again later).",
    ["outcome"],
)
CAPTURE_SECONDS = Histogram(
    "rapport_capture_seconds", "From a capture request to the bus's acknowledgement.", buckets=CALL_SECONDS
)

HTTP_REQUESTS = Counter(
    "rapport_http_requests", "Requests answered at the gateway, by route and status.", ["route", "status"]
)
HTTP_SECONDS = Histogram(
    "rapport_http_seconds",
    "How long requests took at the gateway, by route.",
    ["route"],
    buckets=CALL_SECONDS,
)

TIMER_RUNS = Counter(
    "rapport_timer_runs", "Runs of timers, by timer and outcome: done, failed.", ["timer", "outcome"]
)
TIMER_SECONDS = Histogram(
    "rapport_timer_seconds", "How long one run of a timer took.", ["timer"], buckets=CALL_SECONDS
)
TIMER_LAG_SECONDS = Histogram(
    "rapport_timer_lag_seconds", "How late due rows were taken, by timer.", ["timer"], buckets=LAG_SECONDS
)


def serve_metrics(listen: str) -> int:
    """Lets Prometheus read at *listen* (`host:port`, `:port` on the loopback) and returns the port."""
    host, _, port = listen.rpartition(":")
    server, _ = start_http_server(int(port), addr=host or "127.0.0.1")
    return server.server_port
