#!/bin/sh
# Every library of oracle/clients has its row in docs/interop.md, of the version that is played, and no other has one.
#   clients_test.sh WORKSPACE
set -eu
cd "$(dirname "$(readlink -f "$1")")"
list=$(HOME="${TEST_TMPDIR:-/tmp}" tools/interop --list)
played=$(printf '%s\n' "$list" | cut -f2- | sort)
written=$(sed -n '/^| library | language/,/^$/{s/^| \([^|]*\) | \([^|]*\) | [0-9].*/\1\t\2/p}' docs/interop.md | sort)
[ "$played" = "$written" ] && exit
printf 'tools/interop plays to:\n%s\ndocs/interop.md has:\n%s\n' "$played" "$written"
exit 1
