#include "tools/rilon/json_lines.h"

#include <nlohmann/json.hpp>

#include "protocol/short_id.h"
#include "tools/alert_json.h"
#include "tools/rilon/disclosure.h"
#include "tools/rilon/doctor.h"
#include "tools/rilon/import_csv.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
    return dump_json(json);
}

Json line(const char* kind) {
    Json out;
    out["v"] = 1;
    out["kind"] = kind;
    return out;
}

template <class Strings>
Json array_of(const Strings& strings) {
    Json out = Json::array();
    for (const auto& s : strings) out.push_back(s);
    return out;
}

std::string id_text(const std::string& bytes) {
    auto id = AlertId::parse(bytes);
    return id ? format_alert_id(*id) : "";
}
std::string short_text(const std::string& bytes) {
    auto id = AlertId::parse(bytes);
    return id ? format_short_id(*id) : "";
}
std::string hex(const std::string& bytes) {
    return to_hex(as_bytes(bytes));
}

Json time_of(std::uint64_t ms) {
    return ms == 0 ? Json(nullptr) : Json(rfc3339(UnixMillis{ms}));
}

Json part_json(const proto::PreparedPart& part) {
    Json out;
    out["part"] = part.part();
    out["audience"] = part.audience();
    out["host_reads"] = part.host_reads();
    out["readers"] = Json::array();
    for (const proto::Reader& r : part.readers()) out["readers"].push_back(r.name());
    out["excluded"] = Json::array();
    for (const proto::Excluded& e : part.excluded())
        out["excluded"].push_back({{"party", e.party()}, {"why", e.why()}});
    for (const proto::DroppedReader& r : part.dropped())
        out["dropped"].push_back({{"node", r.node()}, {"party", r.party()}, {"why", r.why()}});
    return out;
}

// The other half of a narrowing is said with the part that goes on.
Json parts_json(const google::protobuf::RepeatedPtrField<proto::PreparedPart>& parts) {
    Json out = Json::array();
    for (const proto::PreparedPart& part : parts)
        if (!part.takes_back()) out.push_back(part_json(part));
    return out;
}

std::string one(char c) {
    return std::string(1, c);
}

}  // namespace

std::string json_error(const Problem& problem) {
    Json out = line("error");
    out["code"] = errc_name(problem.code);
    out["message"] = problem.message;
    out["remedy"] = problem.remedy;
    return dump(out);
}

std::string json_mrz(const Mrz& mrz, const MrzDates& dates) {
    Json out = line("mrz");
    out["format"] = mrz_format_name(mrz.format);
    out["ok"] = mrz.ok();
    if (mrz.line_two_only) out["line_two_only"] = true;
    out["document"] = {{"type", mrz.document_code},
                       {"issuer", mrz.issuer},
                       {"number", mrz.document_number},
                       {"expiry", dates.expiry},
                       {"optional", mrz.optional_data}};
    out["person"] = {{"primary", mrz.primary_identifier},
                     {"secondary", mrz.secondary_identifier},
                     {"truncated", mrz.name_truncated},
                     {"nationality", mrz.nationality},
                     {"birth", dates.birth},
                     {"sex", mrz.sex == '<' ? "" : one(mrz.sex)}};
    out["checks"] = Json::array();
    for (const MrzCheck& c : mrz.checks) {
        Json check = {{"field", mrz_field_name(c.field)},
                      {"ok", c.ok},
                      {"digit", one(c.digit)},
                      {"expected", one(c.expected)}};
        if (c.warning) check["warning"] = true;
        out["checks"].push_back(check);
    }
    out["suggestions"] = Json::array();
    for (const MrzSuggestion& s : mrz.suggestions)
        out["suggestions"].push_back(
            {{"field", mrz_field_name(s.field)},
             {"change", s.change == MrzChange::misread ? "misread" : "transposition"},
             {"line", s.line},
             {"column", s.column},
             {"from", s.from},
             {"to", s.to},
             {"composite_too", s.composite_too}});
    out["notes"] = array_of(mrz.notes);
    return dump(out);
}

std::string json_compare(const NameComparison& comparison) {
    Json out = line("compare");
    // Two decimals: more would promise what a likeness of names can't keep.
    out["score"] = static_cast<double>(static_cast<int>(comparison.score * 100 + 0.5)) / 100;
    out["verdict"] = name_verdict_name(comparison.verdict);
    out["reasons"] = array_of(comparison.reasons);
    out["differences"] = array_of(comparison.differences);
    return dump(out);
}

std::string json_posted(const proto::PostedResponse& posted, const std::string& level) {
    Json out = line("posted");
    out["id"] = id_text(posted.alert_id());
    out["short"] = short_text(posted.alert_id());
    out["parts"] = parts_json(posted.parts());
    out["level"] = level;
    return dump(out);
}

namespace {

Json history_json(const proto::HistoryPreview& history) {
    Json out = {{"node", history.node()},     {"party", history.party()},
                {"alerts", history.alerts()}, {"withheld", Json::array()},
                {"others", history.others()}, {"more", history.more()}};
    for (const proto::HistoryWithheld& withheld : history.withheld())
        out["withheld"].push_back({{"why", withheld.why()}, {"alerts", withheld.alerts()}});
    return out;
}

}  // namespace

std::string json_preview(const proto::PreparedResponse& prepared) {
    Json out = line("preview");
    out["parts"] = parts_json(prepared.parts());
    out["warnings"] = array_of(prepared.warnings());
    if (prepared.has_history()) out["history"] = history_json(prepared.history());
    return dump(out);
}

std::string json_saved(const proto::Attachment& attachment, std::uint32_t number,
                       const std::string& path) {
    Json out = line("saved");
    out["attachment"] = number;
    out.update(attachment_json(attachment));
    out["file"] = path;
    return dump(out);
}

std::string json_onward(const proto::Onward& one) {
    Json out = line("onward");
    out["id"] = id_text(one.request_id());
    out["short"] = short_text(one.request_id());
    out["alert"] = id_text(one.alert_id());
    out["title"] = one.title();
    out["own"] = one.own();
    out["node"] = one.node();
    out["party"] = one.party();
    out["officer"] = one.officer();
    out["received"] = time_of(one.at_ms());
    out["to"] = array_of(one.to());
    if (!one.outside().empty()) out["outside"] = one.outside();
    out["reason"] = one.reason();
    out["state"] = one.state();
    if (one.answered_ms() == 0) return dump(out);
    out["answered_by"] = one.answered_by();
    out["answered"] = time_of(one.answered_ms());
    out["granted"] = array_of(one.granted());
    out["note"] = one.note();
    return dump(out);
}

std::string json_history(const proto::HistoryPreview& history) {
    Json out = line("history");
    out.update(history_json(history));
    return dump(out);
}

namespace {

Json remark_json(const proto::Remark& remark) {
    Json out;
    out["operation"] = remark.operation();
    if (remark.has_dispute()) out = dispute_json(remark.dispute());
    if (remark.has_hit()) out = hit_json(remark.hit());
    if (remark.has_confirm()) {
        out["what"] = remark.confirm().what();
        out["outcome"] = remark.confirm().outcome();
        out["second_source"] = remark.second_source();
    }
    out["node"] = remark.node();
    out["party"] = remark.party();
    out["officer"] = remark.officer();
    out["received"] = time_of(remark.at_ms());
    if (!remark.part().empty()) out["part"] = remark.part();
    return out;
}

// What the node knows beside the alert's content; interfaces.md names these fields.
void add_row(Json& out, const proto::AlertRow& row) {
    out["origin_party"] = row.origin_party();
    if (!row.withdrawn()) out["part"] = row.alert().part();
    out["audience"] = row.audience();
    out["unread"] = row.unread();
    out["own"] = row.own();
    out["precedence"] = row.precedence();
    out["confirmed_by"] = row.confirmed_by();
    out["disputed"] = disputed(row);
    if (!row.remarks().empty()) out["remarks"] = Json::array();
    for (const proto::Remark& remark : row.remarks()) out["remarks"].push_back(remark_json(remark));
    if (row.has_alert() && row.alert().has_request()) {
        out["due"] = row.alert().request().due();
        out["answered"] = row.answered();
        out["overdue"] = row.overdue();
        out["replies"] = row.replies();
    }
    if (row.newer_version()) out["newer_version"] = true;
    if (row.held_back()) out["held_back"] = true;
    if (row.narrowed()) out["narrowed"] = true;
}

Json row_json(const proto::AlertRow& row) {
    AlertEnvelope envelope;
    if (auto id = AlertId::parse(row.alert_id())) envelope.id = *id;
    envelope.revision = row.revision();
    envelope.origin = row.origin();
    envelope.officer = row.officer();
    envelope.received = UnixMillis{row.received_ms()};
    envelope.withdrawn = row.withdrawn();
    envelope.withdraw_reason = row.withdraw_reason();
    Json out = alert_json(row.alert(), envelope);
    if (!row.type().empty()) out["type"] = row.type();
    return out;
}

}  // namespace

std::string json_alert(const proto::AlertRow& row) {
    Json out = row_json(row);
    out.erase("content");
    add_row(out, row);
    return dump(out);
}

std::string json_alert_full(const proto::AlertRow& row) {
    Json out = row_json(row);
    add_row(out, row);
    return dump(out);
}

std::string json_exported_alert(const proto::AlertRow& row) {
    Json out = row_json(row);
    add_row(out, row);
    out["caveats"] = array_of(row.alert().caveats());
    return dump(out);
}

std::string json_exported(std::size_t alerts, const std::map<std::string, std::size_t>& left_out) {
    Json out = line("exported");
    out["alerts"] = alerts;
    out["left_out"] = Json::array();
    for (const auto& [why, count] : left_out)
        out["left_out"].push_back({{"why", why}, {"alerts", count}});
    return dump(out);
}

std::string cloud_event(const proto::FeedEvent& event, const CloudSource& source) {
    const std::string part = event.part().empty() ? "" : "/" + event.part();
    Json out;
    out["specversion"] = "1.0";
    out["id"] = hex(event.entry_id()) + part;
    out["source"] = "urn:rilon:" + source.network + ":" + source.node;
    out["type"] = "rilon.alert." + event.type() + ".v1";
    out["subject"] = id_text(event.row().alert_id());
    out["time"] = time_of(event.at_ms());
    out["datacontenttype"] = "application/json";
    out["riloncursor"] = event.cursor();
    if (event.type() == "removed") {
        // Why, and nothing of the person: the consumer deletes what it kept under `subject`.
        out["data"] = {{"id", id_text(event.row().alert_id())}, {"reason", event.reason()}};
        return dump(out);
    }
    if (event.type() == "confirmed") {
        out["data"] = {{"id", id_text(event.row().alert_id())},
                       {"what", event.confirm().what()},
                       {"party", event.confirm().party()},
                       {"quotes", event.confirm().quotes()},
                       {"outcome", event.confirm().outcome()}};
        return dump(out);
    }
    if (event.has_dispute() || event.has_hit()) {
        Json data;
        data["id"] = id_text(event.row().alert_id());
        data["party"] = event.row().origin_party();
        Json said = event.has_hit() ? hit_json(event.hit()) : dispute_json(event.dispute());
        said.erase("operation");
        data.update(said);
        out["data"] = std::move(data);
        return dump(out);
    }
    out["data"] = row_json(event.row());
    return dump(out);
}

std::string json_match(const proto::Match& match, const std::string& reference) {
    Json out = line("match");
    if (!reference.empty()) out["reference"] = reference;
    out["strength"] = match.strength();
    out["score"] = match.score();
    out["alert"] = id_text(match.row().alert_id());
    out["short"] = short_text(match.row().alert_id());
    out["type"] = match.row().type();
    out["title"] = match.row().alert().title();
    out["origin"] = match.row().origin();
    out["disputed"] = disputed(match.row());
    out["reasons"] = array_of(match.reasons());
    out["differences"] = array_of(match.differences());
    return dump(out);
}

std::string json_coverage(const proto::Coverage& coverage,
                          const std::optional<ScreenCounts>& counts) {
    Json out = line("coverage");
    out["alerts"] = coverage.alerts();
    out["stale"] = Json::array();
    out["sources"] = Json::array();
    for (const auto& s : coverage.sources()) {
        if (s.stale()) out["stale"].push_back(s.name());
        out["sources"].push_back(
            {{"name", s.name()}, {"last_heard", time_of(s.last_heard_ms())}, {"stale", s.stale()}});
    }
    out["unopened"] = coverage.unopened();
    if (coverage.more() != 0) out["more"] = coverage.more();
    if (coverage.text_alerts() != 0) out["text_alerts"] = coverage.text_alerts();
    if (counts) {
        out["screened"] = counts->screened;
        out["unscreened"] = counts->unscreened;
    }
    return dump(out);
}

std::string json_unscreened(const Unscreened& bad) {
    Json out = line("unscreened");
    out["line"] = bad.line;
    out["message"] = bad.message;
    out["remedy"] = bad.remedy;
    return dump(out);
}

std::string json_kept(const proto::Kept& kept, const std::string& id) {
    Json out = line("kept");
    out["id"] = id;
    out["persons"] = kept.rows();
    out["since"] = time_of(kept.kept_ms());
    out["until"] = time_of(kept.until_ms());
    return dump(out);
}

std::string json_receipt(const proto::Receipt& receipt) {
    Json out = line("receipt");
    out["node"] = receipt.node();
    out["party"] = receipt.party();
    out["part"] = receipt.part();
    out["level"] = receipt.level();
    out["at"] = time_of(receipt.at_ms());
    if (receipt.revision() != 0) {
        out["revision"] = receipt.revision();
        out["dropped"] = receipt.dropped();
    }
    if (receipt.of_withdrawal()) out["of"] = "withdrawal";
    return dump(out);
}

std::string json_evidence(const proto::Evidence& evidence) {
    Json out = line("evidence");
    out["stream"] = hex(evidence.stream_id());
    out["seq"] = evidence.seq();
    out["entry"] = hex(evidence.entry_id());
    out["header_and_signature"] = hex(evidence.header_and_signature());
    out["verified_by"] = evidence.verified_by();
    return dump(out);
}

std::string json_audience(const proto::AudienceRow& row) {
    Json out = line("audience");
    out["id"] = hex(row.audience_id());
    out["name"] = row.name();
    out["type"] = row.kind();
    out["ours"] = row.ours();
    out["members"] = Json::array();
    for (const proto::Reader& r : row.members())
        out["members"].push_back({{"node", r.name()}, {"party", r.party()}, {"host", r.host()}});
    return dump(out);
}

static void put_counts(Json& out, const proto::StatusResponse& s) {
    out["alerts"] = s.alerts();
    out["entries"] = s.entries();
    out["unopened"] = s.unopened();
    out["outbox"] = s.outbox();
    out["outbox_oldest"] = time_of(s.outbox_oldest_ms());
    out["store_used_ratio"] = s.store_ratio();
    out["gaps_repaired"] = s.gaps_repaired();
    out["published"] = s.published();
    out["received"] = s.received();
    out["refused"] = s.refused();
    out["last_commit_us"] = s.last_commit_us();
    out["commits"] = s.commits();
}

std::string json_status(const proto::StatusResponse& s) {
    Json out = line("status");
    out["node"] = s.node();
    out["role"] = s.role();
    out["software"] = s.software();
    out["uptime_seconds"] = s.uptime_ms() / 1000;
    out["directory_records"] = s.records();
    out["checkpoint"] = time_of(s.checkpoint_ms());
    out["peers"] = Json::array();
    for (const proto::PeerStatus& p : s.peers()) {
        Json row = {{"name", p.name()},
                    {"connected", p.connected()},
                    {"state", p.state()},
                    {"software", p.software()}};
        if (s.counts() || p.last_heard_ms() > 0) row["last_heard"] = time_of(p.last_heard_ms());
        if (p.has_behind()) row["behind"] = p.behind();
        if (p.has_lacks()) row["lacks"] = p.lacks();
        out["peers"].push_back(std::move(row));
    }
    if (s.counts()) put_counts(out, s);  // Otherwise no zeros for what is not told.
    out["warnings"] = array_of(s.warnings());
    return dump(out);
}

std::string json_log(const proto::LogRow& row) {
    Json out = line("log");
    out["n"] = row.n();
    out["at"] = time_of(row.at_ms());
    out["subject"] = row.subject();
    out["action"] = row.action();
    out["detail"] = row.detail();
    return dump(out);
}

std::string json_officer(const proto::OfficerRow& row) {
    Json out = line("officer");
    out["id"] = hex(row.officer_id());
    out["name"] = row.name();
    out["display_sign"] = row.display_sign();
    out["role"] = row.role();
    out["revoked"] = row.revoked();
    out["since"] = time_of(row.since_ms());
    return dump(out);
}

std::string json_pending(const proto::PendingDraft& draft) {
    Json out = line("draft");
    out["id"] = hex(draft.statement_id());
    out["what"] = draft.what();
    out["signed_by"] = array_of(draft.signed_by());
    out["waiting_for"] = array_of(draft.waiting_for());
    out["expires"] = time_of(draft.expires_ms());
    return dump(out);
}

std::string json_finding(const Finding& finding) {
    Json out = line("finding");
    out["severity"] = finding.severity == Severity::broken ? "broken" : "warning";
    out["check"] = finding.check;
    out["what"] = finding.what;
    out["why"] = finding.why;
    out["remedy"] = finding.remedy;
    out["mended"] = finding.fixed;
    return dump(out);
}

std::string json_doctor(std::size_t findings, std::size_t mended) {
    Json out = line("doctor");
    out["findings"] = findings;
    out["mended"] = mended;
    return dump(out);
}

std::string json_disclosure(const Disclosure& disclosure) {
    const proto::AlertRow& row = disclosure.row;
    Json out = line("disclosure");
    out["alert"] = id_text(row.alert_id());
    out["short"] = short_text(row.alert_id());
    out["type"] = row.type();
    if (!row.withdrawn()) out["part"] = row.alert().part();
    out["posted"] = time_of(row.received_ms());
    out["withdrawn"] = row.withdrawn();
    if (!disclosure.strength.empty()) out["strength"] = disclosure.strength;
    out["readers"] = Json::array();
    for (const proto::Receipt& r : disclosure.receipts)
        out["readers"].push_back({{"node", r.node()},
                                  {"party", r.party()},
                                  {"part", r.part()},
                                  {"level", r.level()},
                                  {"at", time_of(r.at_ms())}});
    if (!disclosure.shown.has_value()) return dump(out);
    out["here"] = Json::array();
    for (const proto::LogRow& r : *disclosure.shown)
        out["here"].push_back(
            {{"subject", r.subject()}, {"action", r.action()}, {"at", time_of(r.at_ms())}});
    return dump(out);
}

std::string json_imported(const ImportCounts& counts, const std::vector<ImportProblem>& rejected) {
    Json out = line("imported");
    out["rows"] = counts.rows;
    out["posted"] = counts.posted;
    out["already"] = counts.already;
    out["rejected"] = Json::array();
    for (const ImportProblem& p : rejected)
        out["rejected"].push_back({{"line", p.line}, {"why", p.what}});
    return dump(out);
}

std::string json_plain(const std::string& kind, const std::vector<JsonField>& fields) {
    Json out = line(kind.c_str());
    for (const JsonField& field : fields) out[field.name] = field.value;
    return dump(out);
}

}  // namespace rilon
