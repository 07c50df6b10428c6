"""What customers do, from the stream CAPTURE: the hot path's door into the profile service."""

from rapport.capture.v1 import capture_pb2 as pb

from chassis.hot import Hot
from chassis.letters import Letter
from chassis.tracing import TRACEPARENT
from chassis.workspaces import Workspaces
from services.profile.engine.items import PLACE, Item
from tracking.event import Request, read

CAPTURE = Hot("CAPTURE", "profile-capture", "rapport.capture.v1.EventsCaptured.*")


class Opener:
    """Makes items of messages. Phone numbers are read as the workspace's region writes them."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    def __call__(self, letter: Letter) -> list[Item]:
        region = self._workspaces.of(letter.workspace).region_code
        traceparent = letter.headers.get(TRACEPARENT, "")
        items = [
            Item(
                letter.workspace,
                event,
                request.receive_time_us,
                traceparent,
                letter=letter,
                place=(at, index),
            )
            for at, request in enumerate(pb.EventsCaptured.FromString(letter.data).requests)
            for index, event in enumerate(read(asked(request), region, BLOCKED))
        ]
        if wanted := letter.headers.get(PLACE):
            return [item for item in items if "/".join(map(str, item.place)) == wanted]
        return items


def asked(request: pb.CapturedRequest) -> Request:
    return Request(
        pb.CaptureCall.Name(request.call).lower(),
        request.body,
        request.receive_time_us,
        request.ip,
        request.user_agent,
        request.global_privacy_control,
    )


# Values that never identify, beside those of the rules.
BLOCKED: frozenset[str] = frozenset()
