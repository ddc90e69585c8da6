#!/usr/bin/env bash
# Our driver before the judge, through the same door as everybody's client: own_client_test.sh PORTCULLIS
set -euo pipefail
portcullis=$1
report=${TEST_UNDECLARED_OUTPUTS_DIR:-${TEST_TMPDIR:-$(mktemp -d)}}

for client in "--api-url {api} --ca {ca}" "--api-url {api} --ca {ca} --encoding etf --compression zstd-stream"; do
  echo "connect $client"
  "$portcullis" run --exec "exec $portcullis connect $client" --name "portcullis" --tls -j 12 \
    --json "$report/report.json" 2>/dev/null
done
