"""What a caller must know of the whole API, in the words that open its reference."""

ABOUT = """\
Customers, what they do, what they bought and what they allow, behind one door. Events come in
through the tracking API; everything else is a resource with a name, such as `profiles/0197…`, which
is also its path.

## Keys

Show a secret API key as `Authorization: Bearer <key>`, or as the user name of Basic authorization.
The key decides the workspace you are in and, by its scopes, what you may do. A write key may stand
in a browser: it captures events, and nothing else.

## JSON

Names are in snake_case. What is not set is left out where that means something; text, numbers and
lists are always there. Whole numbers of 64 bits are strings, because browsers round them; requests
may give either. Instants are RFC 3339, answered in UTC. Money is `{"currency_code": "EUR", "units":
"12", "nanos": 500000000}`: 12.50 €, exact. `null` in a request is as if the field were left out. A
field nobody knows is refused, a field that only the server sets is ignored, so you may send back
what you read.

## Lists

`page_size` is at most 1000. Give `next_page_token` back as `page_token` for the page after; it is
empty on the last one. Pages do not shift while you read them.

## Updates

`update_mask` names the fields to change, such as `display_name,time_zone`; without it, all you sent
are. Send the `etag` you read, and the update is refused if somebody else was faster.

## Repeating safely

Send an `Idempotency-Key`, or `request_id`, with anything that creates or spends. Repeated with the
same request, it happens once and answers the same; with another request, it is refused.

## Limits

Every key has a budget of calls, told in `RateLimit` and `RateLimit-Policy`. After 429 and 503 wait
as long as `Retry-After` says.

## Refusals

Every refusal is a problem document by RFC 9457. Programs decide by its `reason`, people read its
`detail`, and `violations` name every field that does not fit. [All reasons](/docs/errors) are
explained.
"""
