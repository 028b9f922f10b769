#include "tools/rilon/view.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tools/rilon/attaching.h"
#include "tools/rilon/columns.h"

namespace rilon {
namespace {

constexpr std::size_t label_columns = 14;

class Lines {
   public:
    explicit Lines(std::size_t columns) : columns_(columns) {}

    void add(std::string_view label, std::string_view value) {
        if (value.empty()) return;
        add_folded(padded(label, label_columns) + " " + escape_for_display(value),
                   label_columns + 1);
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
            add_folded("  " + escape_for_display(rest.substr(0, end)), 2);
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        }
    }
    void raw(std::string line) { lines_.push_back(std::move(line)); }
    std::vector<std::string> take() && { return std::move(lines_); }

   private:
    void add_folded(const std::string& text, std::size_t indent) {
        for (std::string& line : folded(text, columns_, indent)) lines_.push_back(std::move(line));
    }
    std::size_t columns_;
    std::vector<std::string> lines_;
};

void add_attachments(Lines& lines, const proto::Alert& alert) {
    for (int i = 0; i < alert.attachments_size(); ++i) {
        const proto::Attachment& one = alert.attachments(i);
        lines.add(fmt::format("attachment {}", i + 1),
                  fmt::format("{}, {}{}{}", one.media_type(), bytes_text(one.size()),
                              one.caption().empty() ? "" : ": ", one.caption()));
        lines.add("", to_hex(as_bytes(one.hash())));
    }
}

// What is left of a line for a text behind so much.
std::size_t room_behind(std::string_view before, std::size_t columns) {
    const std::size_t used = display_width(before);
    if (columns == columns_unlimited) return columns;
    return columns > used ? columns - used : 0;
}

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
    if (a.has_border_incident()) {
        lines.add("incident", a.border_incident().incident());
        lines.add("outcome", a.border_incident().outcome());
    }
}

void add_newer_kind(Lines& lines, const proto::Alert& a) {
    if (a.has_support_fraud()) {
        lines.list("papers", a.support_fraud().papers());
        lines.add("said to be of", a.support_fraud().purported_issuer());
        lines.add("agent", a.support_fraud().agent());
        lines.add("detected", a.support_fraud().detected_how());
    }
    if (a.has_modus_operandi()) {
        const proto::ModusOperandi& m = a.modus_operandi();
        for (int i = 0; i < m.steps_size(); ++i)
            lines.add(fmt::format("step {}", i + 1), m.steps(i));
        for (const std::string& sign : m.indicators()) lines.add("recognised by", sign);
        lines.add("against it", m.countermeasure());
    }
    if (a.has_trafficking_indicator()) {
        const proto::TraffickingIndicator& t = a.trafficking_indicator();
        for (const std::string& sign : t.indicators()) {
            const Code* code = find_code(trafficking_indicators(), sign);
            lines.add("sign", code == nullptr ? sign : std::string(code->label));
        }
        lines.add("exploitation", t.exploitation());
        lines.add("reference", t.reference());
    }
    if (a.has_request()) {
        lines.block("question", a.request().question());
        lines.add("answer until", a.request().due());
    }
    if (a.has_reply()) {
        lines.add("in reply to", short_form(a.reply().request_id()));
        lines.block("text", a.reply().text());
    }
}

// "  due 2026-12-01", of a request to us "  OVERDUE since 2026-12-01" or "  answered".
std::string due_text(const proto::AlertRow& row) {
    if (!row.has_alert() || !row.alert().has_request()) return {};
    const std::string due = escape_for_display(row.alert().request().due());
    if (row.answered()) return "  answered";
    if (row.overdue()) return "  OVERDUE since " + due;
    return "  due " + due;
}

// "a person's own states may know of him": the code's own words.
std::string release_words(const std::string& what) {
    const Code* code = find_code(release_kinds(), what);
    return code == nullptr ? what : std::string(code->label);
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
    if (!a.released().empty()) lines.add("two officers", release_words(a.released()));
    if (a.has_release_request()) lines.add("asks", release_asked(a));
}

// Of another's alert that is its author's to pass on.
void add_orcon(Lines& lines, const proto::AlertRow& row) {
    const auto& caveats = row.alert().caveats();
    if (!row.own() && std::find(caveats.begin(), caveats.end(), "ORCON") != caveats.end())
        lines.add("to others",
                  "as its author allows: rilon release request " + short_form(row.alert_id()));
}

// Whose systems met it and who doubts it, a line each; confirmations have their own.
void add_remarks(Lines& lines, const proto::AlertRow& row) {
    for (const proto::Remark& r : row.remarks()) {
        const std::string by =
            joined({r.officer(), r.node(), "(" + r.party() + ")", local_time(r.at_ms())});
        if (r.has_dispute()) {
            const bool older = r.dispute().revision() != 0 && r.part() == row.alert().part() &&
                               r.dispute().revision() < row.revision();
            lines.add(stands(r) ? "DISPUTED by" : "was disputed",
                      by + ": " + r.dispute().reason() +
                          (r.part() == row.alert().part() ? "" : ", the " + r.part() + " part") +
                          (older ? fmt::format(", of revision {}", r.dispute().revision()) : ""));
            lines.block("because", r.dispute().note());
        }
        if (r.has_hit())
            lines.add("hit", joined({by + ":", r.hit().what(), r.hit().where().location(),
                                     r.hit().where().country(),
                                     local_time(r.hit().when().from_ms()), r.hit().outcome()}));
    }
}

}  // namespace

std::string release_asked(const proto::Alert& alert) {
    return release_words(alert.release_request().what()) + ": " + alert.release_request().reason();
}

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

bool stands(const proto::Remark& remark) {
    return remark.has_dispute() && remark.dispute().reason() != "settled";
}

bool disputed(const proto::AlertRow& row) {
    return std::any_of(row.remarks().begin(), row.remarks().end(), stands);
}

std::string inbox_line(const proto::AlertRow& row, const Output& out) {
    const char* mark = row.unread() ? "●" : row.own() ? "↑" : " ";
    const std::string urgent = row.precedence() >= 2 ? "URGENT " : "";
    const std::string before =
        fmt::format("{}  {} {}  {} {:<12} ", short_form(row.alert_id()), mark,
                    local_time(row.received_ms()), padded(escape_for_display(row.origin()), 12),
                    row.withdrawn() || row.held_back() ? "" : tlp_name(row.alert().tlp()));
    const std::string doubt = disputed(row) ? "DISPUTED " : "";
    const std::string due = due_text(row);
    const std::string title = cut_to(escape_for_display(title_of(row)),
                                     room_behind(before + urgent + doubt + due, out.columns()));
    const Paint paint = row.withdrawn() || row.held_back() ? Paint::faint
                        : row.unread()                     ? Paint::strong
                                                           : Paint::plain;
    const std::string marks = urgent + doubt;
    return before + (marks.empty() ? "" : out.paint(Paint::bad, marks)) + out.paint(paint, title) +
           (row.overdue() ? out.paint(Paint::bad, due) : due);
}

std::vector<std::string> alert_lines(const proto::AlertRow& row, const Output& out) {
    Lines lines(out.columns());
    const proto::Alert& a = row.alert();
    lines.raw(fmt::format("{}  {}", out.paint(Paint::strong, short_form(row.alert_id())),
                          out.paint(Paint::strong, escape_for_display(title_of(row)))));
    lines.add("kind",
              row.type() + (a.part().empty() ? "" : ", " + a.part() + " part") +
                  (row.revision() > 1 ? ", revision " + std::to_string(row.revision()) : ""));
    lines.add("from", joined({row.officer(), row.origin(),
                              row.origin_party().empty() ? "" : "(" + row.origin_party() + ")"}));
    lines.add("to", row.audience());
    if (row.narrowed()) lines.add("narrowed", "fewer read it than did");
    lines.add("received", time_text(row.received_ms()));
    lines.add("confirmed by", row.confirmed_by());
    add_remarks(lines, row);
    if (row.withdrawn() || row.held_back() || row.newer_version()) return std::move(lines).take();
    add_common(lines, a);
    add_orcon(lines, row);
    for (const proto::PersonRecord& p : a.persons()) add_person(lines, p);
    for (const proto::DocumentRecord& d : a.documents()) add_document(lines, d);
    add_kind(lines, a);
    add_newer_kind(lines, a);
    if (row.overdue()) lines.add("overdue", "yes: nobody of this mission has replied");
    if (row.answered()) lines.add("answered", "yes, by this mission");
    lines.block("narrative", a.narrative());
    add_attachments(lines, a);
    lines.add("review by", time_text(a.review_by_ms()));
    lines.add("expires", time_text(a.expires_ms()));
    return std::move(lines).take();
}

std::vector<std::string> onward_lines(const proto::Onward& one, std::size_t columns) {
    const auto names = [](const auto& list) { return fmt::format("{}", fmt::join(list, ", ")); };
    const std::string whom = one.outside().empty() ? names(one.to()) : one.outside();
    std::vector<std::string> out = {escape_for_display(
        fmt::format("{}  {:<8} {}  {}  {}", short_form(one.request_id()), one.state(),
                    local_time(one.at_ms()), short_form(one.alert_id()), one.title()))};
    const auto add = [&](const std::string& text) {
        for (std::string& line : folded(escape_for_display(text), columns, 4))
            out.push_back(std::move(line));
    };
    add(fmt::format("  {} asks for {}{}: {}",
                    one.own()
                        ? one.officer() + " here"
                        : fmt::format("{} of {} ({})", one.officer(), one.node(), one.party()),
                    whom, one.outside().empty() ? "" : " (outside the network)", one.reason()));
    if (one.answered_ms() != 0)
        add(fmt::format("  {} by {} {}{}{}", one.state(), one.answered_by(),
                        local_time(one.answered_ms()),
                        one.granted().empty() ? "" : ", read by " + names(one.granted()),
                        one.note().empty() ? "" : ": " + one.note()));
    return out;
}

std::string reply_line(const proto::AlertRow& row) {
    return fmt::format("{:<14} {}  {}  {}  {}", "reply", short_form(row.alert_id()),
                       local_time(row.received_ms()), escape_for_display(row.origin()),
                       escape_for_display(title_of(row)));
}

std::vector<std::string> referral_lines(const std::string& contacts, const std::string& host) {
    std::vector<std::string> out;
    for (std::string_view rest(contacts); !rest.empty();) {
        const std::size_t end = rest.find(';');
        std::string_view one = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        const std::size_t from = one.find_first_not_of(' ');
        if (from == std::string_view::npos) continue;
        out.push_back(fmt::format("{:<14} {}: {}", "referral", escape_for_display(host),
                                  escape_for_display(one.substr(from))));
    }
    return out;
}

std::vector<std::string> receipt_lines(const proto::ReceiptsResponse& receipts, std::uint64_t now) {
    std::vector<std::string> out;
    for (const proto::Receipt& r : receipts.receipts()) {
        const bool none = r.level().empty() || r.level() == "none";
        std::string what =
            none ? (receipts.withdrawn() ? "has NOT acknowledged the withdrawal" : "not yet")
                 : r.level() + " " + ago(r.at_ms(), now);
        if (r.of_withdrawal() && !none)
            what = "has the withdrawal, since " + ago(r.at_ms(), now);
        else if (receipts.withdrawn() && !none && r.level() != "redacted")
            what += ", NOT yet redacted";
        out.push_back(fmt::format("{} {} {} {}", padded(escape_for_display(r.node()), 20),
                                  padded(escape_for_display(r.party()), 8),
                                  padded(escape_for_display(r.part()), 9), what));
    }
    for (const proto::Receipt& r : receipts.narrowed()) {
        const bool gone = r.level() == "redacted";
        if (gone && !r.dropped()) continue;  // Its newer revision is said above.
        const std::string what = fmt::format(
            "{}{}", r.dropped() ? "reads it no longer, " : "",
            gone ? fmt::format("erased revision {} {}", r.revision(), ago(r.at_ms(), now))
                 : fmt::format("has NOT erased revision {}", r.revision()));
        out.push_back(fmt::format("{} {} {} {}", padded(escape_for_display(r.node()), 20),
                                  padded(escape_for_display(r.party()), 8),
                                  padded(escape_for_display(r.part()), 9), what));
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
    if (coverage.more() != 0)
        out += fmt::format("; {} weaker match{} not shown", coverage.more(),
                           coverage.more() == 1 ? "" : "es");
    if (coverage.text_alerts() != 0 && coverage.text_alerts() < coverage.alerts())
        out += fmt::format("; words looked for in the newest {} ONLY", coverage.text_alerts());
    if (coverage.unopened() > 0)
        out += fmt::format("; {} not yet opened (their keys have not come)", coverage.unopened());
    return out;
}

std::vector<std::string> match_lines(const proto::Match& match, const Output& out) {
    std::vector<std::string> lines;
    const bool strong = match.strength() == "strong";
    const std::string id = short_form(match.row().alert_id());
    const std::string behind = fmt::format(" {:.2f}  {} ", match.score(),
                                           padded(escape_for_display(match.row().origin()), 12));
    const std::string strength = padded(strong ? "strong" : "possible", 8);
    const std::string doubt = disputed(match.row()) ? "DISPUTED " : "";
    const std::size_t room = room_behind(id + "  " + strength + behind + doubt, out.columns());
    lines.push_back(id + "  " + out.paint(strong ? Paint::bad : Paint::warning, strength) + behind +
                    doubt + cut_to(escape_for_display(title_of(match.row())), room));
    const auto add = [&](const char* mark, const std::string& text) {
        for (std::string& line : folded(mark + escape_for_display(text), out.columns(), 4))
            lines.push_back(std::move(line));
    };
    for (const std::string& r : match.reasons()) add("  + ", r);
    for (const std::string& d : match.differences()) add("  - ", d);
    return lines;
}

}  // namespace rilon
