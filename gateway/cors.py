"""Which pages of other origins may call. Keys are bearer tokens, no cookie is sent: any may be let in."""

from dataclasses import dataclass

from .exchange import Header, Scope, header


@dataclass(frozen=True, slots=True)
class Cors:
    """The origins a group of doors lets in; None is any."""

    origins: frozenset[str] | None = None

    @classmethod
    def parse(cls, text: str) -> "Cors":
        """From a setting: `*`, or origins separated by commas."""
        origins = frozenset(part.strip().rstrip("/") for part in text.split(",") if part.strip())
        return cls(None if "*" in origins else origins)

    def headers(self, scope: Scope) -> list[Header]:
        """For an actual answer. Nothing when the caller is no browser page, or one that is not let in."""
        return [*self._allowed(scope), EXPOSED] if self._allowed(scope) else self._vary()

    def preflight(self, scope: Scope, verbs: str) -> list[Header]:
        """For the answer to OPTIONS; the browser itself refuses when the origin is missing from it."""
        if not (allowed := self._allowed(scope)):
            return self._vary()
        wanted = header(scope, b"access-control-request-headers") or DEFAULT_HEADERS
        return [
            *allowed,
            (b"access-control-allow-methods", verbs.encode()),
            (b"access-control-allow-headers", wanted.encode("latin-1")),
            (b"access-control-max-age", str(PREFLIGHT_SECONDS).encode()),
        ]

    def _allowed(self, scope: Scope) -> list[Header]:
        origin = header(scope, b"origin")
        if not origin:
            return []
        if self.origins is None:
            return [(b"access-control-allow-origin", b"*")]
        if origin not in self.origins:
            return []
        return [(b"access-control-allow-origin", origin.encode("latin-1")), *self._vary()]

    def _vary(self) -> list[Header]:
        """Where the answer depends on the origin, caches must know, also when the origin was refused."""
        return [] if self.origins is None else [(b"vary", b"Origin")]


DEFAULT_HEADERS = "authorization, content-type, idempotency-key, x-request-id"
EXPOSED = (
    b"access-control-expose-headers",
    b"x-request-id, ratelimit, ratelimit-policy, retry-after, allow, www-authenticate",
)
# What browsers keep at most; a longer life is cut by them.
PREFLIGHT_SECONDS = 7_200
