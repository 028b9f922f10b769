// Alerts as people read them. Pure: rows of the node's answers in, lines out, everything foreign
// escaped. The inbox shows no names: it may be read over a shoulder.
#pragma once

#include <string>
#include <vector>

#include "node/control.pb.h"
#include "tools/rilon/output.h"

namespace rilon {

// Is it a dispute, and one that its party has not settled?
bool stands(const proto::Remark& remark);
// Another party holds it for wrong or doubtful, and has not said that this is settled.
bool disputed(const proto::AlertRow& row);
// "7KQ2-M4XD  ● 22:14  aus-bkk      AMBER  COUNTERFEIT passport UTO L898902C3", with DISPUTED
// before the title.
std::string inbox_line(const proto::AlertRow& row, const Output& out);
// The whole alert, fields with a value only.
std::vector<std::string> alert_lines(const proto::AlertRow& row, const Output& out);
// One reply beneath its request.
std::string reply_line(const proto::AlertRow& row);
// Who asks whom to let whom have which alert, why, and what came of it.
std::vector<std::string> onward_lines(const proto::Onward& one, std::size_t columns);
// "referral       THA: Hotline 1300": a profile's contacts, ; between them, for victims of
// trafficking.
std::vector<std::string> referral_lines(const std::string& contacts, const std::string& host);
std::vector<std::string> receipt_lines(const proto::ReceiptsResponse& receipts,
                                       std::uint64_t now_ms);
// "searched 1,204 alerts; BKK heard just now, KUL 3 d ago: stale".
std::string coverage_line(const proto::Coverage& coverage, std::uint64_t now_ms);
bool coverage_stale(const proto::Coverage& coverage);
std::vector<std::string> match_lines(const proto::Match& match, const Output& out);

// What an officer types for an alert: the short form of its id.
std::string short_form(const std::string& alert_id_bytes);
// What an alert asks a second officer for, and its author's reason. Not escaped.
std::string release_asked(const proto::Alert& alert);
// The line an alert is known by: its title, or what happened to it.
std::string title_of(const proto::AlertRow& row);

}  // namespace rilon
