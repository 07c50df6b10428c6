"""What a value is and how it compares, in the most obvious way: the oracle's own reading of the rules."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from conditions import grammar as g

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def compares(compare, value, t, zone):
    return so(compare, value, t, zone) != compare.negated


def so(compare, value, t, zone):
    if compare.operator == "NE":
        return not so(g.Comparison(g.Operator.EQ, compare.value), value, t, zone)
    if value is None or value == "":
        return False
    wanted = compare.value
    match compare.operator:
        case "EXISTS":
            return True
        case "EQ":
            return same_as(value) == same_as(wanted)
        case "GT" | "GTE" | "LT" | "LTE":
            return in_order(compare.operator, numeric(value), numeric(wanted))
        case "CONTAINS" if isinstance(value, list):
            return any(same_as(each) == same_as(wanted) for each in value if each not in (None, ""))
        case "HAS_ALL":
            return isinstance(value, list) and all(
                any(same_as(each) == same_as(one) for each in value) for one in wanted
            )
        case "IN":
            return any(same_as(value) == same_as(one) for one in wanted)
        case "CONTAINS" | "STARTS_WITH" | "ENDS_WITH":
            if isinstance(value, list | dict):
                return False
            found, part = as_text(value), as_text(wanted)
            where = {"CONTAINS": part in found, "STARTS_WITH": found.startswith(part)}
            return where.get(compare.operator, found.endswith(part))
    return date_so(compare, value, t, zone)


def in_order(operator, one, other):
    if one is None or other is None:
        return False
    return {"GT": one > other, "GTE": one >= other, "LT": one < other, "LTE": one <= other}[operator]


def numeric(value):
    if isinstance(value, bool | list | dict | datetime):
        return None
    if isinstance(value, int | float):
        return Decimal(str(value))
    if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", value):
        return Decimal(value)
    return None


def same_as(value):
    found = numeric(value)
    return ("text", as_text(value)) if found is None else ("number", found)


def as_text(value):
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def when(value, zone):
    """A date as (day or None, instant)."""
    if isinstance(value, datetime):
        return None, value
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = date.fromisoformat(value)
            return day, datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None, None
    return None, (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def date_so(compare, value, t, zone):
    now = EPOCH + timedelta(microseconds=t)
    _, at = when(value, zone)
    if at is None:
        return False
    local = at.astimezone(zone).date()
    if compare.operator in ("WITHIN_LAST", "WITHIN_NEXT"):
        length = timedelta(microseconds=compare.duration)
        turns = [at]
        if compare.yearly:
            years = range(now.year - 3, now.year + 4)
            turns = [when(birthday(local, year).isoformat(), zone)[1] for year in years]
        if compare.operator == "WITHIN_LAST":
            return any(now - length < turn <= now for turn in turns)
        return any(now < turn <= now + length for turn in turns)
    today = now.astimezone(zone).date()
    if compare.value is None:
        return birthday(local, today.year) == today if compare.yearly else local == today
    day, other = when(compare.value, zone)
    if compare.yearly:
        one, two = local.timetuple()[1:3], (day or other.astimezone(zone).date()).timetuple()[1:3]
        return {"BEFORE": one < two, "AFTER": one > two, "ON": one == two}[compare.operator]
    if day is None:
        return {"BEFORE": at < other, "AFTER": at > other}[compare.operator]
    return {"BEFORE": local < day, "AFTER": local > day, "ON": local == day}[compare.operator]


def birthday(day, year):
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
