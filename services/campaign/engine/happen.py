"""A fact happens to a customer in memory: what is known of her changes, her runs go on, journeys begin."""

from rapport.profile.v1 import events_pb2 as pb

from services.campaign.engine import know
from services.campaign.engine.catalogue import Journey
from services.campaign.engine.items import Item
from services.campaign.engine.listen import Happening
from services.campaign.engine.orders import same_order
from services.campaign.engine.runs import enter, go_on
from services.campaign.engine.work import Customer, Work


def told(work: Work, item: Item) -> None:
    """What is known of her."""
    match item.fact:
        case pb.UpdatedProfile():
            know.update(work, item.fact)
        case pb.ConsentChanged():
            know.decide(work, item.fact, item.told_us)
        case pb.ProfileMerged():
            know.merge(work, item.fact)


def happened(work: Work, one: Happening) -> None:
    """What she did takes on or ends the runs that are on their way, then brings her in where it begins."""
    customer = work.customer(one.profile_key)
    assert customer, "who did something that matters is loaded"
    customer.heard.append(one.event)
    for run in list(customer.runs):
        if work.catalogue.graphs[run.journey, run.version].hears(one.event.type, one.event.name):
            go_on(work, customer, run)
    for slug in one.begins:
        journey = work.catalogue.journeys[slug]
        if not began_by_it(work, customer, journey, one):
            enter(work, customer, journey, one.entry)


def began_by_it(work: Work, customer: Customer, journey: Journey, one: Happening) -> bool:
    """An order brings her in once, however often more becomes known of it."""
    return bool(one.event.revision) and any(
        other is not one.event and same_order(other, one.event) and journey.graph.begins(other, work.zone)
        for other in customer.heard
    )
