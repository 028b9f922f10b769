// The document part: built from nothing, so that no field gets into it by being forgotten.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "protocol/alert.h"
#include "protocol/partial_date.h"
#include "protocol/release.h"
#include "protocol/second_officer.h"

namespace rilon {
namespace {

bool is_stolen_blank(const proto::Alert& alert) {
    return alert.kind_case() == proto::Alert::kLostStolen && alert.lost_stolen().state() == "blank";
}

struct Month {
    int year = 0;
    unsigned month = 0;
};

Month month_of(std::uint64_t ms) {
    using namespace std::chrono;
    year_month_day date{
        floor<days>(sys_time<milliseconds>{milliseconds{static_cast<std::int64_t>(ms)}})};
    return {static_cast<int>(date.year()), static_cast<unsigned>(date.month())};
}

std::uint64_t month_begins(Month month) {
    using namespace std::chrono;
    auto days = sys_days{year{month.year} / static_cast<int>(month.month) / 1};
    return static_cast<std::uint64_t>(duration_cast<milliseconds>(days.time_since_epoch()).count());
}

// Only what may be said: a whole, known date; `1986-??-??` and the like as they are.
std::string date_only(const std::string& text) {
    auto date = parse_partial_date(text);
    return date ? format_partial_date(*date) : std::string();
}

void copy_document(const proto::DocumentRecord& from, proto::DocumentRecord& to) {
    to.set_type(from.type());
    to.set_issuer(from.issuer());
    to.set_number(from.number());
    to.set_series_from(from.series_from());
    to.set_series_to(from.series_to());
    to.set_expiry_date(date_only(from.expiry_date()));
}

}  // namespace

bool has_document_part(const proto::Alert& alert) {
    if (alert.documents().empty()) return false;
    if (is_stolen_blank(alert)) return true;
    if (alert.released() == release_tell_issuer) return alert.has_travel_fraud();
    const std::string& type = alert.travel_fraud().fraud_type();
    return type == "counterfeit" || type == "fantasy" || type == "camouflage" ||
           type == "stolen-blank";
}

proto::Alert document_part(const proto::Alert& alert) {
    proto::Alert out;
    out.set_part(std::string(part_document));
    out.set_revision(alert.revision());
    bool all = is_stolen_blank(alert);
    for (int i = 0; i < alert.documents_size() && (all || i == 0); ++i)
        copy_document(alert.documents(i), *out.add_documents());
    out.mutable_travel_fraud()->set_fraud_type(all ? "stolen-blank"
                                                   : alert.travel_fraud().fraud_type());
    out.set_country(alert.where().country());
    if (alert.when().from_ms() != 0) {
        Month month = month_of(alert.when().from_ms());
        out.set_month(fmt::format("{:04}-{:02}", month.year, month.month));
    }
    // The day and minute of writing could be matched with the person part's; the month can't. A TLP
    // of its own would tell something of the person's: it is always the same.
    std::uint64_t written = month_begins(month_of(alert.created_ms()));
    out.set_tlp(proto::TLP_AMBER);
    apply_defaults(out, {written});
    return out;
}

void give_document_id(ReleasePlan& plan, const AlertId& id) {
    if (plan.parts.size() < 2 || !plan.parts[1].alert.alert_id().empty()) return;
    proto::Alert& person = plan.parts[0].alert;
    plan.parts[1].alert.set_alert_id(id.str());
    proto::Link* link = person.add_links();
    link->set_type(std::string(link_other_part));
    link->set_alert_id(id.str());
}

Hash32 readers_hash(const ReleasePlan& plan) {
    ByteWriter out;
    auto field = [&](ByteView bytes) {
        out.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
    };
    out.u32(static_cast<std::uint32_t>(plan.parts.size()));
    for (const PartPlan& part : plan.parts) {
        field(as_bytes(part.part));
        field(encode_definition(part.definition));
        out.u8(part.derived ? 1 : 0).u32(static_cast<std::uint32_t>(part.readers.size()));
        for (const NodeId& node : part.readers) out.raw(node.view());
    }
    return hash({out.view()});
}

bool is_public_listing(const proto::Alert& alert) {
    if (alert.kind_case() != proto::Alert::kLookout || alert.tlp() != proto::TLP_CLEAR)
        return false;
    // "QDi.001", "KPi.033", "TAi.147": letters of the committee, i for an individual, a number.
    const std::string& reference = alert.lookout().reference();
    std::size_t dot = reference.find("i.");
    bool shaped =
        dot != std::string::npos && dot >= 2 && dot <= 3 && reference.size() >= dot + 5 &&
        reference.size() <= dot + 7 &&
        std::all_of(reference.begin(), reference.begin() + static_cast<std::ptrdiff_t>(dot),
                    [](char c) { return c >= 'A' && c <= 'Z'; }) &&
        std::all_of(reference.begin() + static_cast<std::ptrdiff_t>(dot) + 2, reference.end(),
                    [](char c) { return c >= '0' && c <= '9'; });
    return shaped && alert.lookout().authority() == un_list_authority &&
           alert.legal_basis() == un_list_legal_basis;
}

}  // namespace rilon
