#!/bin/sh
# Every bug to plant has a complete head and applies to the checkout: planted_test.sh WORKSPACE planted.py
set -eu
top=$(dirname "$(realpath "$1")")
exec /usr/bin/python3 -I "$top/$2" --check
