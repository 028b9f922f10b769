// Officers of this node: certified and revoked by its administrator, listed, and the certificates
// that their posts carry.
#include "node/core.h"

namespace rilon {

void NodeCore::officers_changed() {
    write(PutPrivate{"officers", officers_.encode()});
    emit(admitted());
}

Status NodeCore::add_officer(const proto::OfficerRequest& request, const std::string& role,
                             const OfficerId& id) {
    Status added = officers_.add(identity_.network, request, role, id, now_);
    if (added.ok()) officers_changed();
    return added;
}

void NodeCore::on_certify(const Asker& asker, ClientId client, const proto::Request& request) {
    const auto& certify = request.certify();
    const auto id = rng_.bytes<OfficerId>();
    Status added = add_officer(certify.request(), certify.role(), id);
    if (!added.ok()) return fail(client, request.id(), added.error());
    write(PutAudit{now_, asker.subject(), "certify",
                   certify.request().display_sign() + " as " + certify.role()});
    proto::Response response;
    response.mutable_certify()->set_officer_id(id.str());
    answer(client, response, request.id());
}

void NodeCore::on_officers(ClientId client, const proto::Request& request) {
    proto::Response response;
    auto* out = response.mutable_officers();
    for (auto& row : officers_.rows()) *out->add_officers() = std::move(row);
    answer(client, response, request.id());
}

void NodeCore::on_revoke_officer(const Asker& asker, ClientId client,
                                 const proto::Request& request) {
    auto refuse = [&](const Error& why) { fail(client, request.id(), why); };
    auto id = OfficerId::parse(request.revoke_officer().officer_id());
    if (!id.ok()) return refuse({Errc::not_found, "no such officer here"});
    if (*id == asker.officer->id)
        return refuse({Errc::not_permitted, "an administrator can't revoke himself"});
    auto revoked = officers_.revoke(*id);
    if (!revoked.ok()) return refuse(revoked.error());
    write(PutAudit{now_, asker.subject(), "revoke", *revoked});
    officers_changed();
    proto::Response response;
    response.mutable_done();
    answer(client, response, request.id());
}

// Of an officer who posts now.
SignedCertificate NodeCore::certificate(const Officer& officer) {
    constexpr std::uint64_t validity = 30 * ms_day;
    constexpr std::uint64_t margin = 5 * ms_minute;  // Readers' clocks may be behind ours.
    const UnixMillis now = posting_now();            // Readers compare with the directory's time.
    if (const auto* known = officers_.certificate(officer.id, now)) return *known;
    UnixMillis from{now.value > margin ? now.value - margin : 0};
    Certificate body{officer.id, officer.display_sign, officer.role, officer.pk, identity_.id,
                     from,       now.plus(validity)};
    auto made = certify_officer(identity_.network, body, identity_.generation, identity_.sign.sk);
    officers_.keep_certificate(officer.id, made, now.plus(validity / 2));
    return made;
}

}  // namespace rilon
