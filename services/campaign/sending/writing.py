"""A message as its provider gets it: filled, with links that lead back, and the way to leave."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from rapport.campaign.v1 import content_pb2 as pb

from services.campaign.channels.addresses import read_sender
from services.campaign.content.data import data_of
from services.campaign.content.links import Addresses, Tracked, base, tracked
from services.campaign.content.render import Broken, Rendered, TooCostly, field_of, pick, render
from services.campaign.domain.keys import message_id
from services.campaign.domain.outgoing import Outgoing, Refused
from services.campaign.domain.person import forbade
from services.campaign.domain.settings import lacking
from services.campaign.sending.cases import Row, Rules
from services.campaign.sending.decide import Cleared

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    cleared: Cleared
    message: Outgoing
    revision: int
    # Where its links lead, by their numbers.
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfit:
    """It cannot be made into a message, now or later."""

    cleared: Cleared
    why: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the messages of one workspace and channel. Pure, and takes its time: not for an event loop."""

    workspace: str
    rules: Rules
    # By slug.
    templates: Mapping[str, Row]
    now: datetime
    link_url: str
    link_secret: str

    def all(self, cleared: Sequence[Cleared]) -> list[Ready | Unfit]:
        return [self.written(each) for each in cleared]

    def written(self, cleared: Cleared) -> Ready | Unfit:
        template = self.templates.get(cleared.row["template"])
        if template is None:
            return Unfit(cleared, f"There is no template {cleared.row['template']}.")
        try:
            return self._ready(cleared, template)
        except (Broken, TooCostly) as broken:
            return Unfit(cleared, f"The template cannot be filled: {field_of(broken)}: {broken}")
        except Refused as refused:
            return Unfit(cleared, refused.description)
        except Exception:
            # Our own bug holds up this message, and none of its neighbours.
            log.exception("sends/%s cannot be written", cleared.row["id"])
            return Unfit(cleared, "It could not be written; the log says why.")

    def _ready(self, cleared: Cleared, template: Row) -> Ready:
        row, setting = cleared.row, self.rules.channel
        if lacks := lacking(setting, row["class"]):
            raise Refused(lacks, permanent=True)
        addresses = Addresses(
            base(self.link_url, setting.link_domain), self.link_secret, self.workspace, row["id"]
        )
        rendered = self._rendered(cleared, template, addresses)
        mail = self._mail(cleared, template, rendered, addresses)
        message = Outgoing(
            send=row["id"],
            workspace=self.workspace,
            channel=row["channel"],
            address=cleared.address,
            sender=setting.sender,
            reply_to=setting.reply_to,
            message_id=row["message_id"] or self._message_id(row),
            subject=rendered.subject,
            html=mail.html,
            text=mail.text,
            payload=rendered.payload.encode(),
            url=rendered.url,
            headers=mail.headers,
        )
        return Ready(cleared, message, template["revision"], mail.urls)

    def _rendered(self, cleared: Cleared, template: Row, addresses: Addresses) -> Rendered:
        contents = pb.Template.FromString(template["contents"]).contents
        contact = cleared.contact if cleared.row["profile_key"] else None
        links = {"unsubscribe": addresses.unsubscribe, "preferences": addresses.preferences}
        data = data_of(contact, orjson.loads(cleared.row["data"]), zone=self.rules.zone, links=links)
        content = pick(contents, contact.locale if contact else "")
        return render(content, data, self.now, channel=template["channel"])

    def _mail(self, cleared: Cleared, template: Row, rendered: Rendered, addresses: Addresses) -> Tracked:
        """Mails alone have links that are counted and a way out within; of a test nothing is counted."""
        row, setting = cleared.row, self.rules.channel
        if row["channel"] != EMAIL:
            return Tracked(rendered.html, rendered.text)
        counts = setting.tracking if template["tracking"] is None else template["tracking"]
        return tracked(
            rendered.html,
            rendered.text,
            addresses,
            tracking=counts and not row["test"] and not forbade(cleared.contact.consents, EMAIL, "tracking"),
            message_class=row["class"],
            campaign=row["campaign"] or f"templates/{row['template']}",
            postal_address=setting.postal_address,
            locale=rendered.locale,
        )

    def _message_id(self, row: Row) -> str:
        """It is kept from the first attempt on, whoever sends later."""
        if row["channel"] != EMAIL:
            return ""
        _, sender = read_sender(self.rules.channel.sender)
        return message_id(row["id"], sender.domain)


EMAIL = "email"
