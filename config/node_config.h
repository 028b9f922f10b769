// rilond's configuration file (TOML) as a checked struct. A key that is not known is an error with
// the nearest known name, its line and column: a misspelt limit must not be ignored.
// config/examples/ shows every key with its meaning.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "protocol/ids.h"

namespace rilon {

enum class ConfigRole { node, coordinator };

struct ListenConfig {
    std::string sync;  // "tcp://0.0.0.0:7401"; empty: only dials.
    std::string live;  // Where it publishes its RILON's (a coordinator: the network's) audience.
};
struct LinkConfig {
    std::string name;  // For logs.
    TransportPublicKey public_key;
    std::string endpoint;
    std::string live;  // Empty: the peer publishes nothing.
};
struct ControlConfig {
    std::string endpoint;  // ipc, or tcp on loopback.
};
struct LimitsConfig {
    std::uint32_t store_mib = 0;  // Zero: 60 % of the file system.
    std::uint32_t workers = 0;    // Zero: one per core.
    std::uint32_t query_queue = 256;
    std::uint32_t origin_mib_per_day = 256;  // What one node may write to us.
    std::uint32_t control_clients = 256;
};

struct NodeConfig {
    ConfigRole role = ConfigRole::node;
    std::string name;
    // Relative paths in the file count from the directory of the file.
    std::filesystem::path data_dir;
    std::filesystem::path state_dir;  // The lease: outside the backup set.
    std::filesystem::path storage_key;
    std::filesystem::path identity;
    std::filesystem::path network;
    std::filesystem::path first_administrator;  // An officer request; empty: none.
    ListenConfig listen;
    std::vector<LinkConfig> links;
    ControlConfig control;
    LimitsConfig limits;
};

constexpr std::size_t config_bytes_max = 256 * 1024;
constexpr std::size_t links_max = 64;

// `file` names the text in messages and gives the directory of relative paths. Errors: malformed
// (not TOML), invalid (a key or value), each as "FILE:line:column: what; remedy".
Result<NodeConfig> parse_node_config(std::string_view text, const std::filesystem::path& file);
// Errors: also not_found, too_large, io.
Result<NodeConfig> load_node_config(const std::filesystem::path& file);

// "tcp://host:port" or "ipc:///path" as a node may bind or dial; else why not.
Status check_endpoint(std::string_view endpoint);
// An ipc path, or tcp to this machine itself.
bool is_local_endpoint(std::string_view endpoint);

}  // namespace rilon
