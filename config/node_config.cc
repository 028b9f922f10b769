#include "config/node_config.h"

#include <span>

#include "config/file_io.h"
#include "config/toml.h"
#include "protocol/nearest.h"

namespace rilon {
namespace {

// Remembers the first thing wrong, so that the readers below stay straight lines.
class Problems {
   public:
    explicit Problems(std::string file) : file_(std::move(file)) {}
    void add(const toml::source_region& where, const std::string& what) {
        if (error_.empty())
            error_ = file_ + ":" + std::to_string(where.begin.line) + ":" +
                     std::to_string(where.begin.column) + ": " + what;
    }
    bool any() const { return !error_.empty(); }
    Error error() const { return {Errc::invalid, error_}; }

   private:
    std::string file_;
    std::string error_;
};

// One table of the file. Every key asked for is known; the others are reported.
class Section {
   public:
    Section(const toml::table& table, std::string name, std::span<const std::string_view> keys,
            Problems& problems)
        : table_(table), name_(std::move(name)), problems_(problems) {
        for (auto&& [key, value] : table_) check_key(key, keys);
    }

    const toml::node* find(std::string_view key) const { return table_.get(key); }
    const toml::source_region& where(std::string_view key) const {
        const toml::node* node = find(key);
        return node != nullptr ? node->source() : table_.source();
    }
    void problem(std::string_view key, const std::string& what) const {
        problems_.add(where(key), shown(key) + ": " + what);
    }
    std::string text(std::string_view key) const {
        const toml::node* node = find(key);
        if (node == nullptr) return {};
        auto value = node->value_exact<std::string>();
        if (!value || value->empty()) {
            problem(key, "must be a text in quotes");
            return {};
        }
        return *value;
    }
    std::string needed(std::string_view key) const {
        if (find(key) == nullptr) problem(key, "is missing");
        return text(key);
    }
    std::string endpoint(std::string_view key) const {
        std::string value = text(key);
        if (value.empty()) return value;
        Status good = check_endpoint(value);
        if (!good) problem(key, good.error().detail);
        return value;
    }
    std::uint32_t number(std::string_view key, std::uint32_t otherwise, std::uint32_t max) const {
        const toml::node* node = find(key);
        if (node == nullptr) return otherwise;
        auto value = node->value_exact<std::int64_t>();
        if (!value || *value < 0 || *value > max) {
            problem(key, "must be a number from 0 to " + std::to_string(max));
            return otherwise;
        }
        return static_cast<std::uint32_t>(*value);
    }

   private:
    std::string shown(std::string_view key) const {
        return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
    }
    void check_key(const toml::key& key, std::span<const std::string_view> keys) {
        for (std::string_view known : keys)
            if (key.str() == known) return;
        std::string what = "unknown key \"" + shown(key.str()) + "\"";
        if (auto near = nearest(key.str(), keys))
            what += "; did you mean \"" + shown(keys[*near]) + "\"?";
        problems_.add(key.source(), what);
    }

    const toml::table& table_;
    std::string name_;
    Problems& problems_;
};

constexpr std::string_view top_keys[] = {
    "role",        "name",     "data_dir", "state_dir",
    "storage_key", "identity", "network",  "first_administrator",
    "listen",      "link",     "control",  "limits"};
constexpr std::string_view listen_keys[] = {"sync", "live"};
constexpr std::string_view link_keys[] = {"name", "public_key", "endpoint", "live"};
constexpr std::string_view control_keys[] = {"endpoint"};
constexpr std::string_view limits_keys[] = {"store_mib", "workers", "query_queue",
                                            "control_clients", "origin_mib_per_day"};

const toml::table* sub_table(const Section& top, std::string_view key) {
    const toml::node* node = top.find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) top.problem(key, "must be a table: [" + std::string(key) + "]");
    return node->as_table();
}

void read_listen(const Section& top, NodeConfig& out, Problems& problems) {
    const toml::table* table = sub_table(top, "listen");
    if (table == nullptr) return;
    Section section(*table, "listen", listen_keys, problems);
    out.listen.sync = section.endpoint("sync");
    out.listen.live = section.endpoint("live");
    if (out.listen.sync.empty()) section.problem("sync", "is missing");
}

void read_link(const toml::table& table, NodeConfig& out, Problems& problems) {
    Section section(table, "link", link_keys, problems);
    LinkConfig link;
    link.name = section.needed("name");
    section.needed("endpoint");
    link.endpoint = section.endpoint("endpoint");
    link.live = section.endpoint("live");
    auto key = TransportPublicKey::parse_hex(section.needed("public_key"));
    if (!key) {
        section.problem("public_key", "must be the peer's transport key as 64 hex digits");
        return;
    }
    link.public_key = *key;
    for (const LinkConfig& other : out.links)
        if (other.public_key == link.public_key)
            section.problem("public_key", "is the same as that of link \"" + other.name +
                                              "\": one link per peer");
    out.links.push_back(std::move(link));
}

void read_links(const Section& top, NodeConfig& out, Problems& problems) {
    const toml::node* node = top.find("link");
    if (node == nullptr) return;
    const toml::array* links = node->as_array();
    if (links == nullptr || links->size() > links_max) {
        top.problem("link", "links are written as [[link]], at most " + std::to_string(links_max));
        return;
    }
    for (const toml::node& link : *links) {
        if (!link.is_table()) top.problem("link", "links are written as [[link]]");
        if (problems.any()) return;
        read_link(*link.as_table(), out, problems);
    }
}

void read_control(const Section& top, NodeConfig& out, Problems& problems) {
    const toml::table* table = sub_table(top, "control");
    if (table == nullptr) return;
    Section section(*table, "control", control_keys, problems);
    section.needed("endpoint");
    out.control.endpoint = section.endpoint("endpoint");
    if (!out.control.endpoint.empty() && !is_local_endpoint(out.control.endpoint) &&
        out.role != ConfigRole::coordinator)
        section.problem("endpoint", "must be ipc:///path or tcp on loopback (127.0.0.1, [::1])");
}

void read_limits(const Section& top, NodeConfig& out, Problems& problems) {
    const toml::table* table = sub_table(top, "limits");
    if (table == nullptr) return;
    Section section(*table, "limits", limits_keys, problems);
    LimitsConfig& limits = out.limits;
    limits.store_mib = section.number("store_mib", limits.store_mib, 16 * 1024 * 1024);
    limits.workers = section.number("workers", limits.workers, 256);
    limits.query_queue = section.number("query_queue", limits.query_queue, 65536);
    limits.origin_mib_per_day =
        section.number("origin_mib_per_day", limits.origin_mib_per_day, 1024 * 1024);
    if (limits.origin_mib_per_day == 0) section.problem("origin_mib_per_day", "must be at least 1");
    limits.control_clients = section.number("control_clients", limits.control_clients, 4096);
    if (limits.query_queue == 0) section.problem("query_queue", "must be at least 1");
    if (limits.control_clients == 0) section.problem("control_clients", "must be at least 1");
}

void read_top(const Section& top, NodeConfig& out, const std::filesystem::path& base) {
    std::string role = top.needed("role");
    if (role == "coordinator")
        out.role = ConfigRole::coordinator;
    else if (role != "node")
        top.problem("role", "must be \"node\" or \"coordinator\"");
    out.name = top.needed("name");
    auto path = [&](std::string_view key) { return (base / top.needed(key)).lexically_normal(); };
    out.data_dir = path("data_dir");
    out.state_dir = path("state_dir");
    out.storage_key = path("storage_key");
    out.identity = path("identity");
    out.network = path("network");
    if (top.find("first_administrator") != nullptr)
        out.first_administrator = path("first_administrator");
    auto inside = std::mismatch(out.data_dir.begin(), out.data_dir.end(), out.state_dir.begin(),
                                out.state_dir.end());
    if (inside.first == out.data_dir.end())
        top.problem("state_dir", "must not lie in data_dir: it has to stay out of the backups");
}

}  // namespace

Result<NodeConfig> parse_node_config(std::string_view text, const std::filesystem::path& file) {
    if (text.size() > config_bytes_max)
        return {Errc::too_large, file.string() + ": longer than a configuration may be (256 KiB)"};
    toml::parse_result parsed = parse_toml(text, file.string());
    if (!parsed) {
        Problems problems(file.string());
        problems.add(parsed.error().source(), std::string(parsed.error().description()));
        return {Errc::malformed, problems.error().detail};
    }
    const toml::table& table = parsed.table();
    Problems problems(file.string());
    NodeConfig out;
    Section top(table, "", top_keys, problems);
    read_top(top, out, file.parent_path());
    read_listen(top, out, problems);
    read_links(top, out, problems);
    read_control(top, out, problems);
    read_limits(top, out, problems);
    if (out.role == ConfigRole::coordinator && out.listen.sync.empty())
        problems.add(table.source(), "a coordinator needs [listen] with sync");
    if (out.role == ConfigRole::node && out.control.endpoint.empty())
        problems.add(table.source(), "[control] with endpoint is missing: nobody could use it");
    if (problems.any()) return problems.error();
    return out;
}

Result<NodeConfig> load_node_config(const std::filesystem::path& file) {
    auto text = read_file(file, config_bytes_max);
    if (!text) return text.error();
    return parse_node_config(as_text(*text), file);
}

}  // namespace rilon
