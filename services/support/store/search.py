"""Words of subjects and messages, and which tickets they occur in."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from chassis.hottx import Connection
from services.support.domain.search import Term

Rows = list[asyncpg.Record]


async def index(connection: Connection, workspace: str, document: UUID, text: str) -> None:
    """The words of a message, or of a ticket's subject, in place of what stood there."""
    await connection.execute("DELETE FROM word WHERE workspace = $1 AND document = $2", workspace, document)
    await connection.execute(INDEX, workspace, document, text[:MOST_CHARACTERS])


async def lexemes(connection: Connection, terms: Sequence[Term]) -> list[list[str]]:
    """The words of each term as the index knows them."""
    rows = await connection.fetch(LEXEMES, [term.text for term in terms])
    return [row["words"] for row in rows]


async def tickets(
    connection: Connection,
    workspace: str,
    terms: Sequence[Term],
    after: tuple[int, int],
    limit: int,
) -> Rows:
    """Tickets in which every term occurs, with the message in which most do, the best match first."""
    asked = [
        (place, word, term.prefix, term.text if term.phrase else "")
        for place, (term, words) in enumerate(zip(terms, await lexemes(connection, terms), strict=True))
        for word in words
    ]
    if not asked:
        return []
    columns = [list(column) for column in zip(*asked, strict=True)]
    return await connection.fetch(FOUND, workspace, *columns, *after, limit)


async def snippet(connection: Connection, text: str, terms: Sequence[Term]) -> str:
    """The place that matches best, with marks around the words."""
    words = [word for each in await lexemes(connection, terms) for word in each]
    prefixes = [f"{term.text.lower()}:*" for term in terms if term.prefix and term.text.isalnum()]
    asked = " | ".join(
        [*(f"'{word.replace(chr(39), '').replace(chr(92), '')}'" for word in words), *prefixes]
    )
    found = await connection.fetchval(SNIPPET, text[:MOST_CHARACTERS], asked, OPTIONS)
    return str(found)


MOST_CHARACTERS = 100_000
OPENS, CLOSES = "\ue000", "\ue001"
OPTIONS = f"StartSel={OPENS}, StopSel={CLOSES}, MaxWords=35, MinWords=15, MaxFragments=1"
INDEX = """
INSERT INTO word (workspace, word, document)
SELECT $1, word, $2 FROM unnest(tsvector_to_array(to_tsvector('simple', $3))) AS word
WHERE length(word) <= 100 LIMIT 5000
"""
LEXEMES = """
SELECT tsvector_to_array(to_tsvector('simple', term)) AS words
FROM unnest($1::text[]) WITH ORDINALITY AS t (term, place) ORDER BY place
"""
# A term is found where all of its words are, in one message or subject; a phrase has to stand there as such.
# A subject's document is the ticket itself, and weighs as much as four messages.
FOUND = """
WITH asked AS (
  SELECT * FROM unnest($2::int[], $3::text[], $4::boolean[], $5::text[]) AS a (term, word, prefix, phrase)
), hit AS (
  SELECT a.term, w.document FROM asked a, LATERAL (
    SELECT document FROM word WHERE workspace = $1 AND word = a.word AND NOT a.prefix
    UNION ALL
    SELECT document FROM word WHERE workspace = $1 AND a.prefix
      AND word >= a.word AND word <= a.word || U&'\\+10FFFD'
  ) w
  GROUP BY a.term, w.document
  HAVING count(DISTINCT a.word) = (SELECT count(*) FROM asked o WHERE o.term = a.term)
), placed AS (
  SELECT h.term, m.ticket, m.id AS message, 1 AS weight, m.body AS text FROM hit h
  JOIN message m ON m.workspace = $1 AND m.id = h.document
  UNION ALL
  SELECT h.term, t.number, NULL, 4, t.subject FROM hit h
  JOIN ticket t ON t.workspace = $1 AND t.id = h.document AND t.merged_into IS NULL
), meant AS (
  SELECT p.term, p.ticket, p.message, p.weight FROM placed p
  WHERE NOT EXISTS (
    SELECT FROM asked a WHERE a.term = p.term AND a.phrase <> ''
    AND NOT to_tsvector('simple', left(p.text, 100000)) @@ phraseto_tsquery('simple', a.phrase)
  )
), best AS (
  SELECT ticket, sum(weight)::int AS score FROM meant GROUP BY ticket
  HAVING count(DISTINCT term) = (SELECT count(DISTINCT term) FROM asked)
)
SELECT b.ticket, b.score, (
  SELECT m.message FROM meant m WHERE m.ticket = b.ticket
  GROUP BY m.message ORDER BY count(*) DESC, m.message IS NULL, m.message DESC LIMIT 1
) AS message
FROM best b WHERE (b.score, b.ticket) < ($6, $7) ORDER BY b.score DESC, b.ticket DESC LIMIT $8
"""
SNIPPET = "SELECT ts_headline('simple', $1, to_tsquery('simple', $2), $3)"
