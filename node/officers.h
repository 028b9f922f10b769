// The officers whom this node certified: who they are, what they may, and the certificates that go
// into what they post. Private to node/; the requests are in officer_requests.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/control.pb.h"
#include "protocol/crypto.h"
#include "protocol/directory.h"
#include "protocol/officer.h"

namespace rilon {

struct Officer {
    OfficerId id;
    std::string name;
    std::string display_sign;
    std::string role;
    SignPublicKey pk;
    TransportPublicKey transport_pk;
    bool revoked = false;
    UnixMillis since;
};

// Who asks on the control socket.
struct Asker {
    const Officer* officer = nullptr;
    std::optional<DirectoryState::PersonRoles> person;
    std::string subject() const;  // For the audit log.
};

// Roles: viewer, officer, releaser, administrator.
bool may_read(const std::string& role);
bool may_post(const std::string& role);

class Officers {
   public:
    // As kept in the store. Errors: damaged.
    Status load(ByteView stored);
    Bytes encode() const;

    bool empty() const { return officers_.empty(); }
    std::vector<proto::OfficerRow> rows() const;
    // Certified here now; nullptr: nobody, or not any more. Valid until the officers change.
    const Officer* certified(const OfficerId& id) const;
    const Officer* by_transport(const TransportPublicKey& key) const;
    std::vector<TransportPublicKey> transport_keys() const;  // Of those certified now.

    // Takes in whoever the request names, under `id`. Errors: invalid; bad_signature: the request
    // was made for another network, or by who has not its key; duplicate.
    Status add(const NetworkId& network, const proto::OfficerRequest& request,
               const std::string& role, const OfficerId& id, UnixMillis now);
    // For good; the display sign, or not_found.
    Result<std::string> revoke(const OfficerId& id);

    // The certificate at hand, where it is to be used still.
    const SignedCertificate* certificate(const OfficerId& id, UnixMillis now) const;
    void keep_certificate(const OfficerId& id, SignedCertificate made, UnixMillis use_until);
    void drop_certificates() { certificates_.clear(); }

   private:
    std::map<OfficerId, Officer> officers_;
    std::map<OfficerId, std::pair<SignedCertificate, UnixMillis>> certificates_;  // Renew when.
};

}  // namespace rilon
