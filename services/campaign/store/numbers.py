"""Under which numbers a customer is known: her own, and those of whoever became part of her."""

# Each of the living customers in $2 with each of her numbers. They are looked up one by one, by the shape of
# the statement: of a table that was filled a moment ago the planner knows nothing, and would read it whole.
NUMBERS = """
SELECT asked.living, n.key FROM unnest($2::bigint[]) AS asked (living) CROSS JOIN LATERAL (
  SELECT asked.living AS key
  UNION ALL
  SELECT key FROM contact WHERE workspace = $1 AND merged_into = asked.living
) AS n
"""
