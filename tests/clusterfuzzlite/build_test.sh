#!/usr/bin/env bash
# Runs .clusterfuzzlite/build.sh as OSS-Fuzz does, with the clang of this machine, and looks at what it lays into $OUT.
set -euo pipefail

export SRC=$TEST_TMPDIR/src OUT=$TEST_TMPDIR/out WORK=$TEST_TMPDIR/work
export CC=clang CXX=clang++ LIB_FUZZING_ENGINE=-fsanitize=fuzzer
export CFLAGS="-O0 -fsanitize=address -fsanitize=fuzzer-no-link"
export CXXFLAGS=$CFLAGS
mkdir -p "$SRC" "$OUT" "$WORK"
ln -s "$PWD" "$SRC/portcullis"

fail() {
  printf 'FAILED: %s\n' "$1"
  exit 1
}

bash .clusterfuzzlite/build.sh

# Without simdjson's own source, which the Dockerfile fetches, its target cannot be linked statically.
left_out=json_simdjson
targets=0
for source in fuzz/*.cc; do
  grep -q '^extern "C" int LLVMFuzzerTestOneInput(.*{$' "$source" || continue
  target=$(basename "$source" .cc)
  [[ $target != "$left_out" ]] || continue
  targets=$((targets + 1))
  [[ -x $OUT/$target ]] || fail "$target was not built"

  unpacked=$TEST_TMPDIR/seeds/$target
  mkdir -p "$unpacked"
  python3 -m zipfile -e "$OUT/${target}_seed_corpus.zip" "$unpacked" || fail "$target has no seed corpus"
  for seed in "corpus/seeds/$target"/*; do
    cmp -s "$seed" "$unpacked/$(basename "$seed")" || fail "$target: $(basename "$seed") is not in the seed corpus"
  done
  "$OUT/$target" "$unpacked"/* >"$TEST_TMPDIR/log" 2>&1 || { cat "$TEST_TMPDIR/log" && fail "$target does not run its seeds"; }

  if [[ -f fuzz/$target.dict ]]; then
    cmp -s "fuzz/$target.dict" "$OUT/$target.dict" || fail "$target has no dictionary, or another"
  fi

  # Nothing but the run times of C and C++: the machines that run it have no other library.
  others=$(ldd "$OUT/$target" | awk '{print $1}' |
    grep -vE '^(linux-vdso|.*/ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+|c\+\+|c\+\+abi))\.so' || true)
  [[ -z $others ]] || fail "$target links $others"
done
[[ $targets -gt 20 ]] || fail "only $targets targets were looked at"

# The archive that the Dockerfile fetches is the one that bazel/archives.bzl pins.
for what in 'sha256 = "' 'urls = \["'; do
  value=$(sed -n "/\"simdjson\": struct(/,/^    ),/s/.*$what\([^\"]*\)\".*/\1/p" bazel/archives.bzl)
  [[ -n $value ]] || fail "bazel/archives.bzl pins no simdjson"
  grep -qF "$value" .clusterfuzzlite/Dockerfile || fail "the Dockerfile fetches another simdjson than bazel/archives.bzl"
done
echo "$targets targets built as for OSS-Fuzz"
