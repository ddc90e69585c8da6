#!/usr/bin/env bash
# Our driver before the judge, through the same doors as everybody's client: own_client_test.sh PORTCULLIS CLIENT SHIM
set -euo pipefail
portcullis=$1 client=$PWD/$2 shim=$PWD/$3
report=${TEST_UNDECLARED_OUTPUTS_DIR:-${TEST_TMPDIR:-$(mktemp -d)}}

play() {
  echo "$*"
  "$portcullis" run "$@" --name portcullis -j 12 --json "$report/report.json" 2>/dev/null
}

play --exec "exec $portcullis connect --api-url {api} --ca {ca}" --tls
play --exec "exec $portcullis connect --api-url {api} --ca {ca} --encoding etf --compression zstd-stream" --tls
play --exec "exec $client"
play --shim "exec $shim" --tls
