#!/usr/bin/env bash
# tools/fuzz on stand-ins for two targets, one of which is broken: what it prints, keeps, and exits with.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_CACHE_HOME=$scratch/cache
kept=$XDG_CACHE_HOME/portcullis/fuzz

fail() {
  printf 'FAILED: %s\n' "$1"
  [[ ! -f $scratch/said ]] || cat "$scratch/said"
  exit 1
}
# Runs the tool; its exit code has to be the first argument.
run() {
  local expected=$1 code=0
  shift
  tools/fuzz "$@" >"$scratch/said" 2>&1 || code=$?
  [[ $code -eq $expected ]] || fail "tools/fuzz $* exits $code, not $expected"
}
says() { grep -aqE -- "$1" "$scratch/said" || fail "nothing said of: $1"; }

run 0 --help
says '^usage: tools/fuzz'
run 2 --no-such-option
says 'no such option'
run 2 no_such_target
says 'no such target'
run 2 url --seconds soon
says '--seconds needs a number'
run 0 --list
says '^url +For every text: '
[[ $(wc -l <"$scratch/said") -eq $(grep -l 'OneInput(.*{$' fuzz/*.cc | wc -l) ]] || fail "--list does not list all targets"

stand_in() {
  printf '#include <stddef.h>\n#include <stdint.h>\n#include <stdlib.h>\n#include <iostream>\n%s\n' "$2" >"$scratch/$1.cc"
  clang++ -O1 -fsanitize=fuzzer,address "$scratch/$1.cc" -o "$scratch/$1"
}
stand_in url 'extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  volatile bool branch = size > 3 && data[0] == 87; (void)branch; return 0; }'
stand_in endpoint 'extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4 && data[1] == 66) { std::cerr << "broken: a planted fault" << std::endl; abort(); } return 0; }'
export FUZZ_BINARIES=$scratch

run 0 url --seconds 2
says '^url +clean: [0-9,]+ runs, coverage [0-9]+$'
says '^1 passed, 0 failed$'
[[ -n $(ls "$kept/url") ]] || fail "nothing was kept of what is new"

run 1 url endpoint --seconds 20 --jobs 1
says '^endpoint +BROKEN$'
says 'broken: a planted fault'
says "replay: bazel run --config=fuzz //fuzz:endpoint -- $kept/findings/endpoint/a-planted-fault-[0-9a-f]{8}$"
says '^1 passed, 1 failed$'
saved=$(find "$kept/findings/endpoint" -name 'a-planted-fault-*' ! -name '*.log')
[[ $(wc -c <"$saved") -eq 5 ]] || fail "the input was not made smaller: $(wc -c <"$saved") bytes"
if "$scratch/endpoint" "$saved" >/dev/null 2>&1; then fail "the saved input does not break the target"; fi

# The interrupt of a terminal reaches the tool alone; what it started must end with it.
set -m
tools/fuzz url --seconds 60 >"$scratch/said" 2>&1 &
tool=$!
sleep 4
kill -INT "$tool"
code=0
wait "$tool" || code=$?
[[ $code -eq 130 ]] || fail "an interrupted run exits $code"
[[ -z $(ps -eo args | grep -F "$scratch/url " | grep -v grep || true) ]] || fail "an interrupted run leaves a target running"
says 'interrupted'
echo "tools/fuzz does what it says"
