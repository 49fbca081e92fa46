#!/usr/bin/env bash
# setup_environment.sh PYTHON VENV [STACK]: builds the virtual environment. Idempotent: what is there and fits is kept.
# STACK: openmmlab (default), or onedl, the maintained forks of mmengine, mmcv and mmdet under the same import names.
set -euo pipefail
python=$1 venv=$2 stack=${3:-openmmlab}
case $stack in
    openmmlab) mmcv=mmcv at_least=2.0.0rc4 below=2.2.0 ;;
    onedl) mmcv=onedl-mmcv at_least=2.3.6 below=2.4 ;;
    *) echo "error: STACK=$stack: there are openmmlab and onedl" >&2; exit 2 ;;
esac
constraints=(--constraint requirements/constraints.txt --constraint "requirements/$stack.txt")
started=$SECONDS

say() { printf '%s\n' "[env $((SECONDS - started)) s] $*"; }

[ -x "$venv/bin/python" ] || { say "creating $venv with $("$python" --version)"; "$python" -m venv "$venv"; }
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }
install() { pip install --quiet "${constraints[@]}" "$@" 2> >(grep -v '^WARNING: Location' >&2); }

say "installing torch and build tools"
install -r requirements/build.txt
install torch

if "$venv/bin/python" - "$mmcv" "$at_least" "$below" <<'PY' >/dev/null 2>&1
import importlib.metadata, sys
import mmcv, mmcv.ops
from packaging.version import Version
distribution, at_least, below = sys.argv[1:]
assert Version(at_least) <= Version(importlib.metadata.version(distribution)) < Version(below)
PY
then
    say "keeping the $mmcv that is installed, its operators import"
else
    # No wheel fits this torch, so the operators are compiled once; pip then keeps the wheel in its cache.
    say "$mmcv: taken from pip's wheel cache, or compiled with its operators (about 10 minutes on 2 cores)"
    log="$venv/mmcv_build.log"
    (MMCV_WITH_OPS=1 MAX_JOBS=${MAX_JOBS:-$(nproc)} pip install --no-build-isolation --no-deps \
        "${constraints[@]}" "$mmcv" >"$log" 2>&1) &
    build=$!
    while kill -0 "$build" 2>/dev/null; do
        sleep 5
        [ $(((SECONDS - started) % 30)) -lt 5 ] && say "mmcv: still compiling, $(pgrep -c cc1plus || true) compilers at work"
    done
    wait "$build" || { tail -25 "$log"; say "$mmcv did not build; the whole log is $log"; exit 1; }
fi

say "installing mots_plugin and its requirements"
if [ "$stack" = openmmlab ]; then
    install --editable '.[test]' --no-build-isolation
else
    # setup.py asks for mmdet, whose files would come over those of the fork: all else that it asks for, then.
    install --requirement "requirements/$stack.txt"
    install --no-deps --editable . --no-build-isolation
    "$venv/bin/python" - <<'PY' >"$venv/requirements.txt"
from importlib.metadata import requires
from packaging.requirements import Requirement
for requirement in map(Requirement, requires("mots_plugin")):
    wanted = requirement.marker is None or requirement.marker.evaluate({"extra": "test"})
    if wanted and requirement.name not in ("mmengine", "mmdet"):
        print(f"{requirement.name}{requirement.specifier}")
PY
    install --requirement "$venv/requirements.txt"
fi
"$venv/bin/python" -c "import mmcv.ops, mmdet, mots_plugin.registration"
say "ready: $venv"
