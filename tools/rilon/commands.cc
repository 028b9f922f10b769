// The table of all commands: what exists is here, and what is here exists.
#include "tools/rilon/commands.h"

namespace rilon {
namespace {

constexpr OptionSpec setup_node[] = {
    {"--config-dir", "DIR", "where the node's files go"},
    {"--network", "FILE", "the network file"},
    {"--name", "NAME", "as aus-bkk"},
    {"--party", "CODE", "whose node it is, as AUS"},
    {"--rilon", "CODE", "the RILON it sits in, as BKK"},
    {"--portable", nullptr, "a laptop: it only dials"},
    {"--listen", "ENDPOINT", "accept peers at tcp://HOST:PORT"},
    {"--live", "ENDPOINT", "publish the RILON's audience there"},
    {"--endpoint", "ENDPOINT", "what peers dial, if not --listen"},
    {"--live-endpoint", "ENDPOINT", "what peers subscribe to, if not --live"},
    {"--control", "ENDPOINT", "the control socket (ipc in the directory)"},
    {"--link", "REQUEST", "dial the node of this request; may be repeated", true},
    {"--administrator", "REQUEST", "an officer's request: the first administrator"},
    {"--out", "FILE", "where the request goes (DIR/request)"},
};
constexpr OptionSpec setup_coordinator[] = {
    {"--config-dir", "DIR", "where the coordinator's files go"},
    {"--name", "NAME", "as rso"},
    {"--listen", "ENDPOINT", "accept nodes at tcp://HOST:PORT"},
    {"--live", "ENDPOINT", "publish the network's audience there"},
    {"--endpoint", "ENDPOINT", "what nodes dial, if not --listen"},
    {"--live-endpoint", "ENDPOINT", "what nodes subscribe to, if not --live"},
    {"--control", "ENDPOINT", "the control socket; tcp to let persons connect"},
    {"--control-endpoint", "ENDPOINT", "what persons dial, if not --control"},
    {"--out", "FILE", "where the request goes (DIR/request)"},
};
constexpr OptionSpec setup_officer[] = {
    {"--name", "NAME", "it stays on your node"},
    {"--display-sign", "SIGN", "how readers see you, as LO-3"},
    {"--connection", "FILE", "connection.toml of the node's directory"},
    {"--network", "FILE", "the network file"},
    {"--node-key", "HEX", "the node's key, with --node"},
    {"--key-file", "FILE", "where the key goes (beside the profile)"},
    {"--out", "FILE", "where the request goes (stdout)"},
};
constexpr OptionSpec setup_person[] = {
    {"--name", "NAME", "as other persons of the network see it"},
    {"--party", "CODE", "whose person it is"},
    {"--network", "FILE", "the network file; founders have none yet"},
    {"--node-key", "HEX", "with --node: connect there, not to the coordinator"},
    {"--key-file", "FILE", "where the key goes (beside the profile)"},
    {"--out", "FILE", "where the request goes (stdout)"},
};
constexpr OptionSpec enrol[] = {
    {"--config-dir", "DIR", "the node's directory"},
};
constexpr OptionSpec config_dir[] = {
    {"--config-dir", "DIR", "the node's directory (/etc/rilon)"},
};
constexpr OptionSpec unlock[] = {
    {"--for", "TIME", "lock after this long idle (5m; at most 24h)"},
};
constexpr OptionSpec out_only[] = {
    {"--out", "FILE", "where it goes (stdout)"},
};
constexpr OptionSpec rotate[] = {
    {"--encryption", nullptr, "what alerts are sealed to (without an option too)"},
    {"--signing", nullptr, "what the node signs with; three persons must sign the draft"},
    {"--transport", nullptr, "what it shows on connections; three persons too, and posts flow on"},
    {"--stolen", nullptr, "with --signing: somebody else has the old key, begin new streams"},
    {"--out", "FILE", "where the draft for persons goes (replace-key.draft; - is stdout)"},
    {"--cancel", nullptr, "the draft will not be signed: end the replacement"},
};
constexpr OptionSpec certify[] = {
    {"--role", "ROLE", "viewer, officer, releaser, administrator"},
};
constexpr OptionSpec post[] = {
    {"-t,--template", "TEMPLATE", "counterfeit-document, impostor, …; rilon post alone lists them"},
    {"-f,--file", "FILE", "a draft, or an alert in TOML"},
    {"--mrz", "-|FILE", "read the machine-readable zone"},
    {"--as-printed", nullptr, "wrong check digits are the document's, not a typing error"},
    {"--edit", nullptr, "open $EDITOR before posting"},
    {"--to", "AUDIENCE", "who may read (rilon audience list)"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--tell-issuer", nullptr, "the issuing state may know of the document; two officers decide"},
    {"--release-reason", "TEXT", "for the second officer: why --tell-issuer, or protection NONE"},
    {"--title", "TEXT", "at most 120 characters, without names"},
    {"--narrative", "TEXT", "what happened"},
    {"--tlp", "TLP", "CLEAR GREEN AMBER AMBER+STRICT RED"},
    {"--caveat", "CAVEAT", "ORCON, NO-CARRIER, …; may be repeated", true},
    {"--protection", "PROTECTION", "NONE, ASYLUM-CLAIM, …; without it nothing is assumed"},
    {"--holder", "ANSWER", "is the holder the issuer's national: yes, no, unsure"},
    {"--might-be", "COUNTRIES", "whose national the holder might be, or ?", true},
    {"--country", "COUNTRY", "where"},
    {"--where", "PLACE", "airport or UN/LOCODE"},
    {"--point", "POINT", "check-in, boarding-gate, …"},
    {"--flight", "NUMBER", "as TG475"},
    {"--type", "LETTERS", "the document's type, as P"},
    {"--issuer", "COUNTRY", "the document's issuer"},
    {"--doc", "NUMBER", "the document's number"},
    {"--series-from", "NUMBER", "first of a series"},
    {"--series-to", "NUMBER", "last of a series"},
    {"--expiry", "DATE", "the document's"},
    {"--name", "NAMES", "PRIMARY, SECONDARY; better typed at the question"},
    {"--native-name", "NAME", "in the person's own script"},
    {"--dob", "DATE", "1986-05-21 or 1986-?\?-?\?"},
    {"--sex", "SEX", "M, F, X"},
    {"--nationality", "COUNTRY", "as claimed"},
    {"--ground", "GROUND", "of a refusal; may be repeated", true},
    {"--reference", "TEXT", "of a ban or warrant; of trafficking your own, no name"},
    {"--contact", "TEXT", "a facilitator's name, handle or telephone"},
    {"--text", "TEXT", "of a bulletin or a request"},
    {"--due", "DATE", "until when a request is to be answered"},
    {"--paper", "PAPER", "bank, employment, school, …; may be repeated", true},
    {"--issued-by", "TEXT", "who is said to have issued the papers"},
    {"--agent", "TEXT", "who procured or lodged them"},
    {"--step", "TEXT", "of a modus operandi, in order; may be repeated", true},
    {"--indicator", "TEXT", "how it is recognised; of trafficking a code", true},
    {"--countermeasure", "TEXT", "against a modus operandi"},
    {"--exploitation", "EXPLOITATION", "forced-labour, sexual, …"},
    {"--attach", "FILE", "a JPEG or PNG picture beside it; may be repeated", true},
    {"--caption", "TEXT", "of each --attach in turn", true},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec say[] = {
    {"--to", "AUDIENCE", "who may read (rilon audience list)"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--tlp", "TLP", "CLEAR GREEN AMBER AMBER+STRICT RED"},
    {"--attach", "FILE", "a JPEG or PNG picture beside it; may be repeated", true},
    {"--caption", "TEXT", "of each --attach in turn", true},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec request[] = {
    {"-t,--template", "TEMPLATE", "request, which needs no saying"},
    {"--due", "DATE", "until when an answer is of use, as 2026-12-01"},
    {"--to", "AUDIENCE", "who may read (rilon audience list)"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--title", "TEXT", "at most 120 characters, without names"},
    {"--tlp", "TLP", "CLEAR GREEN AMBER AMBER+STRICT RED"},
    {"--caveat", "CAVEAT", "ORCON, NO-CARRIER, …; may be repeated", true},
    {"--mrz", "-|FILE", "the person and document it is about"},
    {"--as-printed", nullptr, "wrong check digits are the document's, not a typing error"},
    {"--type", "LETTERS", "the document's type, as P"},
    {"--issuer", "COUNTRY", "the document's issuer"},
    {"--doc", "NUMBER", "the document's number"},
    {"--name", "NAMES", "PRIMARY, SECONDARY; better typed at the question"},
    {"--dob", "DATE", "1986-05-21 or 1986-?\?-?\?"},
    {"--nationality", "COUNTRY", "as claimed"},
    {"--holder", "ANSWER", "is the holder the issuer's national: yes, no, unsure"},
    {"--might-be", "COUNTRIES", "whose national the holder might be, or ?", true},
    {"--attach", "FILE", "a JPEG or PNG picture beside it; may be repeated", true},
    {"--caption", "TEXT", "of each --attach in turn", true},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec reply[] = {
    {"--to", "AUDIENCE", "all of it may read, not only who asked"},
    {"--only", "NODE,…", "these too, within the request's audience", true},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--except-host", nullptr, "leave out the host country"},
    {"--title", "TEXT", "at most 120 characters, without names"},
    {"--tlp", "TLP", "CLEAR GREEN AMBER AMBER+STRICT RED"},
    {"--caveat", "CAVEAT", "ORCON, NO-CARRIER, …; may be repeated", true},
    {"--attach", "FILE", "a JPEG or PNG picture beside it; may be repeated", true},
    {"--caption", "TEXT", "of each --attach in turn", true},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec update[] = {
    {"-f,--file", "FILE", "the new text; else $EDITOR opens the old"},
    {"--to", "AUDIENCE", "who may read (rilon audience list)"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--tell-issuer", nullptr, "the issuing state may know of the document; two officers decide"},
    {"--release-reason", "TEXT", "for the second officer: why --tell-issuer, or protection NONE"},
    {"--attach", "FILE", "a JPEG or PNG picture beside it; may be repeated", true},
    {"--caption", "TEXT", "of each --attach in turn", true},
    {"--detach", "NUMBER", "leave out that attachment; may be repeated", true},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec review[] = {
    {"--within", "TIME", "without an ID: what is due within that time (30d)"},
    {"--again", "TIME", "when to look at it again (365d, which is the longest)"},
    {"--to", "AUDIENCE", "who may read, where they were named one by one"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec withdraw[] = {
    {"--reason", "REASON", "error, mistaken-identity, overturned, …"},
    {"--note", "TEXT", "at most 500 characters"},
    {"--ask-order", "FILE", "its author's mission has left: write what the RSO and a chair sign"},
    {"--order", "FILE", "withdraw with that file, signed by both"},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec narrow[] = {
    {"--exclude", "PARTY", "it reads the alert no longer; may be repeated", true},
    {"--except-host", nullptr, "nor does the host country"},
    {"--only", "NODE,…", "exactly these of its readers stay", true},
    {"--dry-run", nullptr, "show who stays and who does not, post nothing"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec confirm[] = {
    {"--what", "WHAT", "person, document or mo"},
    {"--country", "COUNTRY", "where it was seen"},
    {"--where", "PLACE", "airport or UN/LOCODE"},
    {"--outcome", "TEXT", "at most 500 characters"},
    {"--quotes", nullptr, "known from that alert alone: no second source"},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec dispute[] = {
    {"--reason", "DOUBT", "wrong-person, genuine-document, …; settled ends your own"},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec hit[] = {
    {"--what", "MET", "person or document"},
    {"--when", "DATE", "2026-11-23, or how long ago: 2h, 3d; today without it"},
    {"--country", "COUNTRY", "where it was met"},
    {"--where", "PLACE", "airport or UN/LOCODE"},
    {"--outcome", "TEXT", "what came of it, at most 500 characters; - reads it"},
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec notify_add[] = {
    {"--urgent", nullptr, "of urgent alerts only"},
};
constexpr OptionSpec release_request[] = {
    {"--to", "WHO", "a node, party or audience that is to read it; may be repeated", true},
    {"--outside", "NAME", "a body outside the network that is to be told of it"},
    {"--dry-run", nullptr, "show who is asked, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
};
constexpr OptionSpec release_refuse[] = {
    {"--dry-run", nullptr, "show who is answered, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
};
constexpr OptionSpec release[] = {
    {"--dry-run", nullptr, "show the readers, post nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
    {"--urgent", nullptr, "precedence immediate"},
    {"--flash", nullptr, "above that, for what can't wait: 30 an hour a mission"},
    {"--wait", "held", "until another node holds it; else exit 6"},
};
constexpr OptionSpec history[] = {
    {"--since", "TIME", "alerts received in the last 30d, 12h, … (30d)"},
    {"--until", "TIME", "but not in the last 10d, …"},
    {"--dry-run", nullptr, "show how many, give nothing"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
};
constexpr OptionSpec inbox[] = {
    {"--unread", nullptr, "only what was not opened"},
    {"--urgent", nullptr, "only immediate and flash"},
    {"--since", "TIME", "received in the last 2d, 12h, …"},
    {"--type", "KIND", "one kind of alert"},
};
constexpr OptionSpec show[] = {
    {"--history", nullptr, "older revisions too"},
    {"--evidence", nullptr, "what was signed, and by whom"},
    {"--receipts", nullptr, "who has it, who has acknowledged a withdrawal"},
};
constexpr OptionSpec save[] = {
    {"--attachment", "NUMBER", "which of them, as rilon show counts them (1)"},
};
constexpr OptionSpec search[] = {
    {"--doc", "NUMBER", "document number; - asks"},
    {"--name", "NAME", "- asks"},
    {"--dob", "DATE", "1986-?\?-?\?; - asks"},
    {"--sex", "SEX", "M, F, X"},
    {"--nationality", "COUNTRY", "of the person"},
    {"--type", "KIND", "one kind of alert"},
    {"--route", "FROM-TO", "airports, as BKK-SYD"},
    {"--since", "TIME", "received in the last 30d, …"},
};
constexpr OptionSpec screen[] = {
    {"--mrz", "-|FILE", "read the machine-readable zone"},
    {"--doc", "NUMBER", "document number; - asks"},
    {"--name", "NAME", "- asks"},
    {"--dob", "DATE", "1986-?\?-?\?; - asks"},
    {"--sex", "SEX", "M, F, X"},
    {"--nationality", "COUNTRY", "of the person"},
    {"--batch", "FILE", "a caseload, .csv or .ndjson"},
    {"--map", "THEIRS=OURS", "what a column of it is, as \"Passport No=doc\"; may be repeated",
     true},
    {"--keep", "TIME", "look again when alerts come: keep who is screened at the node, for 90d, …"},
    {"--kept", nullptr, "screen who is kept against what came since; alone"},
    {"--forget", "ID", "end what --keep began, and destroy it at the node; all ends every one"},
};
constexpr OptionSpec watch[] = {
    {"--type", "KIND", "one kind of alert"},
};
constexpr OptionSpec feed[] = {
    {"--from", "CURSOR", "after this event; start; now"},
    {"--resume", "FILE",
     "go on where FILE says (with --from start: begin again); keep it up to date"},
    {"--filter", "type=KIND", "one kind of alert; may be repeated", true},
    {"--once", nullptr, "end when nothing is left"},
};
constexpr OptionSpec export_options[] = {
    {"--format", "FORMAT", "ndjson, csv or stix (ndjson)"},
    {"--since", "TIME", "received in the last 30d, …"},
    {"--type", "KIND", "one kind of alert"},
    {"--out", "FILE", "where it goes, for you alone to read (stdout)"},
    {"--include-restricted", nullptr, "also TLP RED, ORCON and what else its author keeps back"},
};
constexpr OptionSpec preview[] = {
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
};
constexpr OptionSpec log[] = {
    {"--from", "N", "from this row on"},
    {"--verify", nullptr, "check the chain of hashes"},
};
constexpr OptionSpec disclosures[] = {
    {"--person", "-", "asks who; without a terminal lines of doc, name and dob on stdin"},
    {"--alert", "ID", "of one alert of your own node"},
};
constexpr OptionSpec top[] = {
    {"--interval", "TIME", "how often (2s)"},
};
constexpr OptionSpec doctor[] = {
    {"--fix", nullptr, "mend what can be mended: files that others may read or change"},
    {"--bundle", "FILE", "write what support needs, without keys and alerts"},
};
constexpr OptionSpec un_list[] = {
    {"--to", "AUDIENCE", "who may read (rilon audience list)"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--dry-run", nullptr, "show what would be posted"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
};
constexpr OptionSpec import_csv[] = {
    {"-t,--template", "TEMPLATE", "of rows that name none, as lookout or lost-stolen"},
    {"--map", "THEIRS=OURS", "what a column is, as \"Passport No=doc\"; may be repeated", true},
    {"--to", "AUDIENCE", "who may read (rilon audience list)"},
    {"--except-host", nullptr, "leave out the host country"},
    {"--with-host", nullptr, "let the host read what is for missions only by default"},
    {"--exclude", "PARTY", "leave out a party; may be repeated", true},
    {"--only", "NODE,…", "exactly these nodes", true},
    {"--tell-issuer", nullptr, "the issuing state may know of the document; two officers decide"},
    {"--release-reason", "TEXT", "for the second officer: why --tell-issuer, or protection NONE"},
    {"--dry-run", nullptr, "show how many rows, who would read, which lines are refused"},
    {"--stale-directory", nullptr, "go on although the directory is over a day old; logged"},
};
constexpr OptionSpec ceremony[] = {
    {"--name", "NAME", "of the network"},
    {"--person", "KEYFILE", "an RSO officer's key file; at least two", true},
    {"--threshold", "K", "how many of them decide (2)"},
    {"--coordinator", "REQUEST", "of rilon setup coordinator"},
    {"--out", "DIR", "network file, pre-shared key, transcript"},
};
constexpr OptionSpec party_add[] = {
    {"--name", "NAME", "of the party"},
    {"--under", "CODE", "the party it stands under, as HKG under CHN"},
    {"--administrator", "REQUEST", "a person's request; may be repeated", true},
};
constexpr OptionSpec establish[] = {
    {"--name", "NAME", "of the RILON"},
    {"--host", "CODE", "the host party"},
    {"--chair", "REQUEST", "a person's request", true},
    {"--deputy", "REQUEST", "a person's request; may be repeated", true},
};
constexpr OptionSpec change[] = {
    {"--name", "NAME", "of the RILON"},
    {"--chair", "REQUEST", "the new chair", true},
    {"--deputy", "REQUEST", "the new deputies, all of them", true},
};
constexpr OptionSpec suspend[] = {
    {"--reason", "TEXT", "for the record"},
    {"--key-compromised", nullptr, "does not lapse after 72 h"},
};
constexpr OptionSpec revoke[] = {
    {"--reason", "TEXT", "for the record"},
};
constexpr OptionSpec directory[] = {
    {"--out", "FILE", "write a network file with every record, to rebuild a coordinator from"},
};
constexpr OptionSpec grant[] = {
    {"--psk", "FILE", "the network's pre-shared key"},
    {"--out", "FILE", "where the grant goes (NODE.grant)"},
};

constexpr CommandSpec table[] = {
    {"setup node", "", 0, 0, "make a node's keys, configuration and request", setup_node,
     run_setup_node},
    {"setup coordinator", "", 0, 0, "the same for the RSO's coordinator", setup_coordinator,
     run_setup_coordinator},
    {"setup officer", "", 0, 0, "make your key, profile and request", setup_officer,
     run_setup_officer},
    {"setup person", "rso|chair|party", 1, 1, "the same for somebody who signs for the network",
     setup_person, run_setup_person},
    {"enrol", "GRANT|NETWORK-FILE", 1, 1, "take a node into the network, or pin a network file",
     enrol, run_enrol},
    {"unlock", "", 0, 0, "hold your key for a session", unlock, run_unlock},
    {"lock", "", 0, 0, "end the session", {}, run_lock},
    {"identity show", "", 0, 0, "who you are to the network", {}, run_identity_show},
    {"identity verify",
     "NODE",
     1,
     1,
     "words to compare with that node by telephone",
     {},
     run_identity_verify},
    {"identity export-public", "", 0, 0, "your request once more", out_only, run_identity_export},
    {"identity rotate", "", 0, 0, "a new key for this node", rotate, run_identity_rotate},
    {"officer certify", "REQUEST", 1, 1, "let an officer use this node", certify,
     run_officer_certify},
    {"officer list", "", 0, 0, "who may use this node", {}, run_officer_list},
    {"officer revoke", "SIGN|ID", 1, 1, "end an officer's access", {}, run_officer_revoke},
    {"mrz", "[-|FILE]", 0, 1, "parse and check a machine-readable zone", {}, run_mrz},
    {"compare", "NAME NAME", 2, 2, "how alike two names are, and why", {}, run_compare},
    {"post", "[-]", 0, 1, "post an alert", post, run_post},
    {"say", "TEXT|-", 1, -1, "post a one-line bulletin", say, run_say},
    {"request", "[TEXT|-]", 0, -1, "ask other missions, with a date", request, run_request},
    {"reply", "ID TEXT|-", 2, -1, "answer a request: to who asked", reply, run_reply},
    {"inbox", "", 0, 0, "what came in, newest first", inbox, run_inbox},
    {"show", "ID", 1, 1, "one alert", show, run_show},
    {"save", "ID FILE", 2, 2, "an attachment of an alert, as a new file", save, run_save},
    {"search", "[TEXT]", 0, -1, "look in what this node holds", search, run_search},
    {"screen", "", 0, 0, "is this person or document known?", screen, run_screen},
    {"withdraw", "ID", 1, 1, "take an alert back, everywhere", withdraw, run_withdraw},
    {"narrow", "ID", 1, 1, "take an alert back from some of its readers", narrow, run_narrow},
    {"update", "ID", 1, 1, "replace an alert by a new revision", update, run_update},
    {"review", "[ID]", 0, 1, "what your node is to look at again; with an ID: it still holds",
     review, run_review},
    {"confirm", "ID", 1, 1, "the same was seen here too", confirm, run_confirm},
    {"dispute", "ID [TEXT|-]", 1, -1, "say that another's alert is wrong or doubtful", dispute,
     run_dispute},
    {"hit", "ID", 1, 1, "our systems met this person or document", hit, run_hit},
    {"release",
     "",
     0,
     0,
     "what waits for a word of your node, and what it asked of others",
     {},
     run_release},
    {"release approve", "ID", 1, 1, "as the second officer: let the others read it too", release,
     run_release_approve},
    {"release decline", "ID", 1, 1, "leave the alert with its present readers", release,
     run_release_decline},
    {"release request", "ID [TEXT|-]", 1, -1, "ask its author to let others have an alert",
     release_request, run_release_request},
    {"release grant", "ID [TEXT|-]", 1, -1,
     "let those read it whom a request is for; ID: of the request", release, run_release_grant},
    {"release refuse", "ID [TEXT|-]", 1, -1, "leave it with its readers, and say so to who asked",
     release_refuse, run_release_refuse},
    {"history", "NODE", 1, 1, "let a node read what was sealed before it could", history,
     run_history},
    {"watch", "", 0, 0, "what comes in, as it comes", watch, run_watch},
    {"notify", "", 0, 0, "by what a watch tells you that something came", {}, run_notify},
    {"notify add", "WAY [PLACE]", 1, 2, "desktop, email ADDRESS or exec PROGRAM", notify_add,
     run_notify_add},
    {"notify remove", "NUMBER", 1, 1, "tell by that one no more", {}, run_notify_remove},
    {"notify test", "", 0, 0, "try all of them now", {}, run_notify_test},
    {"feed", "", 0, 0, "the same for programs: CloudEvents, a line each", feed, run_feed},
    {"export", "", 0, 0, "what you may read here, for another system", export_options, run_export},
    {"audience list", "", 0, 0, "who can be posted to", {}, run_audience_list},
    {"audience show", "NAME", 1, 1, "its members", {}, run_audience_show},
    {"audience preview", "NAME", 1, 1, "who of them would read", preview, run_audience_preview},
    {"import un-list", "FILE", 1, 1, "the UN consolidated list as lookouts", un_list,
     run_import_un_list},
    {"import csv", "FILE", 1, 1, "a table of lookouts, travel fraud, lost or stolen documents",
     import_csv, run_import_csv},
    {"status", "", 0, 0, "your node and its links", {}, run_status},
    {"top", "", 0, 0, "the same again and again: a screen, or a line each time", top, run_top},
    {"log", "", 0, 0, "the audit log", log, run_log},
    {"log disclosures", "", 0, 0, "who was told of a person or an alert", disclosures,
     run_log_disclosures},
    {"doctor", "", 0, 0, "what is wrong on your side, and what to do", doctor, run_doctor},
    {"backup", "PATH", 1, 1, "copy the store of the node on this machine", config_dir, run_backup},
    {"restore", "PATH", 1, 1, "put such a copy back", config_dir, run_restore},
    {"admin ceremony", "", 0, 0, "found a network", ceremony, run_admin_ceremony},
    {"admin party", "add CODE", 2, 2, "take in a party and its administrators", party_add,
     run_admin_party_add},
    {"admin rilon", "establish CODE", 2, 2, "establish a RILON", establish,
     run_admin_rilon_establish},
    {"admin change", "CODE", 1, 1, "a RILON's name, chair or deputies", change, run_admin_change},
    {"admin admit", "NODE-REQUEST", 1, 1, "begin to admit a node", {}, run_admin_admit},
    {"admin approve", "DRAFT|FILE", 1, 1, "sign what another began", {}, run_admin_approve},
    {"admin grant", "NODE", 1, 1, "what an admitted node is handed", grant, run_admin_grant},
    {"admin pending", "", 0, 0, "what waits for signatures, and whose", {}, run_admin_pending},
    {"admin suspend", "NODE", 1, 1, "stop a node within seconds", suspend, run_admin_suspend},
    {"admin confirm", "NODE", 1, 1, "keep a suspension beyond 72 h", {}, run_admin_confirm},
    {"admin reinstate", "NODE", 1, 1, "end a suspension", {}, run_admin_reinstate},
    {"admin revoke", "NODE", 1, 1, "end a node's membership", revoke, run_admin_revoke},
    {"admin directory", "", 0, 0, "who is in the network", directory, run_admin_directory},
    {"completion",
     "SHELL",
     1,
     1,
     "completion for bash, zsh or fish: load it in your shell",
     {},
     run_completion},
    {"help", "[TOPIC]", 0, 2, "exit-codes, json, security, audiences, a command", {}, run_help},
};

// Nobody types these: what unlock starts, what a shell asks.
constexpr OptionSpec agent_options[] = {{"--for", "TIME", ""}};
constexpr CommandSpec hidden[] = {
    {"agent-process", "", 0, 0, "", agent_options, run_agent},
    {"complete", "", 0, 0, "", {}, run_complete},
};

}  // namespace

std::span<const CommandSpec> command_table() {
    return table;
}

std::span<const CommandSpec> hidden_commands() {
    return hidden;
}

}  // namespace rilon
