#include "protocol/statement.h"

#include "protocol/authorisation.h"
#include "protocol/statement_shape.h"

namespace rilon {
namespace {

void put_cuts(google::protobuf::RepeatedPtrField<proto::Cut>& out,
              std::span<const StreamCut> cuts) {
    for (const StreamCut& cut : cuts) {
        proto::Cut* one = out.Add();
        one->set_stream_id(cut.stream.str());
        one->set_seq(cut.seq.value);
        one->set_entry_id(cut.entry.str());
    }
}

Status check_lengths(const std::string& statement, const std::string& authorisations) {
    if (statement.empty() || statement.size() > statement_bytes_max)
        return {Errc::malformed, "a statement that is empty or too long"};
    auto parsed = parse_authorisations(as_bytes(authorisations));
    if (!parsed) return parsed.error();
    return {};
}

}  // namespace

Result<proto::Statement> parse_statement(ByteView bytes) {
    if (bytes.empty() || bytes.size() > statement_bytes_max)
        return {Errc::malformed, "a statement that is empty or too long"};
    if (Status s = check_shape(bytes, statement_shape()); !s) return s.error();
    proto::Statement out;
    if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "a statement that can't be read"};
    auto id = StatementId::parse(out.statement_id());
    if (!id || id->is_zero()) return {Errc::malformed, "a statement without an id of its own"};
    if (out.body_case() == proto::Statement::BODY_NOT_SET)
        return {Errc::malformed, "a statement that says nothing"};
    return out;
}

DraftBasis draft_basis(const Directory& directory, UnixMillis now, std::uint64_t valid_ms) {
    return {directory.size(), now.plus(valid_ms)};
}

proto::Statement Drafter::begin() {
    last_id_ = rng_.bytes<StatementId>();
    proto::Statement out;
    out.set_statement_id(last_id_.str());
    out.set_base(basis_.base);
    out.set_expires_ms(basis_.expires.value);
    return out;
}

Bytes Drafter::root(const proto::Root& body) {
    proto::Statement out = begin();
    *out.mutable_root() = body;
    return serialised(out);
}

Bytes Drafter::establish(const RilonDraft& rilon) {
    proto::Statement out = begin();
    proto::EstablishRilon& body = *out.mutable_establish();
    body.set_code(rilon.code);
    body.set_name(rilon.name);
    body.set_host(rilon.host);
    *body.mutable_chair() = rilon.chair;
    for (const proto::SignedRequest& deputy : rilon.deputies) *body.add_deputies() = deputy;
    body.set_all_audience(rng_.bytes<AudienceId>().str());
    body.set_missions_audience(rng_.bytes<AudienceId>().str());
    return serialised(out);
}

Bytes Drafter::change(const proto::ChangeRilon& body) {
    proto::Statement out = begin();
    *out.mutable_change() = body;
    return serialised(out);
}

Bytes Drafter::add_party(const Party& party, std::span<const proto::SignedRequest> administrators) {
    proto::Statement out = begin();
    proto::AddParty& body = *out.mutable_add_party();
    body.set_code(party.code);
    body.set_name(party.name);
    body.set_under(party.under);
    for (const proto::SignedRequest& one : administrators) *body.add_administrators() = one;
    return serialised(out);
}

Bytes Drafter::add_node(const proto::SignedRequest& request) {
    proto::Statement out = begin();
    *out.mutable_add_node()->mutable_request() = request;
    return serialised(out);
}

Bytes Drafter::replace_key(const NetworkId& network, const NodeId& node,
                           const ReplacementKeys& keys, std::span<const StreamCut> cuts) {
    proto::Statement out = begin();
    proto::ReplaceKey& body = *out.mutable_replace_key();
    body.set_node_id(node.str());
    if (keys.sign != nullptr) {
        body.set_new_sign_pk(keys.sign->pk.str());
        body.set_possession(prove_replacement(network, node, keys.sign->pk, keys.sign->sk).str());
    }
    if (keys.transport != nullptr) body.set_new_transport_pk(keys.transport->str());
    put_cuts(*body.mutable_cuts(), cuts);
    return serialised(out);
}

Bytes Drafter::group(const AudienceInfo& group) {
    proto::Statement out = begin();
    proto::Group& body = *out.mutable_group();
    body.set_audience(group.id.str());
    body.set_name(group.name);
    for (const NodeId& node : group.named) body.add_members(node.str());
    body.set_until_ms(group.until.value);
    return serialised(out);
}

Bytes Drafter::suspend(const NodeId& node, const std::string& reason, bool key_compromised) {
    proto::Statement out = begin();
    out.mutable_suspend()->set_node_id(node.str());
    out.mutable_suspend()->set_reason(reason);
    out.mutable_suspend()->set_key_compromised(key_compromised);
    return serialised(out);
}

Bytes Drafter::confirm_suspend(const StatementId& suspend) {
    proto::Statement out = begin();
    out.mutable_confirm_suspend()->set_suspend_id(suspend.str());
    return serialised(out);
}

Bytes Drafter::reinstate(const StatementId& suspend) {
    proto::Statement out = begin();
    out.mutable_reinstate()->set_suspend_id(suspend.str());
    return serialised(out);
}

Bytes Drafter::revoke(const NodeId& node, const std::string& reason,
                      std::span<const StreamCut> cuts) {
    proto::Statement out = begin();
    out.mutable_revoke()->set_node_id(node.str());
    out.mutable_revoke()->set_reason(reason);
    put_cuts(*out.mutable_revoke()->mutable_cuts(), cuts);
    return serialised(out);
}

Bytes Drafter::rotate_encryption(const NodeId& node, const EncPublicKey& next) {
    proto::Statement out = begin();
    out.mutable_rotate_encryption()->set_node_id(node.str());
    out.mutable_rotate_encryption()->set_new_enc_pk(next.str());
    return serialised(out);
}

Bytes Drafter::activate(const std::string& feature) {
    proto::Statement out = begin();
    out.mutable_activate()->set_feature(feature);
    return serialised(out);
}

Bytes Drafter::withdraw_orphan(const NodeId& origin, std::span<const AlertId> alerts,
                               const std::string& reason) {
    proto::Statement out = begin();
    proto::WithdrawOrphan& body = *out.mutable_withdraw_orphan();
    body.set_origin(origin.str());
    for (const AlertId& alert : alerts) body.add_alert_ids(alert.str());
    body.set_reason(reason);
    return serialised(out);
}

Bytes encode_draft(const StatementDraft& draft) {
    proto::Draft out;
    out.set_statement(std::string(as_text(draft.statement)));
    out.set_authorisations(std::string(as_text(draft.authorisations)));
    return serialised(out);
}

Result<StatementDraft> parse_draft(ByteView bytes) {
    proto::Draft in;
    if (bytes.size() > record_bytes_max ||
        !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "a draft that can't be read"};
    if (Status s = check_lengths(in.statement(), in.authorisations()); !s) return s.error();
    return StatementDraft{to_bytes(as_bytes(in.statement())),
                          to_bytes(as_bytes(in.authorisations()))};
}

Result<StatementDraft> merge_drafts(const StatementDraft& one, const StatementDraft& other) {
    if (one.statement != other.statement)
        return {Errc::invalid, "signatures under two different statements"};
    auto first = parse_authorisations(one.authorisations);
    if (!first) return first.error();
    auto second = parse_authorisations(other.authorisations);
    if (!second) return second.error();
    StatementDraft out = one;
    for (const SignatureBytes& item : *second) {
        bool there = false;
        for (const SignatureBytes& before : *first) there = there || before.key == item.key;
        if (there) continue;
        ByteWriter bytes(authorisation_bytes);
        bytes.raw(item.key.view()).raw(item.signature.view());
        out.authorisations.insert(out.authorisations.end(), bytes.view().begin(),
                                  bytes.view().end());
    }
    if (out.authorisations.size() > authorisations_max * authorisation_bytes)
        return {Errc::invalid, "too many authorisations"};
    return out;
}

Bytes encode_record(const DirectoryRecord& record) {
    proto::Record out;
    out.set_n(record.n.value);
    out.set_recorded_ms(record.recorded.value);
    out.set_statement(std::string(as_text(record.statement)));
    out.set_authorisations(std::string(as_text(record.authorisations)));
    return serialised(out);
}

Result<DirectoryRecord> parse_record(ByteView bytes) {
    proto::Record in;
    if (bytes.size() > record_bytes_max ||
        !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "a directory record that can't be read"};
    if (Status s = check_lengths(in.statement(), in.authorisations()); !s) return s.error();
    return DirectoryRecord{DirSeq{in.n()}, UnixMillis{in.recorded_ms()},
                           to_bytes(as_bytes(in.statement())),
                           to_bytes(as_bytes(in.authorisations()))};
}

}  // namespace rilon
