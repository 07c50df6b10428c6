"""Whether every question is one ticket, with what was said in it, once."""

from collections import Counter

from tests.journeys.killing.errands import Errands
from tests.journeys.killing.ground import Ground
from tests.journeys.killing.profiles import Figures


async def tickets_are_right(ground: Ground, errands: Errands) -> Figures:
    listed = await ground.caller.everything("/v1/tickets")
    assert sorted(int(one["name"].removeprefix("tickets/")) for one in listed) == [
        *range(1, len(errands.writers) + len(errands.senders) + 1)
    ], "numbers have no gaps"
    subjects = Counter(one["subject"] for one in listed)
    forms = Counter(f"Form {number}" for number in range(len(errands.writers)))
    assert forms + Counter(f"Mail {number}" for number in range(len(errands.senders))) == subjects
    messages = 0
    for one in listed:
        number = one["subject"].partition(" ")[2]
        said = await ground.caller.everything(f"/v1/{one['name']}/messages")
        expected = {f"Question {number}"}
        if one["subject"].startswith("Form"):
            expected.add(f"Answer {number}")
        assert sorted(expected) == sorted(each["text"].strip() for each in said)
        assert {"SENT"} >= {each["delivery"] for each in said if each["author"] == "AGENT"}
        messages += len(said)
    return {"tickets, each opened once": len(listed), "messages in them, each once": messages}
