#include "tools/rilon/preview.h"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <set>

#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

std::string safe(std::string_view text) {
    return escape_for_display(text);
}

// "9 of 20 missions", "20 missions", "1 mission".
std::string how_many(std::size_t readers, std::size_t all) {
    const char* word = all == 1 ? "mission" : "missions";
    return readers == all ? fmt::format("{} {}", all, word)
                          : fmt::format("{} of {} {}", readers, all, word);
}

std::string withheld(const proto::PreparedPart& part) {
    std::string out;
    for (const proto::Excluded& e : part.excluded()) {
        out += out.empty() ? "withheld: " : ", ";
        out += safe(e.party());
        if (!e.why().empty()) out += " (" + safe(e.why()) + ")";
    }
    return out;
}

// "stays: can-bkk, tha-bkk" and "no longer: gbr-bkk (you said so)"; nothing where nobody is
// dropped.
std::vector<std::string> dropped_lines(const proto::PreparedPart& part) {
    if (part.dropped().empty()) return {};
    std::string stay, go;
    for (const proto::Reader& reader : part.readers())
        stay += (stay.empty() ? "" : ", ") + safe(reader.name());
    for (const proto::DroppedReader& reader : part.dropped())
        go += fmt::format("{}{} ({})", go.empty() ? "" : ", ", safe(reader.node()),
                          safe(reader.why()));
    return {"  stay:      " + stay, "  no longer: " + go};
}

std::string alerts(std::uint32_t n) {
    return n == 1 ? "1 alert" : fmt::format("{} alerts", n);
}

std::string trimmed_right(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

}  // namespace

std::vector<std::string> history_lines(const proto::HistoryPreview& history) {
    std::vector<std::string> out;
    out.push_back(fmt::format("HISTORY   for {} ({}): {}", safe(history.node()),
                              safe(history.party()), alerts(history.alerts())));
    std::string why;
    for (const proto::HistoryWithheld& withheld : history.withheld())
        why += fmt::format("{}{} {}", why.empty() ? "" : "; ", withheld.alerts(),
                           safe(withheld.why()));
    if (!why.empty()) out.push_back("withheld by the release rule: " + why);
    if (history.others() > 0)
        out.push_back(alerts(history.others()) + " of other parties: theirs to give");
    if (history.more())
        out.push_back("! older ones are left out, too many at once: then give those with --until");
    return out;
}

std::string given_line(const proto::HistoryPreview& history) {
    return fmt::format("✓ {} given to {}; read there as soon as it is reached.",
                       alerts(history.alerts()), safe(history.node()));
}

std::vector<std::string> preview_lines(const proto::PreparedResponse& prepared,
                                       const std::string& headline, const std::string& host) {
    std::vector<std::string> out;
    if (prepared.has_history()) out = history_lines(prepared.history());
    if (!headline.empty()) out.push_back(safe(headline));
    for (const proto::PreparedPart& part : prepared.parts()) {
        if (prepared.has_history()) break;  // To one node, in as many parts as are needed.
        if (part.takes_back()) continue;    // Said with the part that goes on.
        if (part.part() == "letter") {
            out.push_back(fmt::format("LETTER    to {} alone", safe(part.audience())));
            continue;
        }
        const auto readers = static_cast<std::size_t>(part.readers_size());
        const std::size_t all = part.audience_size() > readers ? part.audience_size() : readers;
        const std::string reads =
            host.empty() ? ""
                         : fmt::format("host {}: {}", safe(host), part.host_reads() ? "YES" : "NO");
        out.push_back(trimmed_right(fmt::format("{:<9} {:<17}  {:<15} {}", upper(safe(part.part())),
                                                how_many(readers, all), reads, withheld(part))));
        for (std::string& line : dropped_lines(part)) out.push_back(std::move(line));
    }
    for (const std::string& warning : prepared.warnings()) out.push_back("! " + safe(warning));
    return out;
}

std::vector<std::string> reader_lines(const proto::PreparedResponse& prepared) {
    std::vector<std::string> out;
    for (const proto::PreparedPart& part : prepared.parts()) {
        if (part.takes_back()) continue;
        out.push_back(fmt::format("{} to {}", upper(safe(part.part())), safe(part.audience())));
        for (const proto::Reader& r : part.readers())
            out.push_back(fmt::format("  {:<20} {}{}", safe(r.name()), safe(r.party()),
                                      r.host() ? "   host" : ""));
        for (const proto::Excluded& e : part.excluded())
            out.push_back(fmt::format("  not {:<16} {}", safe(e.party()), safe(e.why())));
        for (const proto::DroppedReader& r : part.dropped())
            out.push_back(fmt::format("  no longer {:<10} {}   {}", safe(r.node()), safe(r.party()),
                                      safe(r.why())));
    }
    return out;
}

namespace {

// Readers whose receipts all say at least so much; a reader of two parts has two.
using Receipts = google::protobuf::RepeatedPtrField<proto::Receipt>;
ReaderCount count_readers(const Receipts& receipts,
                          const std::function<bool(const std::string& level)>& enough) {
    std::set<std::string> readers;
    std::set<std::string> missing;
    for (const proto::Receipt& r : receipts) {
        readers.insert(r.node());
        if (!enough(r.level())) missing.insert(r.node());
    }
    return {readers.size() - missing.size(), readers.size()};
}

struct ShortNames {
    std::string shown;  // 7KQ2-M4XD
    std::string typed;  // 7KQ2M4
};
std::optional<ShortNames> short_names(const std::string& alert_id) {
    auto id = AlertId::parse(alert_id);
    if (!id) return std::nullopt;
    const std::string name = format_short_id(*id);
    return ShortNames{name, name.substr(0, 4) + name.substr(5, 2)};
}

}  // namespace

ReaderCount count_held(const proto::ReceiptsResponse& receipts) {
    return count_readers(receipts.receipts(), [](const std::string& level) {
        return level != "none" && !level.empty();
    });
}

ReaderCount count_redacted(const proto::ReceiptsResponse& receipts) {
    return count_readers(receipts.receipts(),
                         [](const std::string& level) { return level == "redacted"; });
}

ReaderCount count_erased(const proto::ReceiptsResponse& receipts) {
    return count_readers(receipts.narrowed(),
                         [](const std::string& level) { return level == "redacted"; });
}

std::string receipt_line(const std::string& alert_id, ReaderCount held) {
    auto name = short_names(alert_id);
    if (!name) return "✓ posted";
    const std::string how = held.count == 0
                                ? fmt::format("stored here, on its way to {}.", held.readers)
                                : fmt::format("held by {} of {}.", held.count, held.readers);
    return fmt::format("✓ {} {}   Wrong? rilon withdraw {}", name->shown, how, name->typed);
}

std::string withdrawn_line(const std::string& alert_id, ReaderCount gone) {
    auto name = short_names(alert_id);
    if (!name) return "✓ withdrawn";
    return fmt::format(
        "✓ {} withdrawn, gone at {} of {} so far.   Who has it still? rilon show {} --receipts",
        name->shown, gone.count, gone.readers, name->typed);
}

std::string others_withdrawn_line(const std::string& alert_id, ReaderCount told) {
    auto name = short_names(alert_id);
    if (!name) return "✓ withdrawn";
    return fmt::format(
        "✓ {} withdrawn, {} of {} have the withdrawal so far.   Who has not? rilon show {} "
        "--receipts",
        name->shown, told.count, told.readers, name->typed);
}

std::string narrowed_line(const std::string& alert_id, ReaderCount held, ReaderCount erased) {
    auto name = short_names(alert_id);
    if (!name) return "✓ narrowed";
    return fmt::format(
        "✓ {} narrowed, held by {} of {}; what was before is gone at {} of {} so far.   Who has it "
        "still? rilon show {} --receipts",
        name->shown, held.count, held.readers, erased.count, erased.readers, name->typed);
}

std::string letter_line(std::string_view what, const std::string& alert_id) {
    auto name = short_names(alert_id);
    return name ? fmt::format("✓ {} about {} stored here, on its way.", what, name->shown)
                : fmt::format("✓ {} stored here", what);
}

std::string remark_line(std::string_view what, const std::string& alert_id) {
    auto name = short_names(alert_id);
    return name ? fmt::format("✓ {} of {} stored here, on its way.", what, name->shown)
                : fmt::format("✓ {} stored here", what);
}

}  // namespace rilon
