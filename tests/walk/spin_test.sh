#!/usr/bin/env bash
# Spin walks the model of walk.pml over the rendered tables and has to find what the walker finds, to a state; then the
# properties that take a whole path to judge; then what is broken on purpose.
#
#   spin_test.sh WALKER WALK_PML GENERATED_PML... [--wide]
set -euo pipefail

fail() {
  printf 'FAILED: %s\n' "$1"
  [[ ! -f $scratch/said ]] || cat "$scratch/said"
  exit 1
}

walker=$(realpath "$1")
shift
breadth=()
if [[ ${*: -1} == --wide ]]; then
  breadth=(--wide)
  set -- "${@:1:$#-1}"
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for tool in spin gcc; do
  [[ -x $(command -v $tool) ]] || fail "$tool is missing; tools/setup installs it"
done
cp "$@" "$scratch"
cd "$scratch"
chmod u+w ./*.pml

# Makes a checker of the model. Arguments: those of spin; the flags of the C compiler stand before a `--`.
build() {
  local flags=()
  while [[ $1 != -- ]]; do flags+=("$1") && shift; done
  shift
  spin "$@" -a walk.pml >said 2>&1 || fail "spin takes the model"
  gcc -O1 "${flags[@]}" -o pan pan.c >said 2>&1 || fail "the checker compiles"
}
check() { ./pan -m4000000 "$@" >said 2>&1 || fail "the checker runs: $*"; }
finds() { grep -qE "errors: $1\$" said || fail "$2"; }
counted() { grep -oE "[0-9.e+]+ $1" said | grep -oE '^[0-9]+' || fail "Spin does not say how many $1"; }

# Replaces what one option of a rendered table says. Arguments: state, input, next state, action.
plant() {
  local p=gateway_session before
  before=$(cksum <$p.pml)
  sed -i "/ state == ${p}_state_$1 ->/,/^    fi/ { /input == ${p}_input_$2 ->/ { n
    s/state = .*/state = ${p}_state_$3; action = ${p}_action_$4/ } }" $p.pml
  [[ $(cksum <$p.pml) != "$before" ]] || fail "no option to change: $1 $2"
}

"$walker" "${breadth[@]}" >walked || fail "the walker finds a fault"
states=$(sed -nE 's/^([0-9]+) states, .*/\1/p' walked)
transitions=$(sed -nE 's/.* ([0-9]+) transitions, .*/\1/p' walked)
[[ $states -gt 1000 ]] || fail "the walker does not say how many states there are"

for table in *.pml; do
  name=${table%.pml}
  [[ $name != walk ]] || continue
  printf '#include "%s"\nactive proctype once() { byte state, action; %s_row(state, 0, action) }\n' "$table" "$name" >one
  spin -a one >said 2>&1 || fail "spin takes $table"
done

build -DSAFETY -DNOREDUCE -- ${breadth:+-DWIDE}
check
finds 0 "a rule is broken"
[[ $(counted "states, stored") -eq $states ]] || fail "Spin finds other states than the walker: $states there"
# Spin counts coming to the first state as well.
[[ $(counted "transitions") -eq $((transitions + 1)) ]] || fail "Spin finds other transitions: $transitions there"
echo "$states states and $transitions transitions, as the walker has them"
[[ ${#breadth[@]} -eq 0 ]] || exit 0

build -DNOREDUCE -- -DLIVE
check -a -E -N good_ends_well
finds 0 "a good peer does not bring the client to where it is to be"
check -a -E -N never_stopped
finds 1 "Spin does not see that a client can be stopped"
check -a -E -N always_ready
finds 1 "Spin does not see that a client can wait for ever"

plant Identifying InvalidSession Identifying Ignore
build -DNOREDUCE -- -DLIVE
check -a -E -N good_ends_well
finds 1 "Spin does not see that a refused Identify is waited for"

plant Ready CloseFatal Backoff LoseLink
build -DSAFETY -DNOREDUCE --
check
finds 1 "Spin does not see that a fatal code is followed by another attempt"
echo "PASSED"
