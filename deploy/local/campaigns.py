"""What the demo shop sends: two messages, and the journeys that send them."""

from typing import Any

Document = dict[str, Any]

COATS_HTML = """\
<mjml>
  <mj-head><mj-attributes><mj-all font-family="Helvetica, Arial, sans-serif" /></mj-attributes></mj-head>
  <mj-body background-color="#f4f1ec">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="22px">
          Still thinking about it{% if profile.first_name %}, {{ profile.first_name }}{% endif %}?
        </mj-text>
        <mj-text>
          These are the coats you looked at.
          <a href="https://nordlicht.example/sizing/coats">Our sizing guide</a> says how they fit.
        </mj-text>
        {% for product in products %}
        <mj-text font-size="18px">
          <strong>{{ product.name }}</strong><br />{{ product.price | money: product.currency }}
        </mj-text>
        <mj-button href="https://nordlicht.example/p/{{ product.product_id | url_encode }}">
          Look again
        </mj-button>
        {% endfor %}
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""
THANKS_HTML = """\
<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text font-size="22px">
          Thank you{% if profile.first_name %}, {{ profile.first_name }}{% endif %}!
        </mj-text>
        <mj-text>
          Your order {{ event.properties.order_id }} is on its way. This is how to look after it:
          <a href="https://nordlicht.example/care">brush it, air it, and let it hang</a>.
        </mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""

SIZING_HTML = """\
<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text font-size="22px">
          How they fit{% if profile.first_name %}, {{ profile.first_name }}{% endif %}
        </mj-text>
        <mj-text>
          You asked about sizes: <a href="https://nordlicht.example/sizing/coats">our sizing guide</a>
          says how coats fit, and these are what others say of those you looked at.
        </mj-text>
        {% for product in products %}
        <mj-text>
          <strong>{{ product.name }}</strong><br />
          <a href="https://nordlicht.example/p/{{ product.product_id | url_encode }}#reviews">Reviews</a>
        </mj-text>
        {% endfor %}
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""

SIZING: Document = {
    "name": "templates/sizing",
    "display_name": "How the coats fit that you asked about",
    "channel": "EMAIL",
    "class": "MARKETING",
    "contents": [
        {
            "locale": "en",
            "subject": "How they fit: {{ products | map: 'name' | join: ', ' }}",
            "html": SIZING_HTML,
        }
    ],
}

TEMPLATES: tuple[Document, ...] = (
    {
        "name": "templates/coats",
        "display_name": "The coats you looked at",
        "channel": "EMAIL",
        "class": "MARKETING",
        "contents": [
            {
                "locale": "en",
                "subject": "{{ products | map: 'name' | join: ', ' }}: still on your mind?",
                "preheader": "The coats you looked at, and how they fit.",
                "html": COATS_HTML,
            }
        ],
    },
    {
        "name": "templates/after-purchase",
        "display_name": "Thank you, and how to look after it",
        "channel": "EMAIL",
        "class": "TRANSACTIONAL",
        "contents": [
            {
                "locale": "en",
                "subject": "Thank you for your order {{ event.properties.order_id }}",
                "html": THANKS_HTML,
            }
        ],
    },
)

# Who writes, and the address that law wants below what advertises.
SENDER: Document = {
    "enabled": True,
    "sender": "Nordlicht <hello@nordlicht.example>",
    "reply_to": "help@nordlicht.example",
    "postal_address": "Nordlicht, Hafenstraße 1, 20457 Hamburg",
    "tracking": True,
}

BOUGHT: Document = {"type": "track", "names": ["Order Completed"]}

DAY = 86_400.0


def coats(day: float = DAY) -> Document:
    """Who looked at coats is written to at once, and reminded of nothing else for some days."""
    send = {"variants": [{"id": "a", "template": "templates/coats"}], "when_held_back": "WAIT"}
    return {
        "name": "journeys/coats",
        "display_name": "Looked at coats, bought nothing",
        "graph": {
            "triggers": [{"segment_entered": "segments/looked-at-coats"}],
            "reentry": {"rule": "AFTER", "after": f"{30 * day}s"},
            "steps": [
                {"id": "coats", "display_name": "The coats she looked at", "send": send, "next": "think"},
                {
                    "id": "think",
                    "display_name": "Time to think it over",
                    "delay": {"duration": f"{3 * day}s"},
                },
            ],
            "goal": {"display_name": "Bought something", "event": BOUGHT},
        },
    }


def after_purchase() -> Document:
    """Every order is thanked for, once."""
    send = {"variants": [{"id": "a", "template": "templates/after-purchase"}]}
    return {
        "name": "journeys/after-purchase",
        "display_name": "After a purchase",
        "graph": {
            "triggers": [{"event": BOUGHT}],
            "run_per": "ORDER",
            "steps": [{"id": "thanks", "display_name": "Thank you", "send": send}],
        },
    }


def answer(day: float = DAY) -> Document:
    """Who looked at coats and asked gets an answer the next day, also while her ticket is open."""
    send = {"variants": [{"id": "a", "template": "templates/sizing"}], "when_held_back": "WAIT"}
    return {
        "name": "journeys/answer",
        "display_name": "Looked at coats and asked about them",
        "graph": {
            "triggers": [{"segment_entered": "segments/asked-about-coats"}],
            "reentry": {"rule": "AFTER", "after": f"{30 * day}s"},
            "steps": [
                {
                    "id": "sleep",
                    "display_name": "The next day",
                    "delay": {"duration": f"{day}s"},
                    "next": "sizing",
                },
                {"id": "sizing", "display_name": "How they fit", "send": send},
            ],
            "exempt_from_support_quiet_period": True,
        },
    }


def promotion(day: float = DAY) -> Document:
    """A reminder for who thinks it over; it stops at once when she buys."""
    send = {"variants": [{"id": "a", "template": "templates/coats"}], "when_held_back": "WAIT"}
    return {
        "name": "journeys/promotion",
        "display_name": "A reminder of the coats",
        "graph": {
            "triggers": [{"segment_entered": "segments/looked-at-coats"}],
            "steps": [
                {"id": "think", "delay": {"duration": f"{30 * day}s"}, "next": "remind"},
                {"id": "remind", "display_name": "The coats again", "send": send},
            ],
            "goal": {"display_name": "Bought something", "event": BOUGHT},
        },
    }


JOURNEYS = (coats(), after_purchase())
