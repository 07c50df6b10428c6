#!/bin/sh
# Makes .venv as requirements.lock says. Needs python3 (3.11 to 3.13) with venv, and nothing else.
set -eu
cd "$(dirname "$0")/.."

fail() { printf '%s\n' "$1" >&2; exit 1; }

fitting() {
  for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  fail "Rapport needs Python 3.11, 3.12 or 3.13. Install one of them, or name it: make setup PYTHON=/path/to/python3.12"
}

python=$(fitting)
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
  fail "$python has no venv module. On Debian and Ubuntu: apt install python3-venv"

lock=$(cksum <requirements.lock)
if [ "$(cat .venv/.lock 2>/dev/null)" != "$lock" ]; then
  echo "Installing what requirements.lock lists into .venv …"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
    --require-hashes --requirement requirements.lock ||
    fail "The packages could not be installed; pip says why above. Run the command again when that is mended."
fi
# The house itself, in place: a change of the code needs no second installation.
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n%s\n' "$PWD" "$PWD/gen" >"$site/rapport.pth"
printf '%s' "$lock" >.venv/.lock
