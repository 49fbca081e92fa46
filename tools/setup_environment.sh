#!/usr/bin/env bash
# setup_environment.sh PYTHON VENV: builds the virtual environment. Idempotent: what is there and fits is kept.
set -euo pipefail
python=$1 venv=$2
mmcv_version=2.1.0
constraints=requirements/constraints.txt
started=$SECONDS

say() { printf '%s\n' "[env $((SECONDS - started)) s] $*"; }

[ -x "$venv/bin/python" ] || { say "creating $venv with $("$python" --version)"; "$python" -m venv "$venv"; }
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }
install() { pip install --quiet --constraint "$constraints" "$@" 2> >(grep -v '^WARNING: Location' >&2); }

say "installing torch and build tools"
install -r requirements/build.txt
install torch

if "$venv/bin/python" - <<'PY' >/dev/null 2>&1
import mmcv, mmcv.ops
from packaging.version import Version
assert Version("2.0.0rc4") <= Version(mmcv.__version__) < Version("2.2.0")
PY
then
    say "keeping the mmcv that is installed, its operators import"
else
    # No wheel fits this torch, so the operators are compiled once; pip then keeps the wheel in its cache.
    say "mmcv $mmcv_version: taken from pip's wheel cache, or compiled with its operators (about 10 minutes on 2 cores)"
    log="$venv/mmcv_build.log"
    (MMCV_WITH_OPS=1 MAX_JOBS=${MAX_JOBS:-$(nproc)} pip install --no-build-isolation --no-deps \
        --constraint "$constraints" "mmcv==$mmcv_version" >"$log" 2>&1) &
    build=$!
    while kill -0 "$build" 2>/dev/null; do
        sleep 5
        [ $(((SECONDS - started) % 30)) -lt 5 ] && say "mmcv: still compiling, $(pgrep -c cc1plus || true) compilers at work"
    done
    wait "$build" || { tail -25 "$log"; say "mmcv did not build; the whole log is $log"; exit 1; }
fi

say "installing mots_plugin and its requirements"
install --editable '.[test]' --no-build-isolation
"$venv/bin/python" -c "import mmcv.ops, mmdet, mots_plugin.registration"
say "ready: $venv"
