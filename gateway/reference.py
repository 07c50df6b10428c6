"""The API reference for people: one page for the calls, one for the refusals, from the OpenAPI document.

The pages are whole: no script, no font, no picture, no other host.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .examples import example
from .markup import Html, element, inline, joined, prose

Schema = Mapping[str, Any]


def reference_page(document: Schema) -> bytes:
    """`/docs`: every call with its parameters, bodies and answers, then every type."""
    schemas = document["components"]["schemas"]
    groups = [(tag, list(operations(document, tag["name"]))) for tag in document["tags"]]
    body = joined(
        element(
            "header",
            element("h1", document["info"]["title"] + " API"),
            prose(document["info"]["description"], "h2"),
        ),
        (call_group(tag, calls, schemas) for tag, calls in groups),
        element(
            "section",
            element("h2", "Types"),
            (type_article(name, each) for name, each in sorted(schemas.items()) if name != REASONS),
            id="types",
        ),
    )
    navigation = joined(
        nav_group(tag["name"], [(f"#{each['operationId']}", label(each)) for _, _, each in calls])
        for tag, calls in groups
    ) + nav_group("Types", [(f"#type-{name}", name) for name in sorted(schemas) if name != REASONS])
    return page("API reference", Html(navigation), body)


def errors_page(document: Schema) -> bytes:
    """`/docs/errors`: every reason, at the anchor that the `type` of its problem document leads to."""
    reasons = document["components"]["schemas"][REASONS]
    says, services = reasons["x-enum-descriptions"], reasons["x-services"]
    body = joined(
        element("header", element("h1", "Why a call is refused"), element("p", reasons["description"])),
        (
            element(
                "article",
                element("h2", element("code", reason)),
                element("p", inline(said)),
                element("p", "Given by: ", ", ".join(services[reason]), class_="quiet"),
                id=reason,
                class_="reason",
            )
            for reason, said in says.items()
        ),
    )
    return page("Reasons", nav_group("Reasons", [(f"#{reason}", reason) for reason in says]), body)


def operations(document: Schema, tag: str) -> Iterator[tuple[str, str, Schema]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if verb in VERBS and tag in operation.get("tags", ()):
                yield verb, path, operation


def call_group(tag: Schema, calls: list[tuple[str, str, Schema]], schemas: Schema) -> Html:
    heading = element("h2", tag["name"]), prose(tag.get("description", ""))
    articles = (call_article(verb, path, operation, schemas) for verb, path, operation in calls)
    return element("section", *heading, articles, id=f"tag-{tag['name']}")


def call_article(verb: str, path: str, operation: Schema, schemas: Schema) -> Html:
    body = body_schema(operation.get("requestBody"))
    answer = body_schema(operation["responses"].get("200"))
    return element(
        "article",
        element("h3", label(operation)),
        element(
            "p",
            element("span", verb.upper(), class_=f"verb {verb}"),
            " ",
            element("code", path),
            class_="path",
        ),
        element(
            "div",
            element(
                "div",
                prose(operation.get("description", "")),
                parameter_list(operation.get("parameters", [])),
                body_part("Body", body),
                body_part("Answer", answer),
                status_list(operation["responses"]),
            ),
            element("div", samples(verb, path, body, answer, schemas), class_="samples"),
            class_="columns",
        ),
        id=operation["operationId"],
    )


def label(operation: Schema) -> str:
    """`Record consent`, of ProfileService_RecordConsent."""
    name = str(operation["operationId"]).split("_")[1 if "_" in operation["operationId"] else 0]
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    plain = " ".join(word.lower() for word in words)
    return (plain[:1].upper() + plain[1:]).replace(" api ", " API ")


def parameter_list(parameters: list[Schema]) -> Html:
    if not parameters:
        return Html()
    rows = (
        row(
            each["name"],
            each["schema"],
            each.get("description", ""),
            [each["in"], *(["required"] if each.get("required") else [])],
        )
        for each in parameters
    )
    return joined(element("h4", "Parameters"), element("dl", rows))


def body_part(title: str, schema: Schema | None) -> Html:
    """A type of its own is led to; what is made for this call alone is spread out."""
    if schema is None:
        return Html()
    shown = (
        element("p", kind(schema))
        if "$ref" in schema or not schema.get("properties")
        else property_list(schema)
    )
    return joined(element("h4", title), shown)


def property_list(schema: Schema) -> Html:
    required = schema.get("required", ())
    rows = (
        row(name, each, each.get("description", ""), notes(name, each, required))
        for name, each in schema.get("properties", {}).items()
    )
    return element("dl", rows)


def notes(name: str, schema: Schema, required: Any) -> list[str]:
    return [
        word
        for word, holds in (("required", name in required), ("read only", schema.get("readOnly")))
        if holds
    ]


def row(name: str, schema: Schema, description: str, words: list[str]) -> Html:
    term = element(
        "dt",
        element("code", name),
        " ",
        element("span", kind(schema), class_="kind"),
        (joined(" ", element("span", word, class_="note")) for word in words),
    )
    limits = ", ".join(said.format(limit(schema[rule])) for rule, said in LIMITS.items() if rule in schema)
    return joined(
        term, element("dd", prose(description), element("p", limits, class_="quiet") if limits else "")
    )


def limit(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def kind(schema: Schema) -> Html:
    """The type in a word or two, with a link where it has an article of its own."""
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        target = "/docs/errors" if name == REASONS else f"#type-{name}"
        return element("a", name, href=target)
    if choices := schema.get("anyOf"):
        return joined(kind(choices[0]), (joined(" or ", kind(each)) for each in choices[1:]))
    if schema.get("type") == "array":
        return joined("list of ", kind(schema["items"]))
    if "const" in schema:
        return element("code", str(schema["const"]))
    detail = schema.get("format") or schema.get("contentEncoding")
    return joined(str(schema.get("type", "any JSON")), f" · {detail}" if detail else "")


def status_list(responses: Schema) -> Html:
    refusals = [status for status in responses if not status.startswith("2")]
    if not refusals:
        return Html()
    return joined(
        element("h4", "Refusals"),
        element("p", ", ".join(refusals), " as ", kind({"$ref": "#/components/schemas/Problem"}), "."),
    )


def samples(verb: str, path: str, body: Schema | None, answer: Schema | None, schemas: Schema) -> Html:
    lines = [
        f'curl {"" if verb == "get" else f"-X {verb.upper()} "}"$RAPPORT_URL{path}"',
        '-H "Authorization: Bearer $RAPPORT_SECRET_KEY"',
    ]
    if body is not None:
        sent = json.dumps(example(body, schemas, sent=True), indent=2, ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", f"-d '{sent}'"]
    request = element(
        "pre", element("code", " \\\n  ".join(lines)), tabindex="0", aria_label="Example request"
    )
    if answer is None:
        return request
    text = json.dumps(example(answer, schemas), indent=2, ensure_ascii=False)
    return joined(request, element("pre", element("code", text), tabindex="0", aria_label="Example answer"))


def body_schema(part: Schema | None) -> Schema | None:
    content = (part or {}).get("content", {})
    schema: Schema | None = content.get("application/json", {}).get("schema")
    return schema


def type_article(name: str, schema: Schema) -> Html:
    values = schema.get("x-enum-descriptions", {})
    listed = (
        joined(element("dt", element("code", each)), element("dd", inline(said)))
        for each, said in values.items()
    )
    return element(
        "article",
        element("h3", name),
        prose(schema.get("description", "")),
        element("dl", listed) if values else property_list(schema),
        id=f"type-{name}",
    )


def nav_group(title: str, links: list[tuple[str, str]]) -> Html:
    items = (element("li", element("a", text, href=target)) for target, text in links)
    return element("details", element("summary", title), element("ul", items), open="")


def page(title: str, navigation: Html, body: Html) -> bytes:
    written = TEMPLATE.read_text(encoding="utf-8")
    parts = {
        "title": title,
        "style": STYLE.read_text(encoding="utf-8"),
        "navigation": navigation,
        "body": body,
    }
    for name, part in parts.items():
        written = written.replace(f"<!-- {name} -->", part, 1)
    return written.encode()


STATIC = Path(__file__).parent / "static"
TEMPLATE = STATIC / "reference.html"
STYLE = STATIC / "reference.css"
REASONS = "ErrorReason"
VERBS = ("get", "post", "put", "patch", "delete")
LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "pattern": "of the form {}",
    "enum": "one of {}",
}
