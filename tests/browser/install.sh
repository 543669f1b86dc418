#!/usr/bin/env bash
# Puts Debian's Chromium and Chinese fonts in place for the browser tests where it can. Where it cannot, it says why and
# goes on: the tests then skip with that reason (and fail when CI=true).
set -u

skip() {
    echo "browser tests: $1; they will be skipped" >&2
    exit 0
}

wanted=()
command -v chromium >/dev/null 2>&1 || wanted+=(chromium)
if ! fc-list :lang=zh-cn 2>/dev/null | grep -q .; then
    wanted+=(fontconfig fonts-wqy-microhei)
fi
[ ${#wanted[@]} -eq 0 ] && exit 0

# A missing font only makes pictures ugly; a missing browser is what the tests cannot do without.
need="$(printf '%s ' "${wanted[@]}")"
command -v apt-get >/dev/null 2>&1 || skip "no apt-get here to install ${need}"
[ "$(id -u)" -eq 0 ] || skip "not root; install by hand: apt-get install ${need}"

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
echo "browser tests: installing ${need}(once)" >&2
export DEBIAN_FRONTEND=noninteractive
apt=(timeout 900 apt-get -q -y -o DPkg::Lock::Timeout=120)
if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1; then
    tail -n 3 "$log" >&2
    command -v chromium >/dev/null 2>&1 || skip "apt-get could not install ${need}"
fi
exit 0
