// rilon export: what this officer may read here, for other systems. What an author's handling keeps
// back stays back unless it is asked for, and the officer is told how many and why. The node audits
// each alert that is given.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "config/file_io.h"
#include "node/system.h"
#include "protocol/handling.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/alert_csv.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/stix.h"

namespace rilon {
namespace {

constexpr std::uint32_t page_rows = 100;
constexpr std::uint64_t progress_ms = 10'000;

// How alerts are written down: what stands before them, each, what stands behind them.
class ExportFormat {
   public:
    virtual ~ExportFormat() = default;
    virtual std::string head() { return ""; }
    virtual std::string alert(const proto::AlertRow& row) = 0;
    virtual std::string tail() { return ""; }
};

class NdjsonFormat : public ExportFormat {
   public:
    std::string alert(const proto::AlertRow& row) override {
        return json_exported_alert(row) + "\n";
    }
};

class CsvFormat : public ExportFormat {
   public:
    std::string head() override { return alert_csv_header(); }
    std::string alert(const proto::AlertRow& row) override { return alert_csv_row(row); }
};

class StixFormat : public ExportFormat {
   public:
    StixFormat(const NetworkId& network, const Random16& id) : bundle_(network, id) {}
    std::string head() override { return bundle_.head(); }
    std::string alert(const proto::AlertRow& row) override { return bundle_.alert(row); }
    std::string tail() override { return bundle_.tail(); }

   private:
    StixBundle bundle_;
};

struct Export {
    std::string format;
    std::unique_ptr<ExportFormat> text;
    bool restricted = false;
    std::string path;  // Empty: stdout.
    Overwrite overwrite = Overwrite::refuse;
    std::string content;  // Of the file, until it is whole: one that is cut short is never there.
    std::size_t alerts = 0;
    std::map<std::string, std::size_t> left_out;  // Why → how many.
};

Result<Export> read_wishes(const Context& context) {
    Export out;
    out.format = context.args.get("format", "ndjson");
    if (out.format != "ndjson" && out.format != "csv" && out.format != "stix")
        return problem(Errc::usage, "--format " + out.format + " is not known",
                       "write ndjson, csv or stix");
    if (context.args.has("type"))
        if (auto kind = known_kind("--type", context.args.get("type")); !kind) return kind.error();
    out.restricted = context.args.has("include-restricted");
    out.path = context.args.get("out");
    if (context.out.json() && out.format != "ndjson" && out.path.empty())
        return problem(Errc::usage, "--json and " + out.format + " do not share one stream",
                       "write to a file with --out FILE");
    if (context.globals.yes) out.overwrite = Overwrite::replace;
    std::error_code
        ignored;  // Before anything is asked for and audited; looked at again at the end.
    if (!out.path.empty() && out.overwrite == Overwrite::refuse &&
        std::filesystem::exists(std::filesystem::symlink_status(out.path, ignored)))
        return problem(Errc::not_permitted, out.path + " is there already",
                       "move it away, or add --yes to replace it");
    return out;
}

// The node says of which network the alerts are: names of nodes are known there alone.
Result<std::unique_ptr<ExportFormat>> make_format(const std::string& name, Session& session) {
    if (name == "csv") return std::unique_ptr<ExportFormat>(std::make_unique<CsvFormat>());
    if (name == "ndjson") return std::unique_ptr<ExportFormat>(std::make_unique<NdjsonFormat>());
    auto hello = session.hello();
    if (!hello) return hello.error();
    auto network = NetworkId::parse(hello->network_id());
    if (!network) return network.error();
    SystemRng rng;
    return std::unique_ptr<ExportFormat>(
        std::make_unique<StixFormat>(*network, rng.bytes<Random16>()));
}

// Why a listed alert is not asked for; empty: it is.
std::string kept_back(const proto::AlertRow& row, bool restricted) {
    if (row.withdrawn()) return "withdrawn";
    if (!row.has_alert()) return "not readable";
    if (restricted) return "";
    const std::vector<std::string> why = kept_from_export(row.alert());
    return why.empty() ? "" : why.front();
}

void put(Output& out, Export& to, const std::string& text) {
    if (to.path.empty())
        out.raw(text);
    else
        to.content += text;
}

// The alerts of one page of the list, asked for by their ids: that is what the node audits.
Status export_page(Context& context, Session& session, const proto::AlertsResponse& page,
                   Export& to) {
    proto::Request request;
    proto::ExportRequest& wanted = *request.mutable_export_alerts();
    wanted.set_restricted(to.restricted);
    for (const proto::AlertRow& row : page.rows()) {
        const std::string why = kept_back(row, to.restricted);
        if (why.empty())
            wanted.add_alerts(row.alert_id());
        else
            ++to.left_out[why];
    }
    if (wanted.alerts().empty()) return {};
    auto response = session.call(request);
    if (!response) return response.error();
    const auto given = static_cast<std::size_t>(response->alerts().rows_size());
    for (const proto::AlertRow& row : response->alerts().rows())
        put(context.out, to, to.text->alert(row));
    to.alerts += given;
    if (const auto asked = static_cast<std::size_t>(wanted.alerts_size()); asked > given)
        to.left_out["withdrawn or over"] += asked - given;
    return {};
}

Status export_all(Context& context, Session& session, Export& to) {
    proto::Request request;
    proto::ListRequest& list = *request.mutable_list();
    list.set_limit(page_rows);
    list.set_type(context.args.get("type"));
    std::uint64_t said_ms = now_ms();
    if (context.args.has("since")) {
        auto since = parse_duration(context.args.get("since"));
        if (!since) return since.error();
        list.set_since_ms(said_ms > *since ? said_ms - *since : 0);
    }
    put(context.out, to, to.text->head());
    do {
        auto page = session.call(request);
        if (!page) return page.error();
        if (Status s = export_page(context, session, page->alerts(), to); !s) return s;
        list.set_before(page->alerts().next());
        if (now_ms() - said_ms < progress_ms) continue;
        said_ms = now_ms();
        context.out.talk(fmt::format("{} alerts so far", to.alerts));
    } while (list.before() != 0);
    put(context.out, to, to.text->tail());
    return {};
}

void tell(Context& context, const Export& done) {
    std::size_t all = 0;
    std::string why;
    bool restricted = false;
    for (const auto& [reason, count] : done.left_out) {
        all += count;
        why += fmt::format("{}{} {}", why.empty() ? "" : ", ", count, shown(reason));
        restricted |= !reason.starts_with("withdrawn") && reason != "not readable";
    }
    context.out.talk(fmt::format("✓ {} alert{} exported{}", done.alerts,
                                 done.alerts == 1 ? "" : "s",
                                 done.path.empty() ? "" : " to " + shown(done.path)));
    if (all == 0 || context.out.json()) return;  // JSON says it in its last line.
    context.out.warn(fmt::format("{} left out: {}{}", all, why,
                                 restricted ? "; --include-restricted takes in what its author's "
                                              "handling keeps back"
                                            : ""));
}

}  // namespace

Result<int> run_export(Context& context) {
    auto wishes = read_wishes(context);
    if (!wishes) return wishes.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto format = make_format(wishes->format, *session);
    if (!format) return format.error();
    wishes->text = std::move(*format);
    if (Status s = export_all(context, *session, *wishes); !s) return s.error();
    if (!wishes->path.empty())
        if (Status s = write_file(wishes->path, as_bytes(wishes->content), FileMode::secret,
                                  wishes->overwrite);
            !s)
            return s.error();
    if (context.out.json()) context.out.line(json_exported(wishes->alerts, wishes->left_out));
    if (!context.out.flush())
        return problem(Errc::io, "what was exported could not all be written",
                       "look at the disk or the program that reads it, then export again");
    tell(context, *wishes);
    return exit_done;
}

}  // namespace rilon
