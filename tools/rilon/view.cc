#include "tools/rilon/view.h"

#include <fmt/format.h>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "protocol/text.h"

namespace rilon {
namespace {

class Lines {
   public:
    void add(std::string_view label, std::string_view value) {
        if (!value.empty())
            lines_.push_back(fmt::format("{:<14} {}", label, escape_for_display(value)));
    }
    template <class Strings>
    void list(std::string_view label, const Strings& values) {
        std::string all;
        for (const std::string& v : values) all += (all.empty() ? "" : ", ") + v;
        add(label, all);
    }
    // Text of several lines, indented.
    void block(std::string_view label, const std::string& text) {
        if (text.empty()) return;
        lines_.push_back(std::string(label));
        std::string_view rest(text);
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            lines_.push_back("  " + escape_for_display(rest.substr(0, end)));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
    }
    void raw(std::string line) { lines_.push_back(std::move(line)); }
    std::vector<std::string> take() && { return std::move(lines_); }

   private:
    std::vector<std::string> lines_;
};

std::string joined(std::initializer_list<std::string_view> parts, std::string_view between = " ") {
    std::string out;
    for (std::string_view p : parts)
        if (!p.empty())
            out += (out.empty() ? std::string() : std::string(between)) + std::string(p);
    return out;
}

std::string time_text(std::uint64_t ms) {
    return ms == 0 ? "" : local_time(ms);
}

void add_person(Lines& lines, const proto::PersonRecord& person) {
    for (const proto::Identity& id : person.identities()) {
        lines.add("name", joined({joined({id.primary(), id.secondary()}, ", "), id.native_name(),
                                  id.type().empty() ? "" : "(" + id.type() + ")"}));
        lines.add("born", id.birth_date());
        lines.add("sex", id.sex());
    }
    std::string nationalities;
    for (const proto::Nationality& n : person.nationalities())
        nationalities += (nationalities.empty() ? "" : ", ") +
                         joined({n.code(), n.basis().empty() ? "" : "(" + n.basis() + ")"});
    lines.add("nationality", nationalities);
    lines.add("born in", joined({person.place_of_birth(), person.country_of_birth()}, ", "));
    lines.add("role", person.role());
    lines.list("persecuted by", person.persecutors());
}

void add_document(Lines& lines, const proto::DocumentRecord& document) {
    lines.add("document", joined({document.type(), document.issuer(), document.number()}));
    if (!document.series_from().empty())
        lines.add("series", document.series_from() + " to " + document.series_to());
    lines.add("issued", document.issue_date());
    lines.add("expires", document.expiry_date());
    for (const std::string& line : document.mrz_lines()) lines.add("mrz", line);
    for (const proto::CheckVerdict& c : document.checks())
        if (!c.ok())
            lines.add("check digit", c.field() + ": " + c.digit() + ", expected " + c.expected());
    lines.add("chip", document.chip());
    lines.add("disposition", document.disposition());
}

void add_kind(Lines& lines, const proto::Alert& a) {
    if (a.has_travel_fraud()) {
        lines.add("fraud", a.travel_fraud().fraud_type());
        lines.list("techniques", a.travel_fraud().techniques());
        lines.add("detected", a.travel_fraud().detected_how());
    }
    if (a.has_visa_refusal()) {
        const proto::VisaRefusal& v = a.visa_refusal();
        lines.add("visa", joined({v.post(), v.visa_class()}));
        lines.add("lodged", v.lodged());
        lines.add("decided", v.decided());
        lines.list("grounds", v.grounds());
        lines.add("appeal", v.appeal());
        lines.list("aliases", v.prior_aliases());
    }
    if (a.has_visa_cancellation()) {
        lines.add("visa", a.visa_cancellation().visa_number());
        lines.list("grounds", a.visa_cancellation().grounds());
        lines.add("effective", a.visa_cancellation().effective());
        lines.add("holder", a.visa_cancellation().holder_whereabouts());
    }
    if (a.has_lost_stolen()) {
        lines.add("state", a.lost_stolen().state());
        lines.add("lost", joined({a.lost_stolen().when(), a.lost_stolen().where()}));
        lines.add("SLTD", a.lost_stolen().sltd_reference());
    }
    if (a.has_facilitator()) {
        const proto::Facilitator& f = a.facilitator();
        lines.list("handles", f.handles());
        lines.list("phones", f.phones());
        lines.add("fee", joined({f.fee(), f.currency(), f.payment()}));
        lines.list("routes", f.routes());
        lines.list("services", f.services());
        lines.add("network", f.network());
    }
    if (a.has_lookout()) {
        lines.add("measure", a.lookout().measure());
        lines.add("reference", joined({a.lookout().reference(), a.lookout().authority()}));
        lines.add("listed", a.lookout().listed());
    }
    if (a.has_bulletin()) lines.block("text", a.bulletin().text());
}

void add_common(Lines& lines, const proto::Alert& a) {
    lines.add("tlp", tlp_name(a.tlp()));
    lines.list("caveats", a.caveats());
    if (a.has_grade())
        lines.add("grade", joined({a.grade().scheme(), a.grade().source() + a.grade().information(),
                                   a.grade().lossy() ? "(conversion lossy)" : ""}));
    if (a.when().from_ms() != 0) lines.add("when", local_time(a.when().from_ms()));
    lines.add("where", joined({a.where().location(), a.where().country(), a.where().point()}));
    lines.add("where", joined({a.country(), a.month()}));
    lines.add("flight",
              joined({a.transport().mode(), a.transport().carrier(), a.transport().flight()}));
    lines.list("routing", a.transport().routing());
    lines.add("operation", a.operation_name());
    lines.add("legal basis", a.legal_basis());
    for (const proto::Link& l : a.links())
        lines.add("link", joined({l.type(), short_form(l.alert_id())}));
    if (a.persons_size() > 0) lines.add("protection", protection_name(a.protection()));
}

}  // namespace

std::string short_form(const std::string& alert_id_bytes) {
    auto id = AlertId::parse(alert_id_bytes);
    return id ? format_short_id(*id) : "?";
}

std::string title_of(const proto::AlertRow& row) {
    if (row.withdrawn()) return "withdrawn: " + row.withdraw_reason();
    if (row.held_back()) return "redacted by its node, without an officer's withdrawal";
    if (row.newer_version()) return "needs a newer version of rilon";
    if (!row.alert().title().empty()) return row.alert().title();
    if (!row.has_alert()) return row.type();
    return headline(row.alert()) + (row.alert().part() == "document" ? ", document part" : "");
}

std::string inbox_line(const proto::AlertRow& row, const Output& out) {
    const char* mark = row.unread() ? "●" : row.own() ? "↑" : " ";
    const std::string urgent = row.precedence() >= 2 ? out.paint(Paint::bad, "URGENT ") : "";
    const std::string title = escape_for_display(title_of(row));
    const Paint paint = row.withdrawn() || row.held_back() ? Paint::faint
                        : row.unread()                     ? Paint::strong
                                                           : Paint::plain;
    return fmt::format("{}  {} {}  {:<12} {:<12} {}{}", short_form(row.alert_id()), mark,
                       local_time(row.received_ms()), escape_for_display(row.origin()),
                       row.withdrawn() || row.held_back() ? "" : tlp_name(row.alert().tlp()),
                       urgent, out.paint(paint, title));
}

std::vector<std::string> alert_lines(const proto::AlertRow& row, const Output& out) {
    Lines lines;
    const proto::Alert& a = row.alert();
    lines.raw(fmt::format("{}  {}", out.paint(Paint::strong, short_form(row.alert_id())),
                          out.paint(Paint::strong, escape_for_display(title_of(row)))));
    lines.add("kind",
              row.type() + (a.part().empty() ? "" : ", " + a.part() + " part") +
                  (row.revision() > 1 ? ", revision " + std::to_string(row.revision()) : ""));
    lines.add("from", joined({row.officer(), row.origin(),
                              row.origin_party().empty() ? "" : "(" + row.origin_party() + ")"}));
    lines.add("to", row.audience());
    lines.add("received", time_text(row.received_ms()));
    lines.add("confirmed by", row.confirmed_by());
    if (row.withdrawn() || row.held_back() || row.newer_version()) return std::move(lines).take();
    add_common(lines, a);
    for (const proto::PersonRecord& p : a.persons()) add_person(lines, p);
    for (const proto::DocumentRecord& d : a.documents()) add_document(lines, d);
    add_kind(lines, a);
    lines.block("narrative", a.narrative());
    lines.add("review by", time_text(a.review_by_ms()));
    lines.add("expires", time_text(a.expires_ms()));
    return std::move(lines).take();
}

std::vector<std::string> receipt_lines(const proto::ReceiptsResponse& receipts, std::uint64_t now) {
    std::vector<std::string> out;
    for (const proto::Receipt& r : receipts.receipts()) {
        const bool none = r.level().empty() || r.level() == "none";
        std::string what =
            none ? (receipts.withdrawn() ? "has NOT acknowledged the withdrawal" : "not yet")
                 : r.level() + " " + ago(r.at_ms(), now);
        if (receipts.withdrawn() && !none && r.level() != "redacted") what += ", NOT yet redacted";
        out.push_back(fmt::format("{:<20} {:<8} {:<9} {}", escape_for_display(r.node()),
                                  escape_for_display(r.party()), escape_for_display(r.part()),
                                  what));
    }
    return out;
}

bool coverage_stale(const proto::Coverage& coverage) {
    for (const auto& s : coverage.sources())
        if (s.stale()) return true;
    return false;
}

std::string coverage_line(const proto::Coverage& coverage, std::uint64_t now) {
    std::string out =
        fmt::format("searched {} alert{}", coverage.alerts(), coverage.alerts() == 1 ? "" : "s");
    const char* between = "; ";
    for (const auto& s : coverage.sources()) {
        out += fmt::format("{}{} heard {}{}", between, escape_for_display(s.name()),
                           ago(s.last_heard_ms(), now), s.stale() ? ": STALE" : "");
        between = ", ";
    }
    if (coverage.unopened() > 0)
        out += fmt::format("; {} not yet opened (their keys have not come)", coverage.unopened());
    return out;
}

std::vector<std::string> match_lines(const proto::Match& match, const Output& out) {
    std::vector<std::string> lines;
    const bool strong = match.strength() == "strong";
    lines.push_back(
        fmt::format("{}  {:<8} {:.2f}  {:<12} {}", short_form(match.row().alert_id()),
                    out.paint(strong ? Paint::bad : Paint::warning, strong ? "strong" : "possible"),
                    match.score(), escape_for_display(match.row().origin()),
                    escape_for_display(title_of(match.row()))));
    for (const std::string& r : match.reasons()) lines.push_back("  + " + escape_for_display(r));
    for (const std::string& d : match.differences())
        lines.push_back("  - " + escape_for_display(d));
    return lines;
}

}  // namespace rilon
