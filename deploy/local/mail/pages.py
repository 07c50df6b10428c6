"""The mail, for people. Whatever stands in a mail is text here, but in a frame that can do nothing."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from .box import Mail
from .letters import Letter


def listing(mails: Sequence[Mail], like: str, count: int, *, more: bool) -> str:
    rows = "".join(row(mail) for mail in mails) or '<tr><td colspan="4">There is none.</td></tr>'
    older = ""
    if more:
        query = urlencode({"to": like, "before": mails[-1].id})
        older = f'<p><a href="/?{escape(query)}">Older ones</a></p>'
    return page(
        "Mail",
        f"""<h1>Mail <small>{count:,} kept</small></h1>
<form action="/"><label>To <input name="to" value="{escape(like)}"></label> <button>Search</button></form>
<table><thead><tr><th>Received (UTC)</th><th>To</th><th>Subject</th><th>Copies</th></tr></thead>
<tbody>{rows}</tbody></table>{older}""",
    )


def row(mail: Mail) -> str:
    copies = f"<strong>{mail.copies}</strong>" if mail.copies > 1 else "1"
    return (
        f"<tr><td>{when(mail)}</td><td>{escape(', '.join(mail.to))}</td>"
        f'<td><a href="/mails/{mail.id}">{escape(mail.subject) or "(no subject)"}</a></td>'
        f"<td>{copies}</td></tr>"
    )


def single(mail: Mail, letter: Letter) -> str:
    headers = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in letter.headers
    )
    shown = "allow-popups allow-popups-to-escape-sandbox"
    frame = f'<iframe src="/mails/{mail.id}/html" sandbox="{shown}" title="The mail"></iframe>'
    attached = "".join(f"<li>{escape(name)}</li>" for name in letter.attachments)
    copies = f"<p><strong>It came {mail.copies} times.</strong></p>" if mail.copies > 1 else ""
    return page(
        mail.subject,
        f"""<p><a href="/">All mail</a> · <a href="/mails/{mail.id}.eml" download>Download</a></p>
<h1>{escape(mail.subject) or "(no subject)"}</h1>{copies}
<p>From {escape(mail.sender)} to {escape(", ".join(mail.to))}, {when(mail)}, {mail.size:,} bytes</p>
{frame if letter.html else ""}
{f"<h2>Text</h2><pre>{escape(letter.text)}</pre>" if letter.text else ""}
{f"<h2>Attached</h2><ul>{attached}</ul>" if attached else ""}
<details><summary>Headers</summary><table>{headers}</table></details>""",
    )


def framed(letter: Letter) -> str:
    """What the frame shows. Links open outside of it."""
    return f'<!doctype html><base target="_blank">{letter.html}'


def page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title) or "Mail"}</title><style>{STYLE}</style></head><body>{body}</body></html>"""


def when(mail: Mail) -> str:
    return f"{mail.received:%Y-%m-%d %H:%M:%S}"


STYLE = """
body { font: 15px/1.5 system-ui; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
td { overflow-wrap: anywhere } small { color: #777; font-weight: normal }
iframe { width: 100%; height: 40rem; border: 1px solid #ccc; background: #fff }
pre { white-space: pre-wrap; background: #f6f6f6; padding: 1rem }
"""
