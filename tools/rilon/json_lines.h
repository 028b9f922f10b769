// What `rilon --json` prints: one object a line, "v":1 and "kind" first, only ASCII (everything
// else is \u-escaped, so that nothing in it can move what a terminal shows). Schemas:
// docs/schemas/. nlohmann-json stays in the .cc files. Lines come without a newline.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/control.pb.h"
#include "protocol/mrz.h"
#include "protocol/names.h"
#include "tools/problem.h"
#include "tools/rilon/caseload.h"

namespace rilon {

struct Disclosure;     // disclosure.h
struct Finding;        // doctor.h
struct ImportCounts;   // import_csv.h
struct ImportProblem;  // import_csv.h

std::string json_error(const Problem& problem);
// `dates`: birth and expiry as ISO dates with their century; empty where they can be none.
struct MrzDates {
    std::string birth;
    std::string expiry;
};
std::string json_mrz(const Mrz& mrz, const MrzDates& dates);
std::string json_compare(const NameComparison& comparison);

// `level`: "stored" or "held".
std::string json_posted(const proto::PostedResponse& posted, const std::string& level);
// What a dry run would have posted.
std::string json_preview(const proto::PreparedResponse& prepared);
std::string json_history(const proto::HistoryPreview& history);
// A request of onward release, and its answer where there is one.
std::string json_onward(const proto::Onward& one);
std::string json_alert(const proto::AlertRow& row);
// With the whole alert under "alert".
std::string json_alert_full(const proto::AlertRow& row);
// The same for a file meant for other systems: "caveats" beside "tlp", none is an empty list.
std::string json_exported_alert(const proto::AlertRow& row);
// The closing line of rilon export. `left_out`: why → how many.
std::string json_exported(std::size_t alerts, const std::map<std::string, std::size_t>& left_out);
// What rilon save wrote.
std::string json_saved(const proto::Attachment& attachment, std::uint32_t number,
                       const std::string& path);
std::string json_match(const proto::Match& match, const std::string& reference);
// `counts`: of a caseload.
std::string json_coverage(const proto::Coverage& coverage,
                          const std::optional<ScreenCounts>& counts = std::nullopt);
// A line of a caseload that was not screened.
std::string json_unscreened(const Unscreened& line);
// A caseload that the node keeps for the officer; `id`: its short form.
std::string json_kept(const proto::Kept& kept, const std::string& id);
std::string json_receipt(const proto::Receipt& receipt);
std::string json_evidence(const proto::Evidence& evidence);

std::string json_audience(const proto::AudienceRow& row);
std::string json_status(const proto::StatusResponse& status);
std::string json_log(const proto::LogRow& row);
std::string json_officer(const proto::OfficerRow& row);
std::string json_pending(const proto::PendingDraft& draft);
std::string json_finding(const Finding& finding);
// The closing line of rilon doctor.
std::string json_doctor(std::size_t findings, std::size_t mended);
std::string json_disclosure(const Disclosure& disclosure);
// The closing line of rilon import csv.
std::string json_imported(const ImportCounts& counts, const std::vector<ImportProblem>& rejected);
// One object of plain text fields; for small answers of commands.
struct JsonField {
    std::string name;
    std::string value;
};
std::string json_plain(const std::string& kind, const std::vector<JsonField>& fields);

// CloudEvents 1.0: {"specversion":"1.0","id":…,"source":"rilon/NODE",…}. A removed event carries
// the reason and no personal data.
struct CloudSource {
    std::string network;
    std::string node;
};
std::string cloud_event(const proto::FeedEvent& event, const CloudSource& source);

}  // namespace rilon
