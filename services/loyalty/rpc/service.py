"""The door: each method is answered by the room that has one of its name."""

from rapport.loyalty.v1 import loyalty_pb2_grpc

from chassis.db import Database
from chassis.serving import answered_by
from services.loyalty.actions.work import Desk
from services.loyalty.rpc.accounts import Accounts
from services.loyalty.rpc.points import Points
from services.loyalty.rpc.programmes import Programmes
from services.loyalty.rpc.reservations import Reservations
from services.loyalty.rpc.rewards import Rewards
from services.loyalty.rpc.rules import Rules
from services.loyalty.rpc.statements import Statements
from services.loyalty.rpc.tiers import Tiers


def loyalty_service(db: Database, desk: Desk) -> loyalty_pb2_grpc.LoyaltyServiceServicer:
    rooms = (Programmes, Rules, Tiers, Rewards, Accounts, Statements, Points, Reservations)
    return answered_by(loyalty_pb2_grpc.LoyaltyServiceServicer(), *(room(db, desk) for room in rooms))
