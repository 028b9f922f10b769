#include "protocol/officer.h"

#include "protocol/content.pb.h"
#include "protocol/directory_syntax.h"
#include "protocol/entry.h"
#include "protocol/mutant.h"

namespace rilon {

namespace {

constexpr Magic certificate_magic = magic("RLN1OCT");
constexpr Magic officer_magic = magic("RLN1OFF");
constexpr std::size_t display_sign_max = 32;
constexpr std::size_t role_max = 32;
constexpr std::size_t certificate_bytes_max = 512;

bool within_limits(const Certificate& c) {
    const auto one_line = [](const std::string& text, std::size_t chars_max) {
        return !text.empty() && check_label(text, chars_max, "a certificate's text").ok();
    };
    return one_line(c.display_sign, display_sign_max) && one_line(c.role, role_max) &&
           c.from < c.until && c.until.since(c.from) <= certificate_validity_max_ms;
}

Result<Certificate> parse_certificate(ByteView bytes) {
    const Error refused{Errc::malformed, "officer's certificate: malformed"};
    proto::OfficerCertificate wire;
    if (bytes.size() > certificate_bytes_max ||
        !wire.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return refused;
    auto officer = OfficerId::parse(wire.officer_id());
    auto pk = SignPublicKey::parse(wire.sign_pk());
    auto node = NodeId::parse(wire.node_id());
    if (!officer || !pk || !node) return refused;
    // libsodium verifies under keys with a part of small order; other verifiers would disagree.
    if (!valid_sign_key(*pk))
        return {Errc::invalid, "officer's certificate: for a signing key that is none"};
    Certificate certificate{*officer,
                            wire.display_sign(),
                            wire.role(),
                            *pk,
                            *node,
                            UnixMillis{wire.valid_from_ms()},
                            UnixMillis{wire.valid_until_ms()}};
    if (!within_limits(certificate))
        return {Errc::malformed, "officer's certificate: names or validity out of bounds"};
    return certificate;
}

// What a cached certificate was good under; equal keys mean equal results.
Hash32 cache_key(const SignedCertificate& certificate, const NetworkId& network,
                 const NodeId& origin, const SignPublicKey& node_pk) {
    const Bytes message = certificate_message(network, certificate.generation, certificate.bytes);
    return hash({message, certificate.signature.view(), origin.view(), node_pk.view()});
}

Result<Certificate> certificate_of(const SignedContent& content, const ContentPlace& place,
                                   const SignPublicKey& node_pk, OfficerCache* cache) {
    if (cache == nullptr)
        return verify_certificate(content.certificate, place.network, place.origin, node_pk,
                                  std::nullopt);
    const Hash32 key = cache_key(content.certificate, place.network, place.origin, node_pk);
    if (const Certificate* known = cache->certificate(key)) return *known;
    auto certificate =
        verify_certificate(content.certificate, place.network, place.origin, node_pk, std::nullopt);
    if (certificate) cache->put_certificate(key, *certificate);
    return certificate;
}

bool officer_signed(const SignedContent& content, const ContentPlace& place,
                    const SignPublicKey& pk, OfficerCache* cache) {
    const Bytes message =
        officer_message(place.network, place.stream, content.alert, content.operation);
    const Hash32 key = hash({message, content.signature.view(), pk.view()});
    if (cache != nullptr && cache->has_signature(key)) return true;
    const bool good = signature_ok(pk, message, content.signature);
    if (good && cache != nullptr) cache->put_signature(key);
    return good;
}

}  // namespace

Bytes certificate_message(const NetworkId& network, Generation generation, ByteView certificate) {
    ByteWriter out(8 + 16 + 2 + 32);
    out.raw(certificate_magic).raw(network.view()).u16(generation.value);
    out.raw(hash({certificate}).view());
    return std::move(out).take();
}

SignedCertificate certify_officer(const NetworkId& network, const Certificate& certificate,
                                  Generation generation, const SignSecretKey& node_sk) {
    RILON_ASSERT(within_limits(certificate));
    proto::OfficerCertificate wire;
    wire.set_officer_id(certificate.officer.str());
    wire.set_display_sign(certificate.display_sign);
    wire.set_role(certificate.role);
    wire.set_sign_pk(certificate.pk.str());
    wire.set_node_id(certificate.node.str());
    wire.set_valid_from_ms(certificate.from.value);
    wire.set_valid_until_ms(certificate.until.value);
    Bytes bytes = to_bytes(as_bytes(wire.SerializeAsString()));
    const Signature signature = sign(node_sk, certificate_message(network, generation, bytes));
    return {std::move(bytes), generation, signature};
}

Result<Certificate> verify_certificate(const SignedCertificate& certificate,
                                       const NetworkId& network, const NodeId& origin,
                                       const SignPublicKey& node_pk, std::optional<UnixMillis> at) {
    auto parsed = parse_certificate(certificate.bytes);
    if (!parsed) return parsed.error();
    if (parsed->node != origin)
        return {Errc::not_authorised, "officer's certificate: of another node"};
    if (!signature_ok(node_pk,
                      certificate_message(network, certificate.generation, certificate.bytes),
                      certificate.signature))
        return {Errc::bad_signature, "officer's certificate: the node's signature does not hold"};
    if (at && (*at < parsed->from || *at >= parsed->until))
        return {Errc::not_authorised, "officer's certificate: not valid at that time"};
    return parsed;
}

Bytes officer_message(const NetworkId& network, const StreamId& stream, const AlertId& alert,
                      ByteView operation) {
    ByteWriter out(8 + 16 + 32 + 16 + 32);
    out.raw(officer_magic).raw(network.view()).raw(stream.view()).raw(alert.view());
    out.raw(hash({operation}).view());
    return std::move(out).take();
}

Bytes encode_content(const SignedCertificate& certificate, const AlertId& alert, ByteView operation,
                     const Signature& officer_signature, std::span<const EntryKey> history_keys) {
    proto::Content wire;
    if (!history_keys.empty())  // At once: a string that grows leaves copies behind.
        wire.mutable_history_keys()->reserve(history_keys.size() * EntryKey::size());
    for (const EntryKey& key : history_keys)
        wire.mutable_history_keys()->append(as_text(key.expose()));
    wire.set_certificate(certificate.bytes.data(), certificate.bytes.size());
    wire.set_certificate_generation(certificate.generation.value);
    wire.set_certificate_signature(certificate.signature.str());
    wire.set_alert_id(alert.str());
    wire.set_operation(operation.data(), operation.size());
    wire.set_officer_signature(officer_signature.str());
    Bytes out(wire.ByteSizeLong());
    wire.SerializeToArray(out.data(), static_cast<int>(out.size()));
    wipe(*wire.mutable_operation());
    wipe(*wire.mutable_history_keys());
    return out;
}

Result<SignedContent> parse_content(ByteView plain) {
    const Error refused{Errc::malformed, "content: malformed"};
    proto::Content wire;
    if (plain.size() > plaintext_bytes_max ||
        !wire.ParseFromArray(plain.data(), static_cast<int>(plain.size())))
        return refused;
    auto alert = AlertId::parse(wire.alert_id());
    auto certificate_signature = Signature::parse(wire.certificate_signature());
    auto officer_signature = Signature::parse(wire.officer_signature());
    const std::uint32_t generation = wire.certificate_generation();
    SignedContent content;
    content.operation = to_bytes(as_bytes(wire.operation()));
    wipe(*wire.mutable_operation());
    wipe(*wire.mutable_history_keys());
    if (!alert || !certificate_signature || !officer_signature || generation == 0 ||
        generation > 0xffff)
        return refused;
    content.alert = *alert;
    content.certificate = {to_bytes(as_bytes(wire.certificate())),
                           Generation{static_cast<std::uint16_t>(generation)},
                           *certificate_signature};
    content.signature = *officer_signature;
    return content;
}

const Certificate* OfficerCache::certificate(const Hash32& key) const {
    auto it = certificates_.find(key);
    return it == certificates_.end() ? nullptr : &it->second;
}

void OfficerCache::put_certificate(const Hash32& key, const Certificate& certificate) {
    if (certificates_.size() >= certificates_max_) certificates_.clear();
    certificates_.insert_or_assign(key, certificate);
}

void OfficerCache::put_signature(const Hash32& key) {
    if (signatures_max_ == 0) return;
    if (signatures_.size() >= signatures_max_) signatures_.clear();
    signatures_.insert(key);
}

Result<OfficerContent> verify_content(SignedContent&& content, const ContentPlace& place,
                                      const SignPublicKey& node_pk, OfficerCache* cache) {
    auto officer = certificate_of(content, place, node_pk, cache);
    if (!officer) return officer.error();
    if (!mutant(Mutant::skip_officer) && !officer_signed(content, place, officer->pk, cache))
        return {Errc::bad_signature, "content: the officer did not sign it for this stream"};
    return OfficerContent{*officer, content.alert, std::move(content.operation)};
}

Result<OfficerContent> verify_content(SignedContent&& content, const Directory& directory,
                                      const NodeId& origin, const StreamId& stream, DirSeq dir_seq,
                                      OfficerCache* cache) {
    const SigningKey* key = directory.signing_key(origin, content.certificate.generation, dir_seq);
    if (key == nullptr)
        return {Errc::unknown_key, "content: certified under a key the directory does not know"};
    auto officer =
        verify_content(std::move(content), {directory.network(), origin, stream}, key->pk, cache);
    if (officer &&
        officer->officer.until.plus(certificate_late_max_ms) <= directory.record(dir_seq).recorded)
        return {Errc::not_authorised,
                "content: the officer's certificate had ended when its node wrote this"};
    return officer;
}

Result<OfficerContent> verify_content(ByteView plain, const Directory& directory,
                                      const NodeId& origin, const StreamId& stream, DirSeq dir_seq,
                                      OfficerCache* cache) {
    auto content = parse_content(plain);
    if (!content) return content.error();
    return verify_content(std::move(*content), directory, origin, stream, dir_seq, cache);
}

}  // namespace rilon
