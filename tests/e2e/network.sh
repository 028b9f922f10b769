#!/usr/bin/env bash
# Founds the small network of the e2e drills once and leaves it stopped as a template:
#   network.sh DIR BIN PORT
# DIR/live is where it was founded (addresses and paths inside are of this place), DIR/template the
# copy that every drill starts from. Coordinator rso; RILON BKK with tha-bkk (listens), aus-bkk, nzl-bkk.
set -euo pipefail
top=$1 BIN=$2 PORT=$3
cd "$(dirname "$0")/../.."
. tools/lib/setup.sh
. tools/lib/network.sh
RILONS=(BKK)
PARTIES=(THA AUS NZL)
declare -A MISSIONS_OF=([BKK]="AUS NZL") CHAIR_PARTY=([BKK]=AUS)
SEED=1 DIR=$top/live
rm -rf "$top/live" "$top/template"
mkdir -p "$top"
use_directory
trap 'code=$?; [ $code -eq 0 ] || say_failed; network_down; exit $code' EXIT
found_network
network_down
trap - EXIT
rm -rf "$DIR/run" "$DIR"/nodes/*/control.sock
cp -a "$DIR" "$top/template"
