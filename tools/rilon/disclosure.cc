#include "tools/rilon/disclosure.h"

#include <fmt/format.h>

#include "protocol/ids.h"
#include "protocol/partial_date.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tools/problem.h"
#include "tools/rilon/caseload_columns.h"
#include "tools/rilon/output.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

Status take_line(const std::string& line, proto::SearchRequest& out) {
    const std::size_t blank = line.find(' ');
    const std::string word = line.substr(0, blank);
    const std::string value = blank == std::string::npos ? "" : trimmed(line.substr(blank));
    if (word == "doc") {
        out.set_doc(value);
    } else if (word == "name") {
        out.set_name(value);
    } else if (word == "dob") {
        if (value.empty()) return {};
        auto date = parse_partial_date(value);
        if (!date)
            return problem(Errc::usage, date.error().detail, "write 1986-05-21 or 1986-?\?-?\?");
        out.set_dob(format_partial_date(*date));
    } else {
        // Not repeated: it may be a name.
        return problem(Errc::usage, "a line that begins with neither doc, name nor dob",
                       "write lines as \"doc X1234567\", \"name ROE, JAN\", \"dob 1986-05-21\"");
    }
    return {};
}

}  // namespace

Result<proto::SearchRequest> person_of_lines(std::string_view text) {
    proto::SearchRequest out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string line = trimmed(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.empty()) continue;
        if (Status s = take_line(line, out); !s) return s.error();
    }
    if (out.doc().empty() && out.name().empty())
        return problem(Errc::usage, "nobody to look for",
                       "give a document number or a name at least");
    if (Status s = check_person(out.doc(), out.name()); !s) return s.error();
    return out;
}

std::vector<proto::Receipt> receipts_of_part(const proto::AlertRow& row,
                                             const proto::ReceiptsResponse& all) {
    std::vector<proto::Receipt> out;
    for (const proto::Receipt& receipt : all.receipts())
        if (row.alert().part().empty() || receipt.part() == row.alert().part())
            out.push_back(receipt);
    for (const proto::Receipt& receipt : all.narrowed())  // They were told.
        if (receipt.dropped() &&
            (row.alert().part().empty() || receipt.part() == row.alert().part()))
            out.push_back(receipt);
    return out;
}

bool names_alert(const proto::LogRow& row) {
    return row.action() == "open" || row.action() == "export" ||
           (row.action() == "grant-release" && row.detail().ends_with(" outside"));
}

std::string alert_of_log(const proto::LogRow& row) {
    return row.detail().substr(0, row.detail().find(' '));
}

std::vector<std::string> disclosure_lines(const Disclosure& d) {
    auto id = AlertId::parse(d.row.alert_id());
    std::vector<std::string> out;
    out.push_back(fmt::format(
        "{}  {}  {}  {}{}", id ? format_short_id(*id) : "", shown(d.row.type()),
        d.row.withdrawn() ? "withdrawn" : shown(d.row.alert().part()),
        local_time(d.row.received_ms()), d.strength.empty() ? "" : "  " + shown(d.strength)));
    for (const proto::Receipt& r : d.receipts)
        out.push_back(fmt::format("  {:<20} {:<6} {:<9} {:<9} {}", shown(r.node()),
                                  shown(r.party()), shown(r.part()),
                                  r.level() == "none" ? "no answer" : shown(r.level()),
                                  r.at_ms() == 0 ? "" : local_time(r.at_ms())));
    if (d.receipts.empty()) out.push_back("  to no other node");
    if (!d.shown.has_value()) {
        out.push_back("  here: the log is for releasers and administrators");
        return out;
    }
    for (const proto::LogRow& row : *d.shown)
        out.push_back(fmt::format("  here: {:<14} {:<9} {}", shown(row.subject()),
                                  row.action() == "open"     ? "opened"
                                  : row.action() == "export" ? "exported"
                                                             : "let out",
                                  local_time(row.at_ms())));
    if (d.shown->empty()) out.push_back("  here: nobody opened, exported or let it out");
    return out;
}

}  // namespace rilon
