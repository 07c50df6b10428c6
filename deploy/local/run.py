"""`make run`: the house with its demo shop, until somebody stops it."""

import asyncio
import time

from .home import Home, write_private
from .house import House, house
from .shop import Shop, open_shop


async def run(home: Home, _: list[str]) -> int:
    began = time.monotonic()
    print("Starting the house …", flush=True)  # noqa: T201 - the launcher speaks to a person
    async with house(home) as running:
        shop = await open_shop(home)
        try:
            write_private(home.demo_env, demo_env(running, shop))
            print(welcome(running, shop, time.monotonic() - began), flush=True)  # noqa: T201
            await asyncio.Event().wait()
        finally:
            home.demo_env.unlink(missing_ok=True)
            print("\nStopping; nothing is lost.", flush=True)  # noqa: T201
    return 0


def addresses(running: House) -> dict[str, str]:
    """Where this house is reached."""
    return {
        "RAPPORT_URL": running.home.url,
        "RAPPORT_NATS_URL": running.nats_url,
        "RAPPORT_MAIL_URL": running.mail.url,
        "RAPPORT_DESK_SMTP": f"127.0.0.1:{running.mail.desk_port}",
    }


def demo_env(running: House, shop: Shop) -> str:
    """What a program needs to talk to this house, as plain assignments."""
    keys = {"RAPPORT_WRITE_KEY": shop.write_key, "RAPPORT_SECRET_KEY": shop.secret_key}
    told = addresses(running) | keys
    return "".join(f"{name}={value}\n" for name, value in told.items())


def welcome(running: House, shop: Shop, seconds: float) -> str:
    home = running.home
    return f"""
Rapport is up after {seconds:.1f} s, with a demo shop of {shop.customers} customers.

  API and reference   {home.url}/docs
  Mail it sent        {running.mail.url}   (none of it leaves this machine)
  Write key           {shop.write_key}   (public: point any Segment SDK at {home.url})
  Secret key          in {home.demo_env}

Try it, in another terminal:

  . {home.demo_env}
  curl -su $RAPPORT_SECRET_KEY: "$RAPPORT_URL/v1/profiles?page_size=3"
  curl -su $RAPPORT_WRITE_KEY: $RAPPORT_URL/v1/identify \\
    -d '{{"userId":"ada","traits":{{"email":"ada@example.com"}}}}'
  curl -su $RAPPORT_SECRET_KEY: "$RAPPORT_URL/v1/profiles:lookup?identifier=email:ada@example.com"

make demo tells one customer's story; make tail shows the facts as they are told. Ctrl-C stops everything.
"""
