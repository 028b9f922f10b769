#include "config/officer_policy.h"

#include <span>

#include "config/file_io.h"
#include "config/toml.h"
#include "protocol/directory_syntax.h"
#include "protocol/nearest.h"
#include "protocol/text.h"

namespace rilon {
namespace {

constexpr std::string_view policy_keys[] = {"legal_basis", "never_to"};
constexpr std::string_view never_to_keys[] = {"parties", "nodes", "audiences"};
constexpr std::size_t name_chars_max = 128;
constexpr std::size_t legal_basis_chars_max = 500;

// Keeps the first thing wrong, with its place.
class Reader {
   public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    void fail(const toml::source_region& at, std::string_view what) {
        if (problem_.empty())
            problem_ = file_ + ":" + std::to_string(at.begin.line) + ":" +
                       std::to_string(at.begin.column) + ": " + std::string(what);
    }
    bool failed() const { return !problem_.empty(); }
    Error error(Errc code) const { return {code, problem_}; }

    void check_keys(const toml::table& table, std::string_view front,
                    std::span<const std::string_view> known) {
        for (const auto& [key, value] : table) {
            bool found = false;
            for (std::string_view one : known) found = found || key.str() == one;
            if (found) continue;
            std::string what = "unknown key \"" + std::string(front) +
                               escape_for_display(key.str().substr(0, nearest_bytes_max)) + "\"";
            if (auto near = nearest(key.str(), known))
                what +=
                    "; did you mean \"" + std::string(front) + std::string(known[*near]) + "\"?";
            fail(key.source(), what);
        }
    }

    std::string text(const toml::node& node, std::string_view key, std::size_t chars_max) {
        const auto* value = node.as_string();
        if (value == nullptr || value->get().empty()) {
            fail(node.source(), std::string(key) + " takes a text in quotes");
            return {};
        }
        if (Status s = check_text(value->get(), chars_max, key); !s)
            fail(node.source(), s.error().detail);
        const std::string shown = escape_for_display(value->get());
        if (shown != value->get())
            fail(node.source(),
                 std::string(key) + " holds a character that does not show: " + shown);
        return value->get();
    }

    std::vector<std::string> list(const toml::table& table, std::string_view key) {
        std::vector<std::string> out;
        const toml::node* node = table.get(key);
        if (node == nullptr) return out;
        const toml::array* items = node->as_array();
        if (items == nullptr || items->size() > never_to_max) {
            fail(node->source(), "never_to." + std::string(key) +
                                     " takes a list: [\"…\", \"…\"], at most " +
                                     std::to_string(never_to_max) + " names");
            return out;
        }
        for (const toml::node& item : *items) {
            out.push_back(text(item, "never_to." + std::string(key), name_chars_max));
            // What no party or node can be called would guard against nobody.
            const bool good = key == "parties" ? well_formed_party_code(out.back())
                              : key == "nodes" ? well_formed_node_name(out.back())
                                               : true;
            if (!good)
                fail(item.source(), "never_to." + std::string(key) +
                                        " holds none of them: " + escape_for_display(out.back()) +
                                        "; rilon audience show has their codes and names");
        }
        return out;
    }

   private:
    std::string file_;
    std::string problem_;
};

void read_never_to(const toml::table& table, NeverTo& out, Reader& reader) {
    reader.check_keys(table, "never_to.", never_to_keys);
    out.parties = reader.list(table, "parties");
    out.nodes = reader.list(table, "nodes");
    out.audiences = reader.list(table, "audiences");
}

}  // namespace

Result<OfficerPolicy> parse_officer_policy(std::string_view text,
                                           const std::filesystem::path& file) {
    if (text.size() > policy_bytes_max)
        return {Errc::too_large, file.string() + ": longer than a policy may be (64 KiB)"};
    Reader reader(file.string());
    toml::parse_result parsed = parse_toml(text, file.string());
    if (!parsed) {
        reader.fail(parsed.error().source(), escape_for_display(parsed.error().description()));
        return reader.error(Errc::malformed);
    }
    const toml::table& table = parsed.table();
    OfficerPolicy out;
    reader.check_keys(table, "", policy_keys);
    if (const toml::node* node = table.get("legal_basis"))
        out.legal_basis = reader.text(*node, "legal_basis", legal_basis_chars_max);
    if (const toml::node* node = table.get("never_to")) {
        if (node->is_table())
            read_never_to(*node->as_table(), out.never_to, reader);
        else
            reader.fail(node->source(),
                        "never_to is a table: write [never_to] on a line of its own");
    }
    if (reader.failed()) return reader.error(Errc::invalid);
    return out;
}

Result<OfficerPolicy> load_officer_policy(const std::filesystem::path& file) {
    // A link that leads nowhere is no policy that is not there: its rules are only out of reach.
    std::error_code ignored;
    const std::filesystem::file_status there = std::filesystem::symlink_status(file, ignored);
    if (there.type() == std::filesystem::file_type::not_found) return OfficerPolicy{};
    if (std::filesystem::is_fifo(file, ignored))  // Nobody may ever write into it.
        return {Errc::invalid, file.string() + " is a pipe, not a file"};
    auto text = read_file(file, policy_bytes_max);
    if (!text) return text.error();
    return parse_officer_policy(as_text(*text), file);
}

}  // namespace rilon
