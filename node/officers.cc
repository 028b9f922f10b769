#include "node/officers.h"

#include <algorithm>

#include "protocol/directory_syntax.h"
#include "protocol/statement.h"

namespace rilon {
namespace {
constexpr std::size_t name_max = 120;
constexpr std::size_t sign_max = 32;

proto::OfficerRow row_of(const Officer& officer) {
    proto::OfficerRow row;
    row.set_officer_id(officer.id.str());
    row.set_name(officer.name);
    row.set_display_sign(officer.display_sign);
    row.set_role(officer.role);
    row.set_revoked(officer.revoked);
    row.set_since_ms(officer.since.value);
    row.set_sign_pk(officer.pk.str());
    row.set_transport_pk(officer.transport_pk.str());
    return row;
}

}  // namespace

std::string Asker::subject() const {
    if (officer != nullptr) return officer->display_sign;
    return person.has_value() ? person->person.name : "unknown";
}

bool may_read(const std::string& role) {
    return role == "viewer" || role == "officer" || role == "releaser" || role == "administrator";
}
bool may_post(const std::string& role) {
    return may_read(role) && role != "viewer";
}

Status Officers::load(ByteView stored) {
    proto::OfficersResponse list;
    if (!list.ParseFromArray(stored.data(), static_cast<int>(stored.size())))
        return {Errc::damaged, "the stored officers do not parse"};
    for (const auto& row : list.officers()) {
        Officer officer{OfficerId::copy_of(as_bytes(row.officer_id())),
                        row.name(),
                        row.display_sign(),
                        row.role(),
                        SignPublicKey::copy_of(as_bytes(row.sign_pk())),
                        TransportPublicKey::copy_of(as_bytes(row.transport_pk())),
                        row.revoked(),
                        UnixMillis{row.since_ms()}};
        officers_[officer.id] = officer;
    }
    return {};
}

Bytes Officers::encode() const {
    proto::OfficersResponse list;
    for (auto& row : rows()) *list.add_officers() = std::move(row);
    return to_bytes(as_bytes(list.SerializeAsString()));
}

std::vector<proto::OfficerRow> Officers::rows() const {
    std::vector<proto::OfficerRow> out;
    for (const auto& [id, officer] : officers_) out.push_back(row_of(officer));
    return out;
}

const Officer* Officers::certified(const OfficerId& id) const {
    auto it = officers_.find(id);
    return it == officers_.end() || it->second.revoked ? nullptr : &it->second;
}

const Officer* Officers::by_transport(const TransportPublicKey& key) const {
    for (const auto& [id, officer] : officers_)
        if (!officer.revoked && officer.transport_pk == key) return &officer;
    return nullptr;
}

std::vector<TransportPublicKey> Officers::transport_keys() const {
    std::vector<TransportPublicKey> out;
    for (const auto& [id, officer] : officers_)
        if (!officer.revoked) out.push_back(officer.transport_pk);
    return out;
}

Status Officers::add(const NetworkId& network, const proto::OfficerRequest& request,
                     const std::string& role, const OfficerId& id, UnixMillis now) {
    auto pk = SignPublicKey::parse(request.sign_pk());
    auto transport = TransportPublicKey::parse(request.transport_pk());
    auto possession = Signature::parse(request.possession());
    if (!pk.ok() || !transport.ok() || !possession.ok() || !valid_sign_key(*pk) ||
        !valid_x25519_key(transport->view()))
        return {Errc::invalid, "the request's keys are not sound"};
    const std::string& sign = request.display_sign();
    if (request.name().empty() || request.name().size() > name_max || sign.empty() ||
        sign.size() > sign_max)
        return {Errc::invalid, "a name (at most 120) and a display sign (at most 32) are needed"};
    // What no reader would take in a certificate is not certified.
    if (Status s = check_label(sign, sign_max, "a display sign"); !s) return s;
    if (!may_read(role))
        return {Errc::invalid, "a role is viewer, officer, releaser or administrator"};
    const std::string zero(1, '\0');
    Bytes message = to_bytes(as_bytes(request.name() + zero + sign + zero));
    message.insert(message.end(), transport->view().begin(), transport->view().end());
    if (!signature_ok(*pk, possession_message(network, message), *possession))
        return {Errc::bad_signature,
                "the request's proof of possession is not good for this network"};
    const bool taken = std::any_of(officers_.begin(), officers_.end(), [&](const auto& known) {
        const Officer& other = known.second;
        return !other.revoked &&
               (other.pk == *pk || other.transport_pk == *transport || other.display_sign == sign);
    });
    if (taken) return {Errc::duplicate, "this key or display sign is certified here already"};
    officers_[id] = Officer{id, request.name(), sign, role, *pk, *transport, false, now};
    return {};
}

Result<std::string> Officers::revoke(const OfficerId& id) {
    auto it = officers_.find(id);
    if (it == officers_.end()) return {Errc::not_found, "no such officer here"};
    it->second.revoked = true;
    certificates_.erase(id);
    return it->second.display_sign;
}

const SignedCertificate* Officers::certificate(const OfficerId& id, UnixMillis now) const {
    auto it = certificates_.find(id);
    return it != certificates_.end() && now < it->second.second ? &it->second.first : nullptr;
}

void Officers::keep_certificate(const OfficerId& id, SignedCertificate made, UnixMillis use_until) {
    certificates_.insert_or_assign(id, std::pair{std::move(made), use_until});
}

}  // namespace rilon
