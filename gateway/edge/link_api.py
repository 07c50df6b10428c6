"""What the OpenAPI document says of the links in mails. People follow them; programs unsubscribe by them."""

from typing import Any

Schema = dict[str, Any]


def operation(
    name: str, summary: str, description: str, *statuses: str, body: Schema | None = None
) -> Schema:
    found: Schema = {
        "operationId": f"Links_{name}",
        "summary": summary,
        "description": description,
        "tags": ["Links"],
        "security": [],
        "parameters": [TOKEN],
        "responses": {status: ANSWERS[status] for status in statuses},
    }
    return found | ({"requestBody": body} if body else {})


def html(description: str, *, later: bool = False) -> Schema:
    found: Schema = {"description": description, "content": {"text/html": {"schema": {"type": "string"}}}}
    return found | ({"headers": {"Retry-After": AFTER}} if later else {})


def form(schema: str, description: str) -> Schema:
    media: Schema = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    content = {"application/x-www-form-urlencoded": media, "multipart/form-data": media}
    return {"description": description, "content": content}


TOKEN: Schema = {
    "name": "token",
    "in": "path",
    "required": True,
    "description": "What the link is about, signed by us. It is valid for as long as the message is kept.",
    "schema": {"type": "string"},
}
AFTER: Schema = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
ANSWERS: dict[str, Schema] = {
    "200": html("A page for people."),
    "302": {
        "description": "To the address that was stored when the message went out.",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
    },
    "404": html("Nothing we ever gave out."),
    "413": html("The form is larger than 64 KiB."),
    "429": html("Too many from one address.", later=True),
    "500": html("It broke on our side."),
    "503": html("Not just now; nothing was changed.", later=True),
}
PASSING = ("429", "500", "503")
FRAGMENT: Schema = {
    "tags": [
        {
            "name": "Links",
            "description": "Where the links in messages lead. No key and no cookie: the token is enough.",
        }
    ],
    "paths": {
        "/c/{token}": {
            "get": operation(
                "Click",
                "Follows a link",
                "Nothing in the request can change where it leads.",
                *("302", "404", *PASSING),
            )
        },
        "/o/{token}": {
            "get": operation("Open", "A pixel", "Always one, whatever the token; never cached.")
            | {
                "responses": {
                    "200": {
                        "description": "A transparent GIF of one pixel.",
                        "content": {"image/gif": {"schema": {"type": "string", "format": "binary"}}},
                    }
                }
            }
        },
        "/u/{token}": {
            "get": operation(
                "Unsubscribe_page",
                "Shows what one click would leave",
                "Unsubscribes nobody, however often it is asked for.",
                *("200", "404", *PASSING),
            ),
            "post": operation(
                "Unsubscribe",
                "Unsubscribes by one click",
                "RFC 8058. Never redirects; twice is the same as once. Whoever posts here leaves, whatever "
                "the form says.",
                *("200", "404", "413", *PASSING),
                body=form("OneClick", "As mailbox providers send it."),
            ),
        },
        "/p/{token}": {
            "get": operation(
                "Preferences_page",
                "Shows the topics a customer takes and leaves",
                "Changes nothing.",
                *("200", "404", *PASSING),
            ),
            "post": operation(
                "Preferences",
                "Takes and leaves topics",
                "Only topics that were shown can change.",
                *("200", "404", "413", *PASSING),
                body=form("PreferenceForm", "As the page sends it."),
            ),
        },
    },
    "components": {
        "schemas": {
            "OneClick": {"type": "object", "properties": {"List-Unsubscribe": {"const": "One-Click"}}},
            "PreferenceForm": {
                "type": "object",
                "properties": {
                    "shown": {
                        "type": "array",
                        "description": "The topics that were shown.",
                        "maxItems": 200,
                        "items": {"type": "string", "maxLength": 63},
                    },
                    "topic": {
                        "type": "array",
                        "description": "Those of them that are taken.",
                        "maxItems": 200,
                        "items": {"type": "string", "maxLength": 63},
                    },
                    "button": {
                        "enum": ["save", "all"],
                        "description": "`all` unsubscribes from everything.",
                    },
                },
            },
        }
    },
}
