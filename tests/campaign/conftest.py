"""What tests of campaigns share: a mailbox that keeps whatever is sent to it, and can be asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.mail.sink import Sink, mail_sink


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    async with mail_sink(tmp_path / "mail") as running:
        yield running
