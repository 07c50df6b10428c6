#!/bin/sh
# Resolves pyproject.toml into requirements.lock: every version and every hash, and no index.
set -eu
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
python3 -m venv "$tool/venv"
"$tool/venv/bin/pip" install --quiet uv
"$tool/venv/bin/uv" pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-annotate --quiet --exclude-newer "${EXCLUDE_NEWER:-$(date -u -d '7 days ago' +%F)}" \
  --output-file requirements.lock
