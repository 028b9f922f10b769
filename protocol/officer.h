// Officers: certified by their node for at most 90 days, they sign each operation for one stream
// and one alert, so that nobody can pass it on as if addressed to others.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "protocol/crypto.h"
#include "protocol/directory.h"
#include "protocol/units.h"

namespace rilon {

constexpr std::uint64_t certificate_validity_max_ms = 90 * ms_day;
constexpr std::uint64_t certificate_late_max_ms = ms_day;  // Clocks differ.

struct Certificate {
    OfficerId officer;
    std::string display_sign;
    std::string role;
    SignPublicKey pk;
    NodeId node;
    UnixMillis from;
    UnixMillis until;
};
// A certificate as it travels.
struct SignedCertificate {
    Bytes bytes;
    Generation generation;
    Signature signature;
};
// What the node signs: `RLN1OCT\0` ‖ network_id ‖ u16 generation ‖ H(certificate).
Bytes certificate_message(const NetworkId& network, Generation generation, ByteView certificate);
// The certificate must obey the limits that verify_certificate enforces (our own bug otherwise).
SignedCertificate certify_officer(const NetworkId& network, const Certificate& certificate,
                                  Generation generation, const SignSecretKey& node_sk);
// `at`: the moment it must be valid; none: not judged (old entries stay readable).
// Errors: malformed; bad_signature; not_authorised (not for this origin, or not valid at that
// time).
Result<Certificate> verify_certificate(const SignedCertificate& certificate,
                                       const NetworkId& network, const NodeId& origin,
                                       const SignPublicKey& node_pk, std::optional<UnixMillis> at);

// `RLN1OFF\0` ‖ network_id ‖ stream_id ‖ alert_id ‖ H(operation).
Bytes officer_message(const NetworkId& network, const StreamId& stream, const AlertId& alert,
                      ByteView operation);

// A plaintext whose officer is certified by the origin and signed for exactly this stream and
// alert.
struct OfficerContent {
    Certificate officer;
    AlertId alert;
    Bytes operation;
};
// A plaintext taken apart, nothing of it checked but its shape: what bulk catch-up indexes, and
// checks before anybody sees it.
struct SignedContent {
    SignedCertificate certificate;
    AlertId alert;
    Bytes operation;
    Signature signature;  // The officer's.
};
// Keys of a history grant are not in it (history.h). Errors: malformed.
Result<SignedContent> parse_content(ByteView plain);

// What was found good already: certificates, so that an officer's next alert costs one signature
// check and not two; and, where there is room for any, his signatures, so that an alert shown again
// costs none. Each is known by a hash of everything its check looks at: whatever is not the same
// to the last bit is checked. Bounded: when full it starts anew. Not for several threads at once.
class OfficerCache {
   public:
    explicit OfficerCache(std::size_t certificates_max = 4096, std::size_t signatures_max = 0)
        : certificates_max_(certificates_max), signatures_max_(signatures_max) {}
    const Certificate* certificate(const Hash32& key) const;
    void put_certificate(const Hash32& key, const Certificate& certificate);
    bool has_signature(const Hash32& key) const { return signatures_.contains(key); }
    void put_signature(const Hash32& key);
    void forget_signatures() { signatures_.clear(); }
    std::size_t certificates() const { return certificates_.size(); }
    std::size_t signatures() const { return signatures_.size(); }

   private:
    std::size_t certificates_max_;
    std::size_t signatures_max_;
    std::map<Hash32, Certificate> certificates_;
    std::set<Hash32> signatures_;
};

struct ContentPlace {
    NetworkId network;
    NodeId origin;
    StreamId stream;
};
// Certificate under the node's key, officer's signature for this place. The certificate's time is
// not judged here.
// Errors: malformed, bad_signature, not_authorised.
Result<OfficerContent> verify_content(SignedContent&& content, const ContentPlace& place,
                                      const SignPublicKey& node_pk, OfficerCache* cache = nullptr);
// The node's key being that of the certificate's generation as the directory knows it at the
// entry's dir_seq. The certificate must not have ended a day and more before that record was made:
// so the entry is later still. Whether it had begun no record tells.
// Errors: as above, and unknown_key.
Result<OfficerContent> verify_content(SignedContent&& content, const Directory& directory,
                                      const NodeId& origin, const StreamId& stream, DirSeq dir_seq,
                                      OfficerCache* cache = nullptr);
// The same of the plaintext of a content entry (proto Content).
Result<OfficerContent> verify_content(ByteView plain, const Directory& directory,
                                      const NodeId& origin, const StreamId& stream, DirSeq dir_seq,
                                      OfficerCache* cache = nullptr);
// `history_keys`: of a history grant, in the order of its list.
Bytes encode_content(const SignedCertificate& certificate, const AlertId& alert, ByteView operation,
                     const Signature& officer_signature,
                     std::span<const EntryKey> history_keys = {});

}  // namespace rilon
