#include "tools/rilon/alert_csv.h"

#include <functional>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tools/alert_json.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

constexpr std::string_view between = " | ";

void join(std::string& all, const std::string& one, std::string_view by = between) {
    if (one.empty()) return;
    if (!all.empty()) all += by;
    all += one;
}

template <class Strings>
std::string joined(const Strings& strings, std::string_view by = between) {
    std::string out;
    for (const std::string& one : strings) join(out, one, by);
    return out;
}

std::string time_text(std::uint64_t ms) {
    return ms == 0 ? "" : rfc3339({ms});
}

std::string id_of(const proto::AlertRow& row, std::string (*format)(const AlertId&)) {
    auto id = AlertId::parse(row.alert_id());
    return id ? format(*id) : "";
}

using OfIdentity = std::string (*)(const proto::Identity&);
std::string of_identities(const proto::Alert& alert, OfIdentity what) {
    std::string out;
    for (const proto::PersonRecord& person : alert.persons())
        for (const proto::Identity& identity : person.identities()) join(out, what(identity));
    return out;
}

std::string name_of(const proto::Identity& identity) {
    std::string out = identity.primary();
    join(out, identity.secondary(), ", ");
    return out;
}

std::string nationalities_of(const proto::Alert& alert) {
    std::string out;
    for (const proto::PersonRecord& person : alert.persons())
        for (const proto::Nationality& n : person.nationalities())
            join(out, n.basis().empty() ? n.code() : n.code() + " (" + n.basis() + ")");
    return out;
}

using OfDocument = std::string (*)(const proto::DocumentRecord&);
std::string of_documents(const proto::Alert& alert, OfDocument what) {
    std::string out;
    for (const proto::DocumentRecord& document : alert.documents()) join(out, what(document));
    return out;
}

std::string series_of(const proto::DocumentRecord& document) {
    return document.series_from().empty() ? ""
                                          : document.series_from() + " to " + document.series_to();
}

std::string text_of(const proto::Alert& alert) {
    if (alert.has_bulletin()) return alert.bulletin().text();
    if (alert.has_request()) return alert.request().question();
    if (alert.has_reply()) return alert.reply().text();
    if (alert.has_modus_operandi()) {
        std::string out = joined(alert.modus_operandi().steps());
        join(out, alert.narrative());
        return out;
    }
    return alert.narrative();
}

std::string grade_of(const proto::Alert& alert) {
    const proto::Grade& grade = alert.grade();
    if (!grade.admiralty().empty()) return grade.admiralty();
    std::string out = grade.scheme();
    join(out, grade.source() + grade.information(), " ");
    return out;
}

struct ExportColumn {
    const char* name;
    std::string (*text)(const proto::AlertRow& row);
};
using Row = const proto::AlertRow&;

// "NZL: genuine-document": who holds it for wrong or doubtful.
std::string disputed_by(Row row) {
    std::string out;
    for (const proto::Remark& remark : row.remarks())
        if (stands(remark)) join(out, remark.party() + ": " + remark.dispute().reason());
    return out;
}

// What the alert is known by elsewhere; of a reply the request that it answers.
std::string reference_of(Row row) {
    const proto::Alert& alert = row.alert();
    if (alert.has_trafficking_indicator()) return alert.trafficking_indicator().reference();
    if (alert.has_reply()) {
        auto id = AlertId::parse(alert.reply().request_id());
        return id ? format_alert_id(*id) : "";
    }
    return alert.lookout().reference();
}

constexpr ExportColumn export_columns[] = {
    {"id", [](Row r) { return id_of(r, format_alert_id); }},
    {"short", [](Row r) { return id_of(r, format_short_id); }},
    {"revision", [](Row r) { return std::to_string(r.revision()); }},
    {"part", [](Row r) { return r.alert().part(); }},
    {"type", [](Row r) { return r.type(); }},
    {"tlp", [](Row r) { return tlp_name(r.alert().tlp()); }},
    {"caveats", [](Row r) { return joined(r.alert().caveats()); }},
    {"origin", [](Row r) { return r.origin(); }},
    {"origin_party", [](Row r) { return r.origin_party(); }},
    {"officer", [](Row r) { return r.officer(); }},
    {"received", [](Row r) { return time_text(r.received_ms()); }},
    {"confirmed_by", [](Row r) { return r.confirmed_by(); }},
    {"disputed_by", disputed_by},
    {"grade", [](Row r) { return grade_of(r.alert()); }},
    {"title", [](Row r) { return r.alert().title(); }},
    {"text", [](Row r) { return text_of(r.alert()); }},
    {"country",
     [](Row r) {
         return r.alert().country().empty() ? r.alert().where().country() : r.alert().country();
     }},
    {"location", [](Row r) { return r.alert().where().location(); }},
    {"from", [](Row r) { return time_text(r.alert().when().from_ms()); }},
    {"to", [](Row r) { return time_text(r.alert().when().to_ms()); }},
    {"flight", [](Row r) { return r.alert().transport().flight(); }},
    {"route", [](Row r) { return joined(r.alert().transport().routing(), "-"); }},
    {"name", [](Row r) { return of_identities(r.alert(), name_of); }},
    {"native_name",
     [](Row r) {
         return of_identities(r.alert(), [](const proto::Identity& i) { return i.native_name(); });
     }},
    {"dob",
     [](Row r) {
         return of_identities(r.alert(), [](const proto::Identity& i) { return i.birth_date(); });
     }},
    {"sex",
     [](Row r) {
         return of_identities(r.alert(), [](const proto::Identity& i) { return i.sex(); });
     }},
    {"nationality", [](Row r) { return nationalities_of(r.alert()); }},
    {"doc",
     [](Row r) {
         return of_documents(r.alert(), [](const proto::DocumentRecord& d) { return d.number(); });
     }},
    {"series", [](Row r) { return of_documents(r.alert(), series_of); }},
    {"doc_type",
     [](Row r) {
         return of_documents(r.alert(), [](const proto::DocumentRecord& d) { return d.type(); });
     }},
    {"issuer",
     [](Row r) {
         return of_documents(r.alert(), [](const proto::DocumentRecord& d) { return d.issuer(); });
     }},
    {"expiry",
     [](Row r) {
         return of_documents(r.alert(),
                             [](const proto::DocumentRecord& d) { return d.expiry_date(); });
     }},
    {"reference", reference_of},
    {"protection", [](Row r) { return protection_name(r.alert().protection()); }},
    {"legal_basis", [](Row r) { return r.alert().legal_basis(); }},
    {"expires", [](Row r) { return time_text(r.alert().expires_ms()); }},
    {"purge_after", [](Row r) { return time_text(r.alert().purge_after_ms()); }},
};

std::string line_of(const std::function<std::string(const ExportColumn&)>& field) {
    std::string out;
    for (const ExportColumn& column : export_columns) {
        if (!out.empty()) out += ',';
        out += field(column);
    }
    return out + "\r\n";
}

// Would a spreadsheet take it for a formula?
bool runs(std::string_view text) {
    constexpr std::string_view starts[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
    if (text.starts_with('\t') || text.starts_with('\r')) return true;
    const std::size_t first = text.find_first_not_of(" \n");
    if (first == std::string_view::npos) return false;
    for (std::string_view start : starts)
        if (text.substr(first).starts_with(start)) return true;
    return false;
}

}  // namespace

std::string csv_field(std::string_view text) {
    std::string out = runs(text) ? "\"'" : "\"";
    for (char c : escape_for_display(text, Newlines::keep)) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

std::string alert_csv_header() {
    return line_of([](const ExportColumn& column) { return csv_field(column.name); });
}

std::string alert_csv_row(const proto::AlertRow& row) {
    return line_of([&](const ExportColumn& column) { return csv_field(column.text(row)); });
}

}  // namespace rilon
