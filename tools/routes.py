"""Lists what the gateway answers to: routes read from the protos, then the doors beside them.

Run by `make routes`.
"""

from collections.abc import Iterator

from gateway.edge.documents import api_document, house_routes

Line = tuple[str, str, str, str]


def main() -> None:
    lines = [("VERB", "PATH", "METHOD", "SCOPE"), *routes(), *doors()]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(map(str.ljust, line, widths)).rstrip())


def routes() -> Iterator[Line]:
    for route in house_routes().all:
        yield route.verb, route.template.text, route.rpc.removeprefix("/rapport."), route.scope


def doors() -> Iterator[Line]:
    """Doors that are no method of a service ask for what their own pages say."""
    for path, operations in api_document(house_routes())["paths"].items():
        for verb, operation in operations.items():
            if "x-scope" not in operation:
                yield verb.upper(), path, operation["operationId"], "-"


if __name__ == "__main__":
    main()
