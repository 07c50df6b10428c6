import subprocess
import sys

import pytest

from tracking.agents import device

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
            ("mobile", "iOS", "Mobile Safari", "iPhone"),
        ),
        (
            f"Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1",
            ("tablet", "iOS", "Mobile Safari", "iPad"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36",
            ("mobile", "Android", "Chrome Mobile", "Pixel 8"),
        ),
        (
            f"Mozilla/5.0 (Linux; Android 13; SM-X200) {CHROME} Safari/537.36",
            ("tablet", "Android", "Chrome", "SM-X200"),
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36",
            ("desktop", "Windows", "Chrome", ""),
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15",
            ("desktop", "macOS", "Safari", ""),
        ),
        (
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            ("bot", "", "Googlebot", ""),
        ),
        ("analytics-python/2.4.0", ("", "", "", "")),
        ("", ("", "", "", "")),
        ("\x00" * 5000, ("", "", "", "")),
    ],
)
def test_what_an_agent_tells(agent, expected):
    assert expected == device(agent)


def test_what_is_slow_to_load_is_not_loaded_before_it_is_needed():
    code = (
        "import sys, tracking.event, tracking.agents; print({'ua_parser', 'phonenumbers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "set()" == done.stdout.strip()
