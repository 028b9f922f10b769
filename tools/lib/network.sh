# Founding and running the demonstration network. Every step is a command of the product; nothing in
# the product knows of it. Sourced by tools/quickstart and tests/e2e.

RILONS=(BKK KUL)
declare -A HOST_OF=([BKK]=THA [KUL]=MYS)
lower() { printf '%s' "${1,,}"; }

use_directory() {
  mkdir -p "$DIR"
  chmod 700 "$DIR"
  DIR=$(cd "$DIR" && pwd)
  local longest=$DIR/home/run/agent-gbr-kul-admin.sock  # A socket's path has at most 107 bytes.
  [ ${#longest} -le 107 ] || die "$DIR is too long for the sockets in it; give a shorter --dir"
  export RILON_HOME=$DIR/home XDG_RUNTIME_DIR=$DIR/run
  mkdir -p -m 700 "$RILON_HOME" "$XDG_RUNTIME_DIR" "$DIR/network" "$DIR/requests"
  PASS=$DIR/passphrase
  BIN=${BIN:-$PWD/build/release}
  RILON=${RILON:-$BIN/tools/rilon} RILOND=${RILOND:-$BIN/node/rilond} SEIZE=${SEIZE:-$BIN/tools/rilon-seize}
}

# rilon_as PROFILE ARGS…: nobody is asked anything; what is missing is an error.
rilon_as() { local profile=$1; shift; "$RILON" --profile "$profile" --no-input --yes "$@"; }
quietly() { "$@" >"$DIR/last.log" 2>&1 || { cat "$DIR/last.log" >&2; die "failed: $*"; }; }

# wait_for SECONDS COMMAND…: until it succeeds.
wait_for() {
  local until=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $until ] || return 1
    read -rt 0.05 <> <(:) || :
  done
}

# --- processes: started and ended by id -------------------------------------------------------------

start_node() {
  local node=$1
  (exec "$RILOND" --config "$DIR/nodes/$node/node.toml" >>"$DIR/nodes/$node/log" 2>&1) &
  echo $! >"$DIR/nodes/$node/pid"
}
node_pid() { cat "$DIR/nodes/$1/pid"; }
stop_node() {
  local pid
  [ -f "$DIR/nodes/$1/pid" ] || return 0
  pid=$(node_pid "$1")
  kill -TERM "$pid" 2>/dev/null || :
  wait_for 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || :
  wait "$pid" 2>/dev/null || :
  rm -f "$DIR/nodes/$1/pid"
}
gone() { ! kill -0 "$1" 2>/dev/null || [ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null)" = Z ]; }

network_down() {
  local dir profile
  for profile in "$RILON_HOME"/*.toml; do
    [ -e "$profile" ] && "$RILON" --profile "$(basename "$profile" .toml)" lock >/dev/null 2>&1 || :
  done
  for dir in "$DIR"/nodes/*/; do
    [ -f "$dir/pid" ] && stop_node "$(basename "$dir")" || :
  done
}

say_failed() { printf '\nA step did not hold. Logs: %s/nodes/*/log\n' "$DIR" >&2; }

# --- founding ----------------------------------------------------------------------------------------

port() { echo $((PORT + $1)); }

person() {  # person PROFILE rso|chair|party NAME PARTY
  local network=(); [ "$2" = rso ] || network=(--network "$DIR/network/network.rilon" --out "$DIR/requests/$1")
  quietly rilon_as "$1" --passphrase-file "$PASS" setup person "$2" --name "$3" --party "$4" "${network[@]}"
}
unlock() { quietly rilon_as "$1" --passphrase-file "$PASS" unlock --for 2h; }

# in_force COMMAND… -- PROFILE…: the first person's command drafts; the others sign what it began.
draft_and_sign() {
  local words=() signer
  while [ "$1" != -- ]; do words+=("$1"); shift; done; shift
  local first=$1; shift
  local id
  id=$(rilon_as "$first" --json "${words[@]}" 2>"$DIR/last.log" | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' | head -n 1) || :
  [ -n "$id" ] || { cat "$DIR/last.log" >&2; die "failed: rilon ${words[*]}"; }
  for signer in "$@"; do quietly rilon_as "$signer" admin approve "${id:0:8}"; done
}

found_network() {
  rm -rf "$DIR/nodes" "$DIR/home" "$DIR/network" "$DIR/requests" "$DIR/run"
  use_directory
  printf 'demonstration %s\n' "$SEED" >"$PASS"; chmod 600 "$PASS"
  title "Founding the network"
  quietly rilon_as rso setup coordinator --config-dir "$DIR/nodes/rso" --name rso \
    --listen "tcp://127.0.0.1:$(port 0)" --live "tcp://127.0.0.1:$(port 1)" \
    --control "tcp://127.0.0.1:$(port 2)"
  person rso-1 rso "RSO officer one" RSO
  person rso-2 rso "RSO officer two" RSO
  quietly rilon_as rso-1 --passphrase-file "$PASS" admin ceremony --name "Demonstration $SEED" \
    --person "$RILON_HOME/rso-1.key" --person "$RILON_HOME/rso-2.key" --threshold 2 \
    --coordinator "$DIR/nodes/rso/request" --out "$DIR/network"
  quietly rilon_as rso enrol "$DIR/network/network.rilon" --config-dir "$DIR/nodes/rso"
  start_node rso
  local who
  for who in rso-1 rso-2; do quietly rilon_as $who enrol "$DIR/network/network.rilon"; unlock $who; done
  wait_for 20 rilon_as rso-1 status || die "the coordinator does not answer"
  note "network file, pre-shared key, two RSO persons (2 of 2 decide), coordinator running"
  found_parties
  found_rilons
  found_nodes
}

found_parties() {
  local code
  for code in "${PARTIES[@]}"; do
    person "admin-$(lower "$code")" party "Administrator of $code" "$code"
    unlock "admin-$(lower "$code")"
    draft_and_sign admin party add "$code" --administrator "$DIR/requests/admin-$(lower "$code")" -- rso-1 rso-2
  done
  note "parties ${PARTIES[*]}, an administrator each"
}

found_rilons() {
  local rilon name
  for rilon in "${RILONS[@]}"; do
    name=chair-$(lower "$rilon")
    person "$name" chair "Chair of $rilon" "${CHAIR_PARTY[$rilon]}"
    unlock "$name"
    draft_and_sign admin rilon establish "$rilon" --host "${HOST_OF[$rilon]}" --chair "$DIR/requests/$name" -- rso-1 rso-2
  done
  note "RILONs ${RILONS[*]}, a host and a chair each"
}

# Each node: its first administrator's key, the node's own keys, three signatures, the grant.
found_nodes() {
  local rilon party n=10
  for rilon in "${RILONS[@]}"; do
    for party in "${HOST_OF[$rilon]}" ${MISSIONS_OF[$rilon]}; do
      found_node "$rilon" "$party" $n
      n=$((n + 4))
    done
  done
}

found_node() {
  local rilon=$1 party=$2 base=$3 name dir listen=() link=()
  name=$(lower "$party-$rilon"); dir=$DIR/nodes/$name
  if [ "$party" = "${HOST_OF[$rilon]}" ]; then
    listen=(--listen "tcp://127.0.0.1:$(port "$base")" --live "tcp://127.0.0.1:$(port $((base + 1)))")
  else
    link=(--link "$DIR/nodes/$(lower "${HOST_OF[$rilon]}-$rilon")/request")
  fi
  quietly rilon_as "$name-admin" --passphrase-file "$PASS" setup officer --name "Administrator of $name" \
    --display-sign "ADM-$party" --network "$DIR/network/network.rilon" --out "$DIR/requests/$name-admin"
  quietly rilon_as "$name-admin" setup node --config-dir "$dir" --network "$DIR/network/network.rilon" \
    --name "$name" --party "$party" --rilon "$rilon" --administrator "$DIR/requests/$name-admin" \
    "${listen[@]}" "${link[@]}"
  draft_and_sign admin admit "$dir/request" -- rso-1 "admin-$(lower "$party")" "chair-$(lower "$rilon")"
  quietly rilon_as rso-1 admin grant "$name" --psk "$DIR/network/psk" --out "$DIR/requests/$name.grant"
  quietly rilon_as "$name-admin" enrol "$DIR/requests/$name.grant" --config-dir "$dir"
  start_node "$name"
  connect_profile "$name-admin" "$dir"
  unlock "$name-admin"
  wait_for 20 rilon_as "$name-admin" status || die "$name does not answer"
  quietly rilon_as "$name" --passphrase-file "$PASS" setup officer --name "Officer of $name" \
    --display-sign "LO-$party" --connection "$dir/connection.toml" --out "$DIR/requests/$name"
  quietly rilon_as "$name-admin" officer certify "$DIR/requests/$name" --role officer
  unlock "$name"
  wait_for 30 linked "$name" || die "$name has no link to the coordinator"
  note "$name admitted by $party's administrator, the RSO and the chair of $rilon"
}

# The administrator's profile was made before the node had an address.
connect_profile() {
  local key; key=$(sed -n 's/^key_file *= */key_file = /p' "$RILON_HOME/$1.toml")
  { grep -v '^key_file' "$2/connection.toml"; echo "$key"; } >"$RILON_HOME/$1.toml.new"
  chmod 600 "$RILON_HOME/$1.toml.new"; mv "$RILON_HOME/$1.toml.new" "$RILON_HOME/$1.toml"
}
linked() { rilon_as "$1" --json status | grep -q '"connected":true'; }
