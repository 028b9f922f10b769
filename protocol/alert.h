// Rules of the alert model: what a well-formed alert is when it is posted, defaults, and the line
// that people recognise it by. Who reads it is release.h's business. Schema: alert.proto.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/result.h"
#include "protocol/units.h"

namespace rilon {

// Limits in code points.
constexpr std::size_t title_chars_max = 120;
constexpr std::size_t narrative_chars_max = 8000;
constexpr std::size_t name_chars_max = 120;
constexpr std::size_t native_name_chars_max = 200;
constexpr std::size_t document_number_chars_max = 40;
constexpr std::size_t note_chars_max = 500;
constexpr std::size_t word_chars_max = 120;  // Any other field of one line.
constexpr unsigned request_days_max = 366;   // How far ahead a request's date may be.
// Limits of lists; a received operation beyond them is not parsed further.
constexpr int persons_max = 20;
constexpr int documents_max = 20;
constexpr int identities_max = 50;
constexpr int nationalities_max = 20;
constexpr int list_items_max = 50;  // Any other list.
// What fits one entry's plaintext (protocol §3).
constexpr std::size_t operation_bytes_max = 245759;

// The two values of Alert.part.
constexpr std::string_view part_person = "person";
constexpr std::string_view part_document = "document";
// The type of the link from the person part to its document part.
constexpr std::string_view link_other_part = "other-part";

// "travel-fraud", "visa-refusal", …; "unknown" for a kind of a newer version.
std::string kind_name(const proto::Alert& alert);
// The kinds that this version can post, a subset of codes.h alert_kinds().
const std::vector<std::string>& kind_names();
// What a border-incident may be.
CodeList border_incidents();
// How two alerts may be linked.
CodeList link_types();

// "AMBER+STRICT" and back; "ASYLUM-CLAIM" and back. A value of a newer version is "UNKNOWN";
// parsing takes any case and fails with invalid, naming the nearest.
std::string tlp_name(proto::Tlp tlp);
Result<proto::Tlp> parse_tlp(std::string_view text);
std::string protection_name(proto::Protection protection);
Result<proto::Protection> parse_protection(std::string_view text);

// The end of a request's due day in UTC; zero for another kind, or without a whole date.
UnixMillis request_due(const proto::Alert& alert);

// What a posting must satisfy: UTF-8, limits, known codes (with did-you-mean), dates, at least what
// its kind needs. Defaults must have been applied. Fails with invalid; the detail has all problems,
// one a line, each with field, reason and remedy.
Status check_alert(const proto::Alert& alert);
Status check_operation(const proto::Operation& operation);

// Parses received operation bytes within bounds; unknown fields survive. Fails with too_large
// (bytes or list lengths), malformed (not the schema, no body), unsupported (an operation or a kind
// of alert that this version doesn't know, or none).
Result<proto::Operation> parse_operation(ByteView bytes);

// Fills what the author left out: part, revision 1, times, TLP AMBER, title, and review, expiry and
// purge by kind (product: person 12 and 36 months; documents alone until expiry + 1 year, else 36
// months; modus operandi 24 months; bulletin 90 days; request 90 days after its date; reply 12
// months). What the author set stays where it is shorter.
void apply_defaults(proto::Alert& alert, UnixMillis now);

// `at` plus calendar months, in UTC; the day is cut to the month's last (January 31 + 1 month is
// February 28 or 29).
UnixMillis plus_months(UnixMillis at, unsigned months);

// One line a person recognises the alert by, without any name: "COUNTERFEIT passport UTO
// L898902C3". Not escaped (text.h escape_for_display); at most title_chars_max.
std::string headline(const proto::Alert& alert);

}  // namespace rilon
