"""Names of effects: the same cause always gives the same id, so that an effect happens once. Pure."""

from uuid import UUID, uuid5


def run_id(  # noqa: PLR0917 -- the parts of the key, as the rules list them
    workspace: str, journey: str, version: int, profile_key: int, entry: str, rotation: int
) -> UUID:
    """A customer's way through a version of a journey.

    *entry* is the order or cart it is about, or empty; *rotation* counts how often she came in about it
    before.
    """
    return named("run", workspace, journey, version, profile_key, entry, rotation)


def step_key(run: UUID, step: str, visit: int) -> str:
    """One visit of one step: what else a step brings about is known by it."""
    return f"{run}/{step}/{visit}"


def send_id_for_step(run: UUID, step: str, visit: int, channel: str) -> UUID:
    """Channels are named in lower case, as consents name them: `email`, `web_push`."""
    return named("send", step_key(run, step, visit), channel)


def send_id_for_broadcast(workspace: str, broadcast: str, profile_key: int, channel: str) -> UUID:
    """Whatever variant she gets: she gets one."""
    return named("broadcast", workspace, broadcast, profile_key, channel)


def message_id(send: UUID, domain: str) -> str:
    """The Message-ID of a mail. It follows from the send, so that a mail server can be asked for it."""
    return f"<{send.hex}@{domain}>"


def named(*parts: object) -> UUID:
    """Parts are kept apart by a character that no name contains."""
    return uuid5(NAMESPACE, "\0".join(str(part) for part in parts))


NAMESPACE = UUID("6f0c9d52-6b0e-5c39-9f6e-2d1f3d6f1b7a")
