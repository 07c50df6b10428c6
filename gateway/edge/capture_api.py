"""What the OpenAPI document says of the tracking API. Its form is Segment's; its promises are ours."""

from typing import Any

Schema = dict[str, Any]


def operation(name: str, summary: str, description: str, schema: str) -> Schema:
    return {
        "post": {
            "operationId": f"Capture_{name}",
            "summary": summary,
            "description": f"{description}\n\n{PROMISE}",
            "tags": ["Capture"],
            "security": [{"basic": []}, {"bearer": []}, {}],
            "parameters": [WRITE_KEY],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ref("schemas", schema)}},
            },
            "responses": {"200": TAKEN, **REFUSALS},
        }
    }


def ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


PROMISE = (
    "Answers 200 once the events are stored safely. Events that cannot be understood are listed in "
    "`rejected` and kept in quarantine; the others are taken. 503 is always passing: send the same request "
    "again after `Retry-After` seconds. Any Content-Type is read as JSON; gzip is welcome. The write key may "
    "stand in Basic authorization, in the query, or as `writeKey` in the body."
)
WRITE_KEY: Schema = {
    "name": "writeKey",
    "in": "query",
    "description": "The write key, for senders that can set neither headers nor body.",
    "schema": {"type": "string"},
}
TAKEN: Schema = {
    "description": "The events are stored.",
    "content": {"application/json": {"schema": ref("schemas", "Captured")}},
}
REFUSALS: Schema = {
    "400": ref("responses", "BadRequest"),
    "401": ref("responses", "Unauthenticated"),
    "403": ref("responses", "Forbidden"),
    "413": ref("responses", "BodyTooLarge"),
    "415": ref("responses", "MediaTypeUnsupported"),
    "500": ref("responses", "Broken"),
    "503": ref("responses", "Unavailable"),
}
CALLS = (
    ("identify", "i", "Tells what is known of a person", "`traits` are kept, the newest value of each."),
    (
        "track",
        "t",
        "Tells what a person did",
        "`event` is its name, `properties` what is to be said about it.",
    ),
    ("page", "p", "Tells that a page was seen", "`name` is the page's name."),
    ("screen", "s", "Tells that a screen of an app was seen", "`name` is the screen's name."),
    ("group", "g", "Tells which company a person belongs to", "`traits` are the group's."),
    ("alias", "a", "Tells that a person was known as `previousId`", "Joins it with `userId`."),
)
BATCHES = (
    ("batch", "b", "Tells many things at once", "Every event states its `type`. At most 5,000, and 4 MB."),
    ("import", None, "Tells many things of the past", "They count like others, and start no journey."),
)


def paths() -> Schema:
    made: Schema = {}
    for calls, schema in ((CALLS, "TrackedEvent"), (BATCHES, "TrackedBatch")):
        for name, letter, summary, description in calls:
            made[f"/v1/{name}"] = operation(name, summary, description, schema)
            if letter:
                short = f"What analytics.js calls `/v1/{name}`."
                made[f"/v1/{letter}"] = operation(letter, summary, short, schema)
    return made | {"/v1/m": METRICS, "/v1/projects/{writeKey}/settings": SETTINGS}


METRICS: Schema = {
    "post": {
        "operationId": "Capture_m",
        "summary": "Takes the numbers analytics.js keeps about itself",
        "description": "They are not kept.",
        "tags": ["Capture"],
        "security": [{}],
        "requestBody": {"content": {"application/json": {"schema": {}}}},
        "responses": {"200": TAKEN, "413": REFUSALS["413"], "500": REFUSALS["500"]},
    }
}
SETTINGS: Schema = {
    "get": {
        "operationId": "Capture_settings",
        "summary": "Tells analytics.js where to send events",
        "description": "What Segment's library asks its CDN before it starts. Set its `cdnURL` to us.",
        "tags": ["Capture"],
        "security": [{}],
        "parameters": [
            {
                "name": "writeKey",
                "in": "path",
                "required": True,
                "description": "The write key.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,200}$"},
            }
        ],
        "responses": {
            "200": {
                "description": "The settings.",
                "content": {
                    "application/json": {"schema": {"type": "object", "required": ["integrations", "plan"]}}
                },
            },
            "401": REFUSALS["401"],
            "500": REFUSALS["500"],
            "503": REFUSALS["503"],
        },
    }
}
ID: Schema = {"type": ["string", "number", "null"], "maxLength": 500}
TIME: Schema = {
    "type": ["string", "number", "null"],
    "description": "ISO 8601, or milliseconds since 1970.",
    "examples": ["2026-11-22T10:00:00.000Z"],
}
OBJECT: Schema = {"type": ["object", "null"]}
EVENT: Schema = {
    "type": "object",
    "description": "One event, 32 KB at most. It names its person by `userId`, `anonymousId`, or both.",
    "properties": {
        "type": {"enum": ["identify", "track", "page", "screen", "group", "alias"]},
        "messageId": ID
        | {"maxLength": 200, "description": "Makes the event count once. Else its content does."},
        "event": {"type": ["string", "null"], "maxLength": 200, "examples": ["Product Viewed"]},
        "name": {"type": ["string", "null"]},
        "userId": ID,
        "anonymousId": ID,
        "previousId": ID,
        "groupId": ID,
        "timestamp": TIME,
        "originalTimestamp": TIME,
        "sentAt": TIME | {"description": "By it the client's clock is corrected."},
        "traits": OBJECT,
        "properties": OBJECT,
        "context": OBJECT,
        "integrations": OBJECT,
    },
}
# What does not fit is taken all the same, and reported: any object is an event to this door.
ANY_EVENT: Schema = {"anyOf": [ref("schemas", "SoundEvent"), {}]}
FRAGMENT: Schema = {
    "tags": [
        {
            "name": "Capture",
            "description": "The Segment tracking API: every library that speaks it can be pointed here.",
        }
    ],
    "paths": paths(),
    "components": {
        "schemas": {
            "SoundEvent": EVENT,
            "TrackedEvent": {"type": "object", "anyOf": [ref("schemas", "SoundEvent"), {"type": "object"}]},
            "TrackedBatch": {
                "type": "object",
                "required": ["batch"],
                "properties": {
                    "batch": {"type": "array", "maxItems": 5000, "items": ANY_EVENT},
                    "sentAt": {"description": "When the batch was sent, by the sender's clock."},
                    "context": {"description": "For events that bring no context of their own."},
                    "integrations": {"description": "For events that bring none of their own."},
                },
            },
            "Captured": {
                "type": "object",
                "required": ["success"],
                "properties": {
                    "success": {"const": True},
                    "rejected": {
                        "type": "array",
                        "description": "Events that were kept in quarantine, with the reason.",
                        "items": {
                            "type": "object",
                            "required": ["index", "field", "reason"],
                            "properties": {
                                "index": {
                                    "type": "integer",
                                    "description": "Its place in the batch, from 0.",
                                },
                                "field": {"type": "string", "description": "Which field; empty: the event."},
                                "reason": {"type": "string", "description": "What to change."},
                            },
                        },
                    },
                },
            },
        }
    },
}
