#!/usr/bin/env bash
# Installs the Debian packages that the tests drive, where they are missing: real servers, a browser, a
# spreadsheet program, a Japanese font.
set -euo pipefail

missing=()
need() { # need PACKAGE COMMAND…: the package is missing where the command fails
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=("$package")
}

japanese_font() { test -n "$(fc-list "Noto Sans CJK JP")"; }

need chromium-headless-shell test -n "${CHROMIUM:-$(command -v chromium-headless-shell)}"
need fonts-noto-cjk japanese_font
need redis-server command -v redis-server
need rabbitmq-server test -x /usr/lib/rabbitmq/bin/rabbitmq-server
need sox command -v soxi
need libreoffice-calc command -v soffice
need postgresql compgen -G '/usr/lib/postgresql/*/bin/postgres'

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "The tests need ${missing[*]} (names of Debian packages), and there is no apt-get here: install them by hand." >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "The tests need the packages ${missing[*]}. Once, as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "Installing for the tests: ${missing[*]}"
# RUNLEVEL=1: the packages must not start servers of their own; each test run starts what it needs.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
