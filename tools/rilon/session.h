// A command's connection: profile, keys and the node's control socket, with the node's hello.
#pragma once

#include <memory>

#include "node/control.pb.h"
#include "protocol/grant.h"
#include "tools/control_client.h"
#include "tools/rilon/keys.h"

namespace rilon {

class Session {
   public:
    // Profile → keys → node. Errors: those of load_profile, Keys::open and ControlConnection::open.
    static Result<Session> open(Context& context);
    // The same without asking the node who it is.
    Result<proto::Response> call(proto::Request& request);
    // With an own limit, for requests that wait at the node.
    Result<proto::Response> call(proto::Request& request, std::uint64_t timeout_ms);
    // The two halves of a call, for several that are under way together.
    Result<std::uint64_t> send(proto::Request& request);
    Result<proto::Response> answer(std::uint64_t id);

    const Profile& profile() const { return profile_; }
    Profile& profile() { return profile_; }
    Keys& keys() { return keys_; }
    // Asked once.
    Result<proto::HelloResponse> hello();

   private:
    Session(Profile profile, Keys keys, ControlConnection client, std::uint64_t timeout_ms)
        : profile_(std::move(profile)),
          keys_(std::move(keys)),
          client_(std::move(client)),
          timeout_ms_(timeout_ms) {}

    Profile profile_;
    Keys keys_;
    ControlConnection client_;
    std::uint64_t timeout_ms_;
    std::unique_ptr<proto::HelloResponse> hello_;
};

// The pinned network of a profile. Errors: not_enrolled, and those of parse_network_file.
Result<NetworkPin> load_network(const std::string& path);
Result<NetworkPin> load_network(const Profile& profile);
// The founding record's coordinator; where persons without a node of their own connect.
Result<ControlAddress> coordinator_address(const NetworkPin& pin);

}  // namespace rilon
