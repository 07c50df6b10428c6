"""What batches write: each statement takes the workspace, and then its rows as columns."""

PROFILES = """
INSERT INTO profile (workspace, key, id, birth, revision, computed, create_time, update_time)
SELECT $1, * FROM unnest(
  $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[], $8::timestamptz[])
"""
ALIASES = """
UPDATE profile p SET merged_into = absorbed.survivor
FROM unnest($2::bigint[], $3::bigint[]) AS absorbed (key, survivor)
WHERE p.workspace = $1 AND p.key = absorbed.key
"""
# Who was absorbed before follows: a former name leads to the living profile in one step.
EARLIER_ALIASES = """
UPDATE profile p SET merged_into = absorbed.survivor
FROM unnest($2::bigint[], $3::bigint[]) AS absorbed (key, survivor)
WHERE p.workspace = $1 AND p.merged_into = absorbed.key
"""
LIVING = "UPDATE profile SET merged_into = NULL WHERE workspace = $1 AND key = ANY ($2::bigint[])"
IDENTIFIERS = """
INSERT INTO identifier (workspace, key, kind, value, profile_key, component, solo)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::boolean[])
ON CONFLICT (workspace, key) DO UPDATE
SET profile_key = excluded.profile_key, component = excluded.component, solo = excluded.solo
"""
CLAIMS = """
INSERT INTO claim (workspace, digest, anchor, identifiers, time_us, message)
SELECT $1, digest, anchor, string_to_array(numbers, ',')::bigint[], time_us, message
FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::uuid[])
  AS said (digest, anchor, numbers, time_us, message)
ON CONFLICT (workspace, digest) DO UPDATE SET time_us = excluded.time_us, message = excluded.message
"""
CONFLICTS = """
INSERT INTO conflict (workspace, id, identifiers, dropped, exceeded_kind, message, time_us)
SELECT $1, id, string_to_array(numbers, ',')::bigint[], dropped, kind, message, time_us
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::bigint[])
  AS found (id, numbers, dropped, kind, message, time_us)
ON CONFLICT (workspace, id) DO UPDATE SET message = excluded.message, time_us = excluded.time_us
"""
PROFILE_STATES = """
UPDATE profile p SET revision = now.revision, computed = now.computed, update_time = now.update_time
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
  AS now (key, revision, computed, update_time)
WHERE p.workspace = $1 AND p.key = now.key
"""
ANCHORS = """
INSERT INTO anchor (workspace, key, activity_count, first_us, last_us, registers, recent)
SELECT $1, key, activity_count, first_us, last_us, coalesce(registers, '{}'), recent
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
  AS used (key, activity_count, first_us, last_us, registers, recent)
ON CONFLICT (workspace, key) DO UPDATE
SET activity_count = excluded.activity_count, first_us = excluded.first_us, last_us = excluded.last_us,
    registers = CASE WHEN excluded.registers = '{}' THEN anchor.registers ELSE excluded.registers END,
    recent = excluded.recent
"""
ACTIVITIES = """
INSERT INTO activity (workspace, anchor, time_us, id, type, event, receive_us, original_us, message_id,
  properties, context, integrations, historical)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
  $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::boolean[])
"""
CONSENTS = """
INSERT INTO consent (workspace, anchor, time_us, id, channel, purpose, granted, source, evidence, scope,
  expire_us)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::boolean[],
  $8::text[], $9::text[], $10::text[], $11::bigint[])
"""
QUARANTINE = """
INSERT INTO quarantined_event (workspace, id, payload, reason, receive_us)
SELECT $1, * FROM unnest($2::uuid[], $3::bytea[], $4::text[], $5::bigint[]) ON CONFLICT DO NOTHING
"""
DEFER = """
INSERT INTO deferred_event (workspace, id, due_us, event)
SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::text[]) ON CONFLICT DO NOTHING
"""
PURCHASES = """
INSERT INTO purchase (workspace, order_id, anchor, state, placed_us, told, revision)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::boolean[], $7::bigint[])
ON CONFLICT (workspace, order_id) DO UPDATE
SET anchor = excluded.anchor, state = excluded.state, placed_us = excluded.placed_us,
    told = excluded.told, revision = excluded.revision
"""
TOUCH = """
INSERT INTO touched (workspace, profile_key) SELECT $1, * FROM unnest($2::bigint[]) ON CONFLICT DO NOTHING
"""
CARTS = """
INSERT INTO cart (workspace, anchor, cart_id, operations, last_us)
SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (workspace, anchor, cart_id) DO UPDATE
SET operations = excluded.operations, last_us = excluded.last_us
"""
