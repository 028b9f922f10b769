# What the demonstration shows, step by step, with real commands. Sourced by tools/quickstart.

# invent SEED: names, numbers and parties of this run, from the seed alone.
invent() {
  local seed=$1
  RANDOM=$(((seed + seed / 20) % 32768))
  local surnames=(WARUN PRASERT HALIMAH KOROMA LINDQVIST OYELARAN TEREKHOV BAUTISTA)
  local givens=("ADA MARIE" "JONAS" "SOMCHAI" "LEILA NUR" "PIOTR" "MEI LING" "RAVI" "INES")
  local missions=(AUS NZL CAN GBR JPN KOR DEU FRA)
  MISSION_A=AUS
  local others=(NZL CAN JPN KOR DEU)
  MISSION_B=${others[seed % ${#others[@]}]}
  local far=(GBR FRA USA CHE)
  MISSION_C=${far[seed % ${#far[@]}]}
  declare -gA MISSIONS_OF=([BKK]="$MISSION_A $MISSION_B" [KUL]="$MISSION_A $MISSION_C")
  declare -gA CHAIR_PARTY=([BKK]=$MISSION_A [KUL]=$MISSION_C)
  PARTIES=(THA MYS "$MISSION_A" "$MISSION_B" "$MISSION_C")
  AUTHOR=$(lower "$MISSION_A")-bkk NEIGHBOUR=$(lower "$MISSION_B")-bkk HOST=tha-bkk
  FAR_A=$(lower "$MISSION_A")-kul FAR_C=$(lower "$MISSION_C")-kul FAR_HOST=mys-kul
  SURNAME=${surnames[RANDOM % ${#surnames[@]}]}
  GIVEN=${givens[RANDOM % ${#givens[@]}]}
  PLACE=(Gate-$((RANDOM % 90 + 10)) Counter-$((RANDOM % 90 + 10)) Hall-$((RANDOM % 90 + 10)))
  make_mrz

}

# The ICAO specimen's two lines with this run's name and number, check digits computed anew; the
# document number's own digit stays one too low, as the forger left it.
make_mrz() {
  local letters=ABCDEFGHJKLMNPRSTUVWXYZ number name optional="ZE184226B<<<<<"
  number=${letters:RANDOM%23:1}$(printf '%07d' $((RANDOM * 7919 % 10000000)))${letters:RANDOM%23:1}
  DOCUMENT=$number
  name="P<UTO$SURNAME<<${GIVEN// /<}"
  MRZ_1=$(printf '%-44s' "$name" | tr ' ' '<')
  local birth=740812 expiry=300415 digit wrong
  digit=$(check_digit "$number"); wrong=$(((digit + 9) % 10))
  local b e o line
  b=$birth$(check_digit $birth) e=$expiry$(check_digit $expiry) o=$optional$(check_digit "$optional")
  line="$number${wrong}UTO${b}F$e$o"
  MRZ_2=$line$(check_digit "$number$wrong$b$e$o")
}
check_digit() {  # ICAO Doc 9303-3: weights 7 3 1, letters from A = 10, filler 0.
  local text=$1 sum=0 i c v weights=(7 3 1)
  for ((i = 0; i < ${#text}; i++)); do
    c=${text:i:1}
    case $c in
      [0-9]) v=$c ;;
      '<') v=0 ;;
      *) v=$(($(printf '%d' "'$c") - 55)) ;;
    esac
    sum=$((sum + v * weights[i % 3]))
  done
  echo $((sum % 10))
}

step() { title "$*"; }
# run PROFILE ARGS…: shows the command as an officer would type it, and what it prints.
run() {
  local profile=$1; shift
  printf '%s$ rilon --profile %s %s%s\n' "$dim" "$profile" "$*" "$off"
  rilon_as "$profile" "$@"
}
# Posts and keeps the short id in $POSTED.
post() {
  local profile=$1; shift
  printf '%s$ rilon --profile %s post %s%s\n' "$dim" "$profile" "$*" "$off"
  rilon_as "$profile" post "$@" 2>"$DIR/post.log" >"$DIR/post.out" || { cat "$DIR/post.log" "$DIR/post.out"; die "the post failed"; }
  cat "$DIR/post.log" "$DIR/post.out"
  POSTED=$(cat "$DIR/post.out" "$DIR/post.log" | grep -oE '[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}' | head -n 1)
  [ -n "$POSTED" ] || die "no id in the receipt"
}

# in_background PROFILE FILE ARGS…: the process itself, so that $! may be ended.
in_background() {
  local profile=$1 file=$2; shift 2
  (exec "$RILON" --profile "$profile" --no-input --yes "$@" >"$file" 2>&1) &
}

reads() { rilon_as "$1" --json show "$2" | grep -q '"title"'; }
knows() { rilon_as "$1" --json inbox | grep -q "\"short\":\"$2\""; }
knows_not() { ! knows "$1" "$2"; }
expect() { local what=$1; shift; "$@" || die "not so: $what"; printf '  ✓ %s\n' "$what"; }
expect_soon() { local what=$1; shift; wait_for 30 "$@" || die "not within 30 s: $what"; printf '  ✓ %s\n' "$what"; }

demonstrate() {
  local own=$(lower "$AUTHOR")
  one_alert_the_right_readers
  except_the_host
  whole_network
  away_and_back
  withdrawn
  feed_resumed
  sanctions_list
}

one_alert_the_right_readers() {
  step "1. $AUTHOR posts a counterfeit passport from its machine-readable zone; $NEIGHBOUR reads it"
  printf '%s\n%s\n' "$MRZ_1" "$MRZ_2"
  in_background "$NEIGHBOUR" "$DIR/watch.out" watch; WATCH=$!
  wait_for 10 grep -q watching "$DIR/watch.out" || die "rilon watch did not start"
  printf '%s\n%s\n' "$MRZ_1" "$MRZ_2" >"$DIR/mrz"
  post "$AUTHOR" -t counterfeit-document --mrz - --as-printed --to BKK --where BKK --country THA \
    --narrative "Holder presented at ${PLACE[0]}." --wait held <"$DIR/mrz"
  FIRST=$POSTED
  expect_soon "$NEIGHBOUR reads it decrypted" reads "$NEIGHBOUR" "$FIRST"
  run "$NEIGHBOUR" show "$FIRST"
  expect_soon "rilon watch showed it live" grep -q "$FIRST" "$DIR/watch.out"
  kill -TERM $WATCH 2>/dev/null || :; wait $WATCH 2>/dev/null || :
  run "$AUTHOR" show "$FIRST" --receipts
}

except_the_host() {
  step "2. Withheld by rule, and left out by the officer; the document part to everybody"
  note "The holder claims to be a national of ${HOST_OF[BKK]}: nobody needs to say so, home must not learn of it."
  post "$AUTHOR" -t counterfeit-document --mrz - --as-printed --to BKK --nationality "${HOST_OF[BKK]}" --where BKK --country THA \
    --narrative "Holder waits in ${PLACE[2]}." --wait held <"$DIR/mrz"
  local ruled=$POSTED
  expect_soon "$NEIGHBOUR reads the person part" reads "$NEIGHBOUR" "$ruled"
  expect "$HOST knows nothing of the person part $ruled" knows_not "$HOST" "$ruled"
  post "$AUTHOR" -t counterfeit-document --mrz - --as-printed --to BKK --except-host --where BKK --country THA \
    --narrative "Holder asks for help at ${PLACE[1]}." --wait held <"$DIR/mrz"
  SECOND=$POSTED
  # The person part names it; an inbox shows the author that one alone.
  DOC_PART=$(rilon_as "$AUTHOR" --json show "$SECOND" | sed -n 's/.*"links":\[{[^]]*"id":"\([^"]*\)".*/\1/p' | head -n 1)
  DOC_PART=$(rilon_as "$AUTHOR" --json show "$DOC_PART" | sed -n 's/.*"short":"\([^"]*\)".*/\1/p' | head -n 1)
  expect_soon "$NEIGHBOUR reads the person part" reads "$NEIGHBOUR" "$SECOND"
  [ -n "$DOC_PART" ] || die "no document part"
  expect_soon "$HOST reads the document part $DOC_PART" reads "$HOST" "$DOC_PART"
  expect "$HOST knows nothing of the person part $SECOND" knows_not "$HOST" "$SECOND"
}

whole_network() {
  step "3. An alert to the whole network crosses the coordinator, which can't read it"
  post "$AUTHOR" -t facilitator --to network --exclude "$MISSION_C" --contact "$SURNAME" \
    --narrative "Meets travellers at ${PLACE[1]}; asks for their phones." --nationality XXB --might-be '?' \
    --only "$NEIGHBOUR,$FAR_A,$FAR_HOST" --wait held
  THIRD=$POSTED
  expect_soon "$FAR_A reads it in KUL" reads "$FAR_A" "$THIRD"
  expect_soon "$FAR_HOST reads it in KUL" reads "$FAR_HOST" "$THIRD"
  expect "$FAR_C was left out and knows nothing" knows_not "$FAR_C" "$THIRD"
  seized
}

# Stops a node, takes a copy of all its files, starts it again: what a thief of the machine has.
seize_copy() {
  stop_node "$1"
  rm -rf "$DIR/seized"; cp -a "$DIR/nodes/$1" "$DIR/seized"
  start_node "$1"
}
seized() {
  local words=("$SURNAME" "${PLACE[@]}" "$DOCUMENT") node
  note "The stores of who was left out are searched for ${words[*]}, and every key found there is tried:"
  for node in rso "$HOST" "$FAR_C"; do
    seize_copy "$node"
    local mine=(); [ "$node" = "$HOST" ] && mine=("${PLACE[1]}" "${PLACE[2]}") || mine=("${words[@]}")
    "$SEIZE" --config "$DIR/seized/node.toml" "${mine[@]}" || die "$node holds something readable"
  done
  seize_copy "$NEIGHBOUR"
  "$SEIZE" --config "$DIR/seized/node.toml" "${words[@]}" >"$DIR/seize.log" && die "the search finds nothing even at a reader: it proves nothing"
  note "The same search at $NEIGHBOUR, a reader, finds them: $(tail -n 1 "$DIR/seize.log")"
  wait_for 30 linked "$HOST" && wait_for 30 linked "$FAR_C" && wait_for 30 linked "$NEIGHBOUR" || die "a node did not come back"
}

away_and_back() {
  step "4. $FAR_A goes down and catches up; the coordinator goes down and BKK goes on"
  stop_node "$FAR_A"
  post "$AUTHOR" -t bulletin --to network --text "Meeting of the network moved to ${PLACE[0]}."
  local while_away=$POSTED
  start_node "$FAR_A"
  expect_soon "$FAR_A caught up" knows "$FAR_A" "$while_away"
  stop_node rso
  post "$AUTHOR" -t bulletin --to BKK --text "Coordinator away; BKK goes on." --wait held
  local without=$POSTED
  expect_soon "$NEIGHBOUR reads it without the coordinator" knows "$NEIGHBOUR" "$without"
  post "$AUTHOR" -t bulletin --to network --text "Written while the coordinator was away."
  without=$POSTED
  start_node rso
  expect_soon "the coordinator is back and $FAR_HOST has what was written meanwhile" knows "$FAR_HOST" "$without"
}

receipts_say() { rilon_as "$AUTHOR" --json show "$1" --receipts | grep '"kind":"receipt"' | { ! grep -v '"level":"redacted"'; }; }
withdrawn_at() { rilon_as "$1" --json show "$2" | grep -q '"withdrawn":true'; }

withdrawn() {
  step "5. $AUTHOR withdraws: every copy goes, and who has not acknowledged is named"
  run "$AUTHOR" withdraw "$SECOND" --reason mistaken-identity
  expect_soon "$NEIGHBOUR shows it as withdrawn" withdrawn_at "$NEIGHBOUR" "$SECOND"
  expect_soon "every reader has acknowledged that its copy is gone" receipts_say "$SECOND"
  run "$AUTHOR" show "$SECOND" --receipts
  seize_copy "$NEIGHBOUR"
  "$SEIZE" --config "$DIR/seized/node.toml" "${PLACE[1]}" "asks for help" >"$DIR/seize.log" 2>&1 || :
  expect "its words are gone from $NEIGHBOUR's files, all keys tried" eval "! grep -q 'asks for help' '$DIR/seize.log'"
}

# Every event that a consumer gets who begins anew is among those of the one that was killed.
feed_missed_nothing() {
  rilon_as "$NEIGHBOUR" feed --from start --once 2>"$DIR/last.log" | event_ids >"$DIR/feed.anew" || return 1
  [ -s "$DIR/feed.anew" ] && event_ids <"$DIR/feed.out" | comm -13 - "$DIR/feed.anew" | { ! grep .; }
}
event_ids() { grep -o '^{[^}]*"id":"[^"]*"' | sed 's/.*"id":"//' | sort; }
feed_once() { rilon_as "$NEIGHBOUR" feed --resume "$DIR/feed.cursor" --once >>"$DIR/feed.out" 2>"$DIR/last.log"; }

feed_resumed() {
  step "6. A feed for programs: killed and resumed, it misses nothing and repeats nothing"
  wait_for 30 linked "$NEIGHBOUR"
  : >"$DIR/feed.out"; rm -f "$DIR/feed.cursor"
  in_background "$NEIGHBOUR" "$DIR/feed.out" feed --resume "$DIR/feed.cursor"; local feed=$!
  wait_for 30 test -s "$DIR/feed.cursor" || die "the feed printed nothing"
  kill -KILL $feed; wait $feed 2>/dev/null || :
  post "$AUTHOR" -t bulletin --to BKK --text "Posted while the feed was dead." --wait held
  wait_for 30 knows "$NEIGHBOUR" "$POSTED"
  feed_once || die "the feed did not resume: $(cat "$DIR/last.log")"
  tail -n 1 "$DIR/feed.out" | cut -c 1-160
  local all; all=$(grep -c '"specversion"' "$DIR/feed.out")
  event_ids <"$DIR/feed.out" | uniq -d | { ! grep .; } || die "the feed repeated an event"
  grep -q 'removed.v1' "$DIR/feed.out" || die "the withdrawal is not in the feed"
  expect "$all events, none twice, none missing, the withdrawal among them" feed_missed_nothing
}

# A few invented persons in the list's own format, for those who have not got the real one at hand.
invented_list() {
  local i
  echo '<?xml version="1.0" encoding="UTF-8"?><CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:00.000Z"><INDIVIDUALS>'
  for ((i = 1; i <= 40; i++)); do
    printf '<INDIVIDUAL><DATAID>%d</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>INVENTED%s</FIRST_NAME><SECOND_NAME>PERSON%s</SECOND_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.%03d</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON><NATIONALITY><VALUE>Rwanda</VALUE></NATIONALITY><INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1971-03-%02d</DATE></INDIVIDUAL_DATE_OF_BIRTH><INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>QX%07d</NUMBER><ISSUING_COUNTRY>Rwanda</ISSUING_COUNTRY></INDIVIDUAL_DOCUMENT></INDIVIDUAL>' \
      "$i" "$(letters $((SEED + i)))" "$(letters $((SEED * 3 + i)))" "$i" $((i % 28 + 1)) $(((SEED * 7919 + i * 104729) % 10000000))
  done
  echo '</INDIVIDUALS></CONSOLIDATED_LIST>'
}
letters() { local n=$(($1 * 7919 % 17576)) a=ABCDEFGHIJKLMNOPQRSTUVWXYZ; printf '%s%s%s' "${a:n%26:1}" "${a:n/26%26:1}" "${a:n/676:1}"; }

sanctions_list() {
  step "7. The UN Security Council list becomes lookouts; search and screening find them elsewhere"
  local list=$UN_LIST persons number name entry
  if [ -z "$list" ]; then
    list=$DIR/invented-list.xml; invented_list >"$list"
    note "(no --un-list given: 40 invented persons in the list's format)"
  fi
  persons=$(grep -o '<INDIVIDUAL>' "$list" | wc -l)
  run "$AUTHOR" import un-list "$list" --to network 2>&1 | tail -n 3
  expect_soon "all $persons are at $FAR_HOST" alerts_at_least "$FAR_HOST" "$persons"
  number=$(tr -d '\n' <"$list" | grep -oP '<TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT>\s*<NUMBER>\K[A-Z]{1,2}[0-9]{6,8}(?=<)' | sed -n "$((SEED % 5 + 1))p")
  [ -n "$number" ] || die "the list has no passport number"
  run "$FAR_HOST" search --doc "$number" 2>&1 | head -n 6 || :
  rilon_as "$FAR_HOST" --json search --doc "$number" >"$DIR/search.out" || :
  expect "search --doc $number finds it at $FAR_HOST" grep -q '"strength":"strong"' "$DIR/search.out"
  entry=$(sed -n 's/.*"short":"\([^"]*\)".*/\1/p' "$DIR/search.out" | head -n 1)
  name=$(rilon_as "$FAR_HOST" --json show "$entry" | grep -o '"primary":"[^"]*","secondary":"[^"]*"' | head -n 1 |
    sed 's/"primary":"\([^"]*\)","secondary":"\([^"]*\)"/\2 \1/')
  [ -n "$name" ] || die "no name in the match"
  run "$FAR_A" search --name "$name" 2>&1 | head -n 8 || :
  rilon_as "$FAR_A" --json search --name "$name" >"$DIR/search.out" || :
  expect "search --name finds it at $FAR_A" grep -q "$entry" "$DIR/search.out"
  screen_zone "$number"
}
alerts_at_least() { [ "$(rilon_as "$1" --json status | sed -n 's/.*"alerts":\([0-9]*\).*/\1/p')" -ge "$2" ]; }

# The zone of a traveller who shows this passport at KUL.
screen_zone() {
  local number=$1 padded b=710301 e=300415 line code=0
  padded=$(printf '%-9s' "${number:0:9}" | tr ' ' '<')
  b=$b$(check_digit $b) e=$e$(check_digit $e)
  line="$padded$(check_digit "$padded")RWA${b}M$e<<<<<<<<<<<<<<0"
  line=$line$(check_digit "${line:0:10}${line:13:7}${line:21:22}")
  printf 'P<RWATRAVELLER<<SOME<<<<<<<<<<<<<<<<<<<<<<<<\n%s\n' "$line" |
    run "$FAR_A" screen --mrz - || code=$?
  expect "rilon screen answers 11, a strong match" [ "$code" = 11 ]
}

next_commands() {
  title "The network runs. Try:"
  cat <<END
  export RILON_HOME=$RILON_HOME XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR
  $RILON --profile $NEIGHBOUR inbox
  $RILON --profile $AUTHOR say "Good morning" --to BKK
  $RILON --profile $HOST audience list
Stop it with: tools/quickstart down --dir $DIR
END
}
