"""The door: each method is answered by the room that has it."""

from rapport.support.v1.support_pb2_grpc import SupportServiceServicer

from chassis.clock import Clock
from chassis.db import Database
from chassis.serving import answered_by
from services.support.rpc.agents import Agents
from services.support.rpc.calendars import Calendars
from services.support.rpc.mail import Mail
from services.support.rpc.mailboxes import Mailboxes
from services.support.rpc.merges import Merges
from services.support.rpc.messages import Messages
from services.support.rpc.policies import Policies
from services.support.rpc.searching import Searching
from services.support.rpc.targets import Targets
from services.support.rpc.teams import Teams
from services.support.rpc.tickets import Tickets
from services.support.rpc.verbs import Verbs


def support_service(db: Database, clock: Clock, reply_secret: str) -> SupportServiceServicer:
    return answered_by(
        SupportServiceServicer(),
        Tickets(db, clock),
        Verbs(db, clock),
        Merges(db, clock),
        Messages(db, clock),
        Searching(db),
        Mail(db, clock, reply_secret),
        Teams(db, clock),
        Agents(db, clock),
        Mailboxes(db, clock),
        Calendars(db, clock),
        Policies(db, clock),
        Targets(db, clock),
    )
