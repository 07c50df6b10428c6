"""What can happen to an account. Whoever calls has let the past happen first: see `catch_up`."""

from uuid import UUID

from services.loyalty.domain.ledger import (
    About,
    Account,
    End,
    Entry,
    Kind,
    Lot,
    Pin,
    Place,
    Posting,
    Reservation,
    State,
    Told,
    Wallet,
    post,
    taken,
)


def credit(
    account: Account, currency: str, lot: Lot, about: About, now: int, *, historical: bool = False
) -> Entry:
    """Opens a lot. What would have become of it up to *now*, had we heard in time, becomes of it."""
    wallet = account.wallet(currency)
    wallet.lots[lot.id] = lot
    waits = lot.available_us > lot.earned_us
    kind, place = (Kind.PEND, Place.PENDING) if waits else (Kind.EARN, Place.ACTIVE)
    entry = post(
        account,
        wallet,
        kind,
        lot.earned_us,
        [Posting(place, lot.points, lot.id), Posting(Place.ISSUED, -lot.points)],
        about=about,
        told=Told(lot=lot, historical=historical),
    )
    catch_up(account, now)
    repay(account, wallet, now)
    return entry


def accept(account: Account, wallet: Wallet, lot: Lot, at: int, about: About | None = None) -> Entry:
    points = lot.pending
    entry = post(
        account,
        wallet,
        Kind.ACCEPT,
        at,
        [Posting(Place.PENDING, -points, lot.id), Posting(Place.ACTIVE, points, lot.id)],
        about=about or About(lot.source, rule=lot.rule, version=lot.version),
        told=Told(lot=lot),
    )
    lot.available_us = min(lot.available_us, at)
    if not expire(account, wallet, lot, at):
        repay(account, wallet, max(at, wallet.debt_us))
    return entry


def reject(account: Account, wallet: Wallet, lot: Lot, at: int, about: About) -> Entry:
    points = lot.pending
    lot.end = End.REJECTED
    return post(
        account,
        wallet,
        Kind.REJECT,
        at,
        [Posting(Place.PENDING, -points, lot.id), Posting(Place.ISSUED, points)],
        about=about,
        told=Told(lot=lot, wanted=points),
    )


def expire(account: Account, wallet: Wallet, lot: Lot, at: int) -> bool:
    """Takes what is left of a lot whose time is over at *at*, once; what is set aside stays."""
    if not lot.active or lot.expires_us is None or at < lot.expires_us:
        return False
    lot.end = End.EXPIRED
    post(
        account,
        wallet,
        Kind.EXPIRE,
        at,
        [Posting(Place.ACTIVE, -lot.active, lot.id), Posting(Place.EXPIRED, lot.active)],
        about=About(lot.source, rule=lot.rule, version=lot.version),
        told=Told(lot=lot),
    )
    return True


def repay(account: Account, wallet: Wallet, at: int) -> None:
    """What is owed is paid from what came in, before anything else is done with it."""
    parts = list(taken(account, [lot for lot in wallet.lots.values() if lot.usable(at)], wallet.debt))
    paid = sum(points for _, points in parts)
    if paid:
        out = [Posting(Place.ACTIVE, -points, lot.id) for lot, points in parts]
        post(account, wallet, Kind.REPAY, at, [*out, Posting(Place.DEBT, paid)])


def reserve(account: Account, reservation: Reservation, at: int, about: About) -> bool:
    """Sets points aside; False, and nothing has changed, when there are not as many."""
    wallet = account.wallet(reservation.currency)
    parts = list(taken(account, [lot for lot in wallet.lots.values() if lot.usable(at)], reservation.points))
    if sum(points for _, points in parts) < reservation.points:
        return False
    reservation.pins = [Pin(lot.id, points, lot.earned_us, lot.expires_us) for lot, points in parts]
    account.reservations[reservation.id] = reservation
    moved = [
        posting
        for lot, points in parts
        for posting in (Posting(Place.ACTIVE, -points, lot.id), Posting(Place.RESERVED, points, lot.id))
    ]
    post(account, wallet, Kind.RESERVE, at, moved, about=about, told=Told(reservation=reservation))
    account.changed_reservations[reservation.id] = reservation
    return True


def confirm(account: Account, reservation: Reservation, points: int, at: int, about: About) -> Entry:
    """Spends so many of the points set aside, in the order they were pinned; the rest returns."""
    assert 0 < points <= reservation.points, "more than was set aside cannot be spent"
    wallet = account.wallet(reservation.currency)
    spent, rest = split(reservation.pins, points)
    reservation.confirmed, reservation.pins = points, spent
    ended(account, reservation, State.CONFIRMED, at)
    # The rest first, so that what she holds after the purchase is told with it.
    put_back(account, wallet, rest, reservation, at, about=about)
    out = [Posting(Place.RESERVED, -pin.points, pin.lot) for pin in spent]
    return post(
        account,
        wallet,
        Kind.CONFIRM,
        at,
        [*out, Posting(Place.REDEEMED, points)],
        about=about,
        told=Told(reservation=reservation),
    )


def release(account: Account, reservation: Reservation, at: int, about: About, state: State) -> None:
    """Gives back what was set aside. What expired meanwhile expires at once."""
    wallet = account.wallet(reservation.currency)
    ended(account, reservation, state, at)
    put_back(account, wallet, reservation.pins, reservation, at, about=about)


def put_back(
    account: Account, wallet: Wallet, pins: list[Pin], reservation: Reservation, at: int, *, about: About
) -> None:
    if not pins:
        return
    moved = [
        posting
        for pin in pins
        for posting in (
            Posting(Place.RESERVED, -pin.points, pin.lot),
            Posting(Place.ACTIVE, pin.points, pin.lot),
        )
    ]
    post(account, wallet, Kind.RELEASE, at, moved, about=about, told=Told(reservation=reservation))
    for pin in pins:
        expire(account, wallet, wallet.lots[pin.lot], at)
    repay(account, wallet, max(at, wallet.debt_us))


def split(pins: list[Pin], points: int) -> tuple[list[Pin], list[Pin]]:
    """The pins that make up so many points, and the others."""
    spent, rest = [], []
    for pin in pins:
        part = min(points, pin.points)
        points -= part
        if part:
            spent.append(pin._replace(points=part))
        if part < pin.points:
            rest.append(pin._replace(points=pin.points - part))
    return spent, rest


def ended(account: Account, reservation: Reservation, state: State, at: int) -> None:
    assert reservation.state is State.HELD, "exactly one ends it"
    reservation.state, reservation.ended_us = state, at
    account.reservations.pop(reservation.id, None)
    account.changed_reservations[reservation.id] = reservation


def adjust(account: Account, currency: str, points: int, lot: Lot, at: int, *, about: About) -> bool:
    """Adds a lot, or takes away; False, and nothing has changed, when there are not as many."""
    wallet = account.wallet(currency)
    if points > 0:
        wallet.lots[lot.id] = lot
        came = [Posting(Place.ACTIVE, points, lot.id), Posting(Place.ADJUSTED, -points)]
        post(account, wallet, Kind.ADJUST, at, came, about=about, told=Told(lot=lot))
        catch_up(account, at)
        repay(account, wallet, at)
        return True
    parts = list(taken(account, [each for each in wallet.lots.values() if each.usable(at)], -points))
    if sum(part for _, part in parts) < -points:
        return False
    out = [Posting(Place.ACTIVE, -part, each.id) for each, part in parts]
    post(account, wallet, Kind.ADJUST, at, [*out, Posting(Place.ADJUSTED, -points)], about=about)
    return True


def claw(
    account: Account,
    currency: str,
    lot: UUID,
    points: int,
    at: int,
    *,
    about: About,
    owe: bool,
    refund_id: str = "",
) -> Entry | None:
    """Takes back: what still waits of the lot, what is left of it, other lots; then it is owed, or let go."""
    wallet = account.wallet(currency)
    own = wallet.lots.get(lot)
    parts: list[Posting] = []
    left = points
    for place, there in ((Place.PENDING, own.pending), (Place.ACTIVE, own.active)) if own else ():
        parts.append(Posting(place, -min(left, there), lot))
        left += parts[-1].points
    others = [each for each in wallet.lots.values() if each.id != lot and each.usable(at)]
    for each, part in taken(account, others, left):
        parts.append(Posting(Place.ACTIVE, -part, each.id))
        left -= part
    owed = left if owe else 0
    back = points - left + owed
    if not back:
        return None
    if own and own.pending and own.pending == -parts[0].points:
        own.end = End.REJECTED
    if owed:
        wallet.debt_us = max(wallet.debt_us, at)
    parts += [Posting(Place.DEBT, -owed), Posting(Place.ISSUED, back)]
    told = Told(refund_id=refund_id, wanted=points, debt=owed)
    return post(account, wallet, Kind.CLAW_BACK, at, parts, about=about, told=told)


def give_back(account: Account, reservation: Reservation, grace_us: int, at: int, about: About) -> Entry:
    """Points spent on an order that came back: once, with their expiry, or at least so long."""
    assert reservation.state is State.CONFIRMED, "only what was spent can come back"
    assert not reservation.returned, "it comes back once"
    reservation.returned = True
    account.changed_reservations[reservation.id] = reservation
    wallet = account.wallet(reservation.currency)
    came: list[Posting] = []
    for pin in reservation.pins:
        until = None if pin.expires_us is None else max(pin.expires_us, at + grace_us)
        lot = Lot(account.ids(), pin.points, pin.earned_us, at, until, about.source, version=about.version)
        wallet.lots[lot.id] = lot
        came.append(Posting(Place.ACTIVE, pin.points, lot.id))
    entry = post(
        account,
        wallet,
        Kind.RETURN,
        at,
        [*came, Posting(Place.REDEEMED, -reservation.confirmed)],
        about=about,
    )
    repay(account, wallet, at)
    return entry


def merge(absorbed: Account, survivor: Account, at: int) -> None:
    """One person, one account: lots, reservations and what is owed move; points keep their dates."""
    for currency, wallet in absorbed.wallets.items():
        moving = [lot for lot in wallet.lots.values() if lot.pending or lot.active or lot.reserved]
        held = [
            Posting(place, points, lot.id)
            for lot in moving
            for place, points in (
                (Place.PENDING, lot.pending),
                (Place.ACTIVE, lot.active),
                (Place.RESERVED, lot.reserved),
            )
            if points
        ]
        if wallet.debt:
            held.append(Posting(Place.DEBT, -wallet.debt))
        if not held:
            continue
        net = sum(each.points for each in held)
        other = survivor.wallet(currency)
        out = [each._replace(points=-each.points) for each in held]
        post(absorbed, wallet, Kind.MERGE, at, [*out, Posting(Place.ADJUSTED, net)])
        for lot in moving:
            absorbed.changed_lots.pop(lot.id)
            other.lots[lot.id] = lot
        wallet.lots.clear()
        other.debt_us = max(other.debt_us, wallet.debt_us)
        post(survivor, other, Kind.MERGE, at, [*held, Posting(Place.ADJUSTED, -net)])
        repay(survivor, other, at)
    for reservation in absorbed.reservations.values():
        survivor.reservations[reservation.id] = reservation
        survivor.changed_reservations[reservation.id] = reservation
    absorbed.reservations.clear()


def catch_up(account: Account, now: int) -> None:
    """Everything whose time has come happens, each at its own instant, however late we are."""
    while due := next_due(account, now):
        at, turn, wallet, what = due
        if isinstance(what, Reservation):
            release(account, what, at, About(f"reservations/{what.id}"), State.TIMED_OUT)
        elif turn == ACCEPTED:
            assert wallet is not None
            accept(account, wallet, what, at)
        else:
            assert wallet is not None
            expire(account, wallet, what, at)


def next_due(account: Account, now: int) -> tuple[int, int, Wallet | None, Lot | Reservation] | None:
    """What comes first: at one instant waiting points are accepted, then time-outs, then expiry."""
    found: list[tuple[int, int, Wallet | None, Lot | Reservation]] = [
        (each.expires_us, TIMED_OUT, None, each)
        for each in account.reservations.values()
        if each.expires_us <= now
    ]
    for wallet in account.wallets.values():
        for lot in wallet.lots.values():
            if lot.pending and lot.available_us <= now:
                found.append((lot.available_us, ACCEPTED, wallet, lot))
            if lot.active and lot.expires_us is not None and lot.expires_us <= now:
                found.append((lot.expires_us, OVER, wallet, lot))
    return min(found, key=lambda each: (each[0], each[1], each[3].id), default=None)


def first_due(account: Account) -> int | None:
    """When next something happens by itself; None when nothing will."""
    times = [each.expires_us for each in account.reservations.values()]
    for wallet in account.wallets.values():
        for lot in wallet.lots.values():
            if lot.pending:
                times.append(lot.available_us)
            if lot.active and lot.expires_us is not None:
                times.append(lot.expires_us)
    return min(times, default=None)


ACCEPTED, TIMED_OUT, OVER = 0, 1, 2
