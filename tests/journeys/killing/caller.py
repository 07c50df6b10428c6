"""A caller of the API that does not give up: the same request under the same key until it is answered."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.eventually import eventually


@dataclass(slots=True)
class Caller:
    """Asks with a secret key of one workspace; counts what it had to ask again for, and why."""

    http: httpx.AsyncClient
    again: Counter[str] = field(default_factory=Counter)

    async def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        return await self.ask("POST", path, json=body or {}, headers={"Idempotency-Key": key} if key else {})

    async def get(self, path: str, **query: Any) -> Any:
        return await self.ask("GET", path, params=query)

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The answer. Only what says that it will pass is asked again; anything else is a failure."""
        answers: list[httpx.Response] = []

        async def answered() -> bool:
            try:
                answer = await self.http.request(method, path, **more)
            except httpx.TransportError as away:
                self.again[type(away).__name__] += 1
                return False
            if answer.status_code in PASSING:
                self.again[str(answer.status_code)] += 1
                return False
            answers.append(answer)
            return True

        await eventually(True, answered, PATIENCE_SECONDS)
        [answer] = answers
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def everything(self, path: str, *, named: str = "", **query: Any) -> list[Any]:
        """All pages of a list, as one; *named* where the path does not say what is listed."""
        found: list[Any] = []
        query["page_size"] = 1000
        while True:
            page = await self.get(path, **query)
            found += page[named or path.rpartition("/")[2]]
            if not page["next_page_token"]:
                return found
            query["page_token"] = page["next_page_token"]


# Too many requests; away; too late.
PASSING = {429, 503, 504}
# Longer than any part is away.
PATIENCE_SECONDS = 120.0
