"""What analytics.js reads before it starts: whom to send events to, and that nothing else is to be loaded."""

from typing import Any


def settings_document(key: str, scheme: str, host: str) -> dict[str, Any]:
    """The project settings as Segment's own CDN would give them for a source without destinations."""
    every: dict[str, Any] = {"__default": {"enabled": True, "integrations": {}}}
    return {
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "type": "server",
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
                "bundlingStatus": "bundled",
                "unbundledIntegrations": [],
                "addBundledMetadata": False,
                "maybeBundledConfigIds": {},
                "retryQueue": True,
            }
        },
        "plan": {"track": every, "identify": every, "group": every},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
        "consentSettings": {"allCategories": [], "hasUnmappedDestinations": False},
    }
