"""Documents that are derived from the code say what the code says."""

import subprocess
import sys

from tests.house.sources import ROOT


def test_no_derived_document_is_stale():
    command = [sys.executable, "tools/documents.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert 0 == run.returncode, run.stderr
