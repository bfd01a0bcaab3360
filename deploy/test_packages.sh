#!/bin/sh
# Installs the programs that tests use (deploy/test-packages.txt) on Debian and Ubuntu, as root or by sudo;
# elsewhere it says what is missing. Tests that lack their program skip and say so.
here=$(dirname "$0")
missing=""
while read -r package program _; do
    case "$package" in ""|"#"*) continue ;; esac
    case "$program" in
        /*) [ -e "$program" ] || missing="$missing $package" ;;
        *) command -v "$program" >/dev/null 2>&1 || [ -x "/usr/sbin/$program" ] || missing="$missing $package" ;;
    esac
done < "$here/test-packages.txt"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as=""; elif sudo -n true 2>/dev/null; then as="sudo"; else as="no"; fi
    if [ "$as" != no ]; then
        echo "installing for the tests:$missing"
        export DEBIAN_FRONTEND=noninteractive
        $as apt-get update -qq >/dev/null
        # shellcheck disable=SC2086 # a list of words
        $as apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
    fi
fi
echo "missing, and their tests will be skipped:$missing"
exit 0
