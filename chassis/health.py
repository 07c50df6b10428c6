"""Whether a service wants to be asked, for balancers and probes; and what it can be asked, for tools."""

from collections.abc import Iterable

import grpc
from grpc_health.v1 import health as grpc_health
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha.reflection import SERVICE_NAME, enable_server_reflection


class Health:
    """NOT_SERVING until the service is ready, and again from the moment it is asked to stop."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = ("", *names)
        self.servicer = grpc_health.aio.HealthServicer()  # type: ignore[attr-defined]

    async def starts(self) -> None:
        await self._say(HealthCheckResponse.NOT_SERVING)

    async def is_ready(self) -> None:
        await self._say(HealthCheckResponse.SERVING)

    async def stops(self) -> None:
        """For good: a loop that reports ready too late changes nothing."""
        await self.servicer.enter_graceful_shutdown()

    async def _say(self, status: HealthCheckResponse.ServingStatus) -> None:
        for name in self.names:
            await self.servicer.set(name, status)


def serve_health(server: grpc.aio.Server, names: Iterable[str]) -> Health:
    """Adds health and reflection of the services *names*, full names of the protos, to a server."""
    names = tuple(names)
    health = Health(names)
    add_HealthServicer_to_server(health.servicer, server)
    enable_server_reflection((*names, "grpc.health.v1.Health", SERVICE_NAME), server)
    return health
