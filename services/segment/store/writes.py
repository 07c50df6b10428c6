"""What batches write: each statement takes the workspace, and then its rows as columns."""

# Whom we had not met. Who was met already stays as she is.
PROFILES = """
INSERT INTO profile (workspace, key, id, create_us, clock_us, state)
SELECT $1, key, id, create_us, 0, '{}' FROM unnest($2::bigint[], $3::uuid[], $4::bigint[])
  AS met (key, id, create_us)
ON CONFLICT DO NOTHING
"""
ANCHORS = """
INSERT INTO anchor (workspace, key, profile_key) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
ON CONFLICT (workspace, key) DO UPDATE SET profile_key = excluded.profile_key
"""
# An activity that is there already was told twice.
ACTIVITIES = """
INSERT INTO activity (workspace, anchor, time_us, id, type, event, receive_us, properties, context,
  historical)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
  $8::text[], $9::text[], $10::boolean[])
ON CONFLICT DO NOTHING RETURNING id
"""
PURCHASES = """
INSERT INTO purchase (workspace, name, profile_key, revision, order_us, since_us, gone, cause, document)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[],
  $8::text[], $9::text[])
ON CONFLICT DO NOTHING RETURNING name, revision
"""
COMPUTED = """
INSERT INTO computed (workspace, profile_key, revision, time_us, document)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
ON CONFLICT DO NOTHING RETURNING profile_key, revision
"""
CONSENTS = """
INSERT INTO consent (workspace, profile_key, channel, purpose, time_us, decision, expire_us)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[])
ON CONFLICT DO NOTHING
"""
STATES = """
UPDATE profile p SET clock_us = now.clock_us, state = now.state
FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS now (key, clock_us, state)
WHERE p.workspace = $1 AND p.key = now.key
"""
DUE = """
INSERT INTO due (workspace, profile_key, due_us) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
ON CONFLICT (workspace, profile_key) DO UPDATE SET due_us = excluded.due_us
"""
NOT_DUE = "DELETE FROM due WHERE workspace = $1 AND profile_key = ANY ($2::bigint[])"
ENTERED = """
INSERT INTO member (workspace, segment, profile_key, since_us)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[])
"""
EXITED = """
DELETE FROM member m USING unnest($2::bigint[], $3::bigint[]) AS gone (segment, profile_key)
WHERE m.workspace = $1 AND m.segment = gone.segment AND m.profile_key = gone.profile_key
"""
COUNTS = """
UPDATE segment s SET member_count = member_count + told.difference
FROM unnest($2::bigint[], $3::bigint[]) AS told (id, difference)
WHERE s.workspace = $1 AND s.id = told.id
"""
CHANGES = """
INSERT INTO change (workspace, sequence_number, segment, version, profile_key, entered, time_us, record_us,
  kind, activity, other_profile, late)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::boolean[], $7::bigint[],
  $8::bigint[], $9::smallint[], $10::text[], $11::text[], $12::boolean[])
"""
ABSORBED = "UPDATE profile SET merged_into = $3 WHERE workspace = $1 AND (key = $2 OR merged_into = $2)"
HANDED_OVER = "UPDATE anchor SET profile_key = $3 WHERE workspace = $1 AND profile_key = $2"
INHERITED = "UPDATE purchase SET profile_key = $3 WHERE workspace = $1 AND profile_key = $2"
REVIVED = "UPDATE profile SET merged_into = NULL WHERE workspace = $1 AND key = $2"
# Orders that activities under these anchors told of go with them.
MOVED_PURCHASES = """
UPDATE purchase p SET profile_key = $3
WHERE p.workspace = $1 AND p.profile_key = ANY ($2::bigint[]) AND p.cause IN (
  SELECT a.id::text FROM activity a WHERE a.workspace = $1 AND a.anchor = ANY ($4::bigint[])
)
"""
TOUCHED = """
INSERT INTO touched (workspace, first_key, last_key) SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
ON CONFLICT DO NOTHING
"""
SEEN = """
INSERT INTO inbox (consumer, event_id, taken_at) SELECT $1, id, $3 FROM unnest($2::text[]) AS id
ON CONFLICT DO NOTHING RETURNING event_id
"""
POSITION = """
INSERT INTO numbering (workspace, sequence_number) VALUES ($1, $2)
ON CONFLICT (workspace) DO UPDATE SET sequence_number = numbering.sequence_number + $2
RETURNING sequence_number
"""
EVIDENCE = """
SELECT a.*, wanted.profile_key
FROM unnest($2::bigint[], $3::bigint[], $4::uuid[]) AS wanted (profile_key, time_us, id)
JOIN anchor o ON o.workspace = $1 AND o.profile_key = wanted.profile_key
JOIN activity a ON a.workspace = $1 AND a.anchor = o.key AND a.time_us = wanted.time_us AND a.id = wanted.id
"""
