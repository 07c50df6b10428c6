"""The other end of a service's door: a channel to it, for the gateway and for tests."""

import grpc


def channel(address: str) -> grpc.aio.Channel:
    """A channel to `host:port`, `dns:///host:port` (calls go round its addresses) or `unix:/path`.

    It never repeats a call by itself: only who asked knows whether that is safe.
    """
    return grpc.aio.insecure_channel(address, options=OPTIONS)


MESSAGE_SIZES = (
    # A mail with its attachments is the largest message there is.
    ("grpc.max_receive_message_length", 36 * 1024 * 1024),
    ("grpc.max_send_message_length", 36 * 1024 * 1024),
)
KEEPALIVE_SECONDS = 30

OPTIONS = (
    *MESSAGE_SIZES,
    # Services stand in the same house; a proxy of the outside world does not lead to them.
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    # The details of a refusal travel in headers.
    ("grpc.max_metadata_size", 64 * 1024),
    # A peer that vanished without a word is noticed.
    ("grpc.keepalive_time_ms", KEEPALIVE_SECONDS * 1000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # A service that restarts is found again at once, not after the two minutes gRPC would wait.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
)
