"""Asking a provider whether it has a message: one GET, answered with 200 or 404."""

from http import HTTPStatus
from urllib.parse import quote

from services.campaign.channels.calls import Calls, Unanswered, Unreached
from services.campaign.domain.outgoing import Uncertain


async def asked(calls: Calls, lookup_url: str, id: str) -> bool:
    """Uncertain, when the answer is neither."""
    try:
        answer = await calls.call("GET", lookup_url + quote(id, safe=""))
    except (Unreached, Unanswered) as silent:
        raise Uncertain(f"Whether it has the message was asked in vain. {silent.description}") from silent
    if answer.status == HTTPStatus.OK:
        return True
    if answer.status == HTTPStatus.NOT_FOUND:
        return False
    raise Uncertain(f"Asked whether it has the message it answered {answer.status}. {answer.words}")
