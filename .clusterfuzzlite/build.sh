#!/usr/bin/env bash
# Builds the fuzz targets as OSS-Fuzz and ClusterFuzzLite want them, without Bazel.
#
# Given are $CC, $CXX, $CFLAGS, $CXXFLAGS, $LIB_FUZZING_ENGINE, $SRC (with the checkout in it as portcullis), $OUT and
# maybe $WORK. In $OUT lie afterwards, for each target: its program, NAME_seed_corpus.zip, and NAME.dict where there is
# one. Which sources that takes follows from what they include, so that no list of them can go stale.
set -euo pipefail

cd "$SRC/portcullis"
work=${WORK:-$(mktemp -d)}/portcullis
libraries=(crypto z zstd)
flags=(-std=c++20 "-I$work/include" "-I$work/generated" -I.)
mkdir -p "$work/include/portcullis/spec" "$work/generated/portcullis/oracle/play" "$work/objects" "$OUT"

# The checkout as its own includes name it, and beside it what is generated.
for folder in core fuzz models oracle tests; do ln -sfn "$PWD/$folder" "$work/include/portcullis/$folder"; done
for header in spec/*.h; do
  case $header in spec/requirements.h | spec/laws.h) continue ;; esac  # left there by nobody, but a test may lay them out
  ln -sf "$PWD/$header" "$work/include/portcullis/$header"
done
mapfile -t requirements < <(sed -n '/name = "requirement_files"/,/\]/s,.*"\(requirements/.*\.json\)".*,spec/\1,p' spec/BUILD)
# shellcheck disable=SC2086  # flags are words
$CXX $CXXFLAGS "${flags[@]}" spec/requirements_gen.cc -o "$work/requirements_gen"
"$work/requirements_gen" "${requirements[@]}" >"$work/include/portcullis/spec/requirements.h"
bash spec/text_header.sh portcullis::spec kLaws spec/laws.json >"$work/include/portcullis/spec/laws.h"
bash oracle/play/files_header.sh portcullis::play kScenarioFiles corpus/scenarios corpus/scenarios/*.json \
  >"$work/generated/portcullis/oracle/play/scenarios.h"

# ---- What there is to compile

mapfile -t targets < <(grep -l '^extern "C" int LLVMFuzzerTestOneInput(.*{$' fuzz/*.cc | sed 's,^fuzz/\(.*\)\.cc$,\1,')

# simdjson is built from source: only so does it use the C++ library that the rest uses.
simdjson=$SRC/simdjson/singleheader
if [[ -f $simdjson/simdjson.cpp ]]; then
  flags+=("-I$simdjson")
else
  echo "build.sh: no $simdjson/simdjson.cpp, so json_simdjson is left out" >&2
  mapfile -t targets < <(printf '%s\n' "${targets[@]}" | grep -vx json_simdjson)
fi

headers_in() { sed -nE 's,^#include "(portcullis/)?([a-z0-9_/]+)\.h"$,\2,p' "$@"; }

# The sources of the targets, and of each header that is included, all the way down.
declare -A seen=()
sources=()
queue=("${targets[@]/#/fuzz/}")
while [[ ${#queue[@]} -gt 0 ]]; do
  name=${queue[0]}
  queue=("${queue[@]:1}")
  [[ -z ${seen[$name]:-} ]] || continue
  seen[$name]=yes
  files=()
  for file in "$name.h" "$name.cc"; do if [[ -f $file ]]; then files+=("$file"); fi; done
  if [[ -f $name.cc ]]; then sources+=("$name.cc"); fi
  [[ ${#files[@]} -eq 0 ]] || mapfile -t -O "${#queue[@]}" queue < <(headers_in "${files[@]}")
done

# ---- Compile, link, pack

object_of() { printf '%s/objects/%s.o' "$work" "${1//\//.}"; }

compile() {
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS "${flags[@]}" -c "$1" -o "$(object_of "$1")"
}

pids=()
failed=
finish_one() { wait "${pids[0]}" || failed=yes; pids=("${pids[@]:1}"); }
[[ ! -f $simdjson/simdjson.cpp ]] || sources+=("$simdjson/simdjson.cpp")
for source in "${sources[@]}"; do
  compile "$source" &
  pids+=($!)
  [[ ${#pids[@]} -lt $(nproc) ]] || finish_one
done
while [[ ${#pids[@]} -gt 0 ]]; do finish_one; done
[[ -z $failed ]] || exit 1

shared=()
for source in "${sources[@]}"; do
  grep -q '^extern "C" int LLVMFuzzerTestOneInput(.*{$' "$source" || shared+=("$(object_of "$source")")
done
rm -f "$work/libshared.a"
ar rcs "$work/libshared.a" "${shared[@]}"

pack() {
  rm -f "$1"
  if command -v zip >/dev/null; then zip -q -j "$@"; else python3 -m zipfile -c "$@"; fi
}

for target in "${targets[@]}"; do
  # shellcheck disable=SC2086
  $CXX $CXXFLAGS "$(object_of "fuzz/$target.cc")" "$work/libshared.a" -Wl,-Bstatic "${libraries[@]/#/-l}" \
    -Wl,-Bdynamic $LIB_FUZZING_ENGINE -o "$OUT/$target"
  seeds=("corpus/seeds/$target"/*)
  if [[ -d corpus/crashes/$target ]]; then seeds+=("corpus/crashes/$target"/*); fi
  pack "$OUT/${target}_seed_corpus.zip" "${seeds[@]}"
  if [[ -f fuzz/$target.dict ]]; then cp -L "fuzz/$target.dict" "$OUT/"; fi
done
