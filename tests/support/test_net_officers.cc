// TestNet: what officers and persons do.
#include "node/index.h"
#include "protocol/officer.h"
#include "tests/support/test_net.h"

namespace rilon {
namespace {

void fill_wish(const PostWish& wish, proto::PrepareRequest& out) {
    out.mutable_wish()->set_audience(wish.audience);
    out.set_stale_directory(wish.stale_directory);
    out.mutable_wish()->set_except_host(wish.except_host);
    for (const std::string& party : wish.exclude) out.mutable_wish()->add_exclude(party);
    for (const std::string& name : wish.only) out.mutable_wish()->add_only(name);
    out.set_precedence(static_cast<std::uint32_t>(wish.precedence));
}

}  // namespace

Result<proto::Response> TestNet::request(const std::string& node, proto::Request request_) {
    return request(node, daemon(node).officer().transport.pk, std::move(request_));
}

Result<Posted> TestNet::prepare_and_commit(const std::string& node,
                                           const proto::PrepareRequest& what,
                                           const std::vector<Bytes>& attached) {
    auto shown = prepare(node, what);
    if (!shown.ok()) return shown.error();
    if (Status there = hand_over(node, shown->ticket(), attached); !there.ok())
        return there.error();
    return commit(node, *shown);
}

void TestNet::list_attached(const std::vector<Bytes>& files, proto::Alert& alert) {
    for (const Bytes& file : files) {
        proto::Attachment& one = *alert.add_attachments();
        one.set_media_type("image/png");
        one.set_size(file.size());
        one.set_hash(hash({file}).str());
    }
}

Status TestNet::hand_over(const std::string& node, const std::string& ticket,
                          const std::vector<Bytes>& files) {
    constexpr std::size_t at_once = 100'000;
    for (std::size_t i = 0; i < files.size(); ++i)
        for (std::size_t from = 0; from < files[i].size(); from += at_once) {
            proto::Request asked;
            asked.mutable_attach()->set_ticket(ticket);
            asked.mutable_attach()->set_attachment(static_cast<std::uint32_t>(i + 1));
            asked.mutable_attach()->set_offset(from);
            const ByteView rest = ByteView(files[i]).subspan(from);
            asked.mutable_attach()->set_data(
                std::string(as_text(rest.first(std::min(at_once, rest.size())))));
            auto done = request(node, std::move(asked));
            if (!done.ok()) return done.error();
        }
    return {};
}

Result<Bytes> TestNet::attachment(const std::string& node, const AlertId& alert,
                                  std::uint32_t number) {
    Bytes whole;
    for (std::uint32_t piece = 0, pieces = 1; piece < pieces; ++piece) {
        proto::Request asked;
        asked.mutable_attachment()->set_alert(alert.hex());
        asked.mutable_attachment()->set_attachment(number);
        asked.mutable_attachment()->set_piece(piece);
        auto got = request(node, std::move(asked));
        if (!got.ok()) return got.error();
        pieces = got->attachment().pieces();
        const ByteView data = as_bytes(got->attachment().data());
        whole.insert(whole.end(), data.begin(), data.end());
        if (piece + 1 == pieces && hash({whole}).str() != got->attachment().attachment().hash())
            return {Errc::malformed, "another attachment than its officer signed"};
    }
    return whole;
}

Result<proto::PreparedResponse> TestNet::prepare(const std::string& node,
                                                 const proto::PrepareRequest& what) {
    proto::Request asked;
    *asked.mutable_prepare() = what;
    auto shown = request(node, std::move(asked));
    if (!shown.ok()) return shown.error();
    return shown->prepared();
}

Result<Posted> TestNet::commit(const std::string& node, const proto::PreparedResponse& prepared) {
    return commit(node, daemon(node).officer(), prepared);
}

Result<Posted> TestNet::commit(const std::string& node, const TestOfficer& as,
                               const proto::PreparedResponse& prepared) {
    Posted out{node, {}};
    proto::Request asked;
    asked.mutable_commit()->set_ticket(prepared.ticket());
    for (const auto& part : prepared.parts()) {
        Posted::Part made{AlertId::copy_of(as_bytes(part.alert_id())),
                          StreamId::copy_of(as_bytes(part.stream_id())),
                          {},
                          part.part()};
        for (const auto& reader : part.readers())
            made.readers.insert(NodeId::copy_of(as_bytes(reader.node_id())));
        asked.mutable_commit()->add_signatures(
            sign(as.sign.sk, officer_message(network().id(), made.stream, made.alert,
                                             as_bytes(part.operation())))
                .str());
        out.parts.push_back(std::move(made));
    }
    auto posted = request(node, as.transport.pk, std::move(asked));
    if (!posted.ok()) return posted.error();
    if (!posted->has_posted()) return Error{Errc::invalid, "not posted"};
    return out;
}

Result<Posted> TestNet::post(const std::string& node, const PostWish& wish,
                             const std::string& text) {
    proto::PrepareRequest what;
    proto::Alert& alert = *what.mutable_operation()->mutable_publish();
    alert.mutable_bulletin()->set_text(text);
    alert.set_purge_after_ms(wish.purge_after_ms);
    list_attached(wish.attached, alert);
    fill_wish(wish, what);
    return prepare_and_commit(node, what, wish.attached);
}

Result<Posted> TestNet::supersede(const std::string& node, const AlertId& alert,
                                  const PostWish& wish, const std::string& text) {
    proto::PrepareRequest what;
    auto* next = what.mutable_operation()->mutable_supersede()->mutable_alert();
    next->mutable_bulletin()->set_text(text);
    what.set_alert(alert.hex());
    fill_wish(wish, what);
    return prepare_and_commit(node, what);
}

Result<Posted> TestNet::withdraw(const std::string& node, const AlertId& alert) {
    proto::PrepareRequest what;
    what.mutable_operation()->mutable_withdraw()->set_reason("error");
    what.set_alert(alert.hex());
    return prepare_and_commit(node, what);
}

Result<Posted> TestNet::narrow(const std::string& node, const AlertId& alert,
                               const proto::NarrowWish& wish) {
    proto::PrepareRequest what;
    *what.mutable_narrow() = wish;
    what.set_alert(alert.hex());
    return prepare_and_commit(node, what);
}

Result<Posted> TestNet::confirm(const std::string& node, const AlertId& alert) {
    proto::PrepareRequest what;
    auto* confirm = what.mutable_operation()->mutable_confirm();
    confirm->set_what("mo");
    confirm->set_outcome("seen here too");
    what.set_alert(alert.hex());
    return prepare_and_commit(node, what);
}

Result<Posted> TestNet::dispute(const std::string& node, const AlertId& alert,
                                const std::string& reason) {
    proto::PrepareRequest what;
    auto* dispute = what.mutable_operation()->mutable_dispute();
    dispute->set_reason(reason);
    dispute->set_note("seen in the original");
    what.set_alert(alert.hex());
    return prepare_and_commit(node, what);
}

Result<Posted> TestNet::hit(const std::string& node, const AlertId& alert,
                            const std::string& outcome) {
    proto::PrepareRequest what;
    auto* hit = what.mutable_operation()->mutable_hit();
    hit->set_what("document");
    hit->mutable_where()->set_location("BKK");
    hit->set_outcome(outcome);
    what.set_alert(alert.hex());
    return prepare_and_commit(node, what);
}

proto::PrepareRequest TestNet::onward_wish(const AlertId& alert, const std::vector<std::string>& to,
                                           const std::string& outside, const std::string& reason) {
    proto::PrepareRequest what;
    what.set_alert(alert.hex());
    for (const std::string& word : to) what.mutable_onward()->add_to(word);
    what.mutable_onward()->set_outside(outside);
    what.mutable_onward()->set_reason(reason);
    return what;
}

proto::PrepareRequest TestNet::onward_answer(const std::string& request, bool grant,
                                             const std::string& note) {
    proto::PrepareRequest what;
    what.mutable_onward_decision()->set_request(request);
    what.mutable_onward_decision()->set_grant(grant);
    what.mutable_onward_decision()->set_note(note);
    return what;
}

Result<std::vector<proto::Onward>> TestNet::onward(const std::string& node) {
    proto::Request asked;
    asked.mutable_list()->set_release(true);
    auto listed = request(node, std::move(asked));
    if (!listed.ok()) return listed.error();
    const auto& rows = listed->alerts().onward();
    return std::vector<proto::Onward>(rows.begin(), rows.end());
}

Bytes TestNet::orphan_order(const std::string& node, const NodeId& origin, const AlertId& alert,
                            const TestNetwork::Signers& signers, const std::string& reason,
                            std::uint64_t valid_ms) {
    Drafter drafter(rng_, draft_basis(daemon(node).node().directory(), now_, valid_ms));
    Bytes statement = drafter.withdraw_orphan(origin, std::span(&alert, 1), reason);
    Bytes authorisations = network().authorise(statement, signers);
    return encode_draft({std::move(statement), std::move(authorisations)});
}

Result<Posted> TestNet::withdraw_by_order(const std::string& node, const AlertId& alert,
                                          const Bytes& order) {
    proto::PrepareRequest what;
    proto::Withdraw& withdraw = *what.mutable_operation()->mutable_withdraw();
    withdraw.set_reason("error");
    withdraw.set_order(std::string(as_text(order)));
    what.set_alert(alert.hex());
    return prepare_and_commit(node, what);
}

Status TestNet::submit(const std::function<Bytes(Drafter&)>& draft,
                       const TestNetwork::Signers& signers) {
    if (!coordinator().running()) return Error{Errc::unreachable, "the coordinator is down"};
    Drafter drafter(rng_, draft_basis(coordinator().node().directory(), now_));
    Bytes statement = draft(drafter);
    proto::Request request_;
    auto* out = request_.mutable_submit_draft()->mutable_draft();
    out->set_statement(std::string(as_text(statement)));
    out->set_authorisations(std::string(as_text(network().authorise(statement, signers))));
    auto answer =
        request("coordinator-1", signers.front()->person.transport_pk, std::move(request_));
    if (!answer.ok()) return answer.error();
    if (!answer->pending().applied()) return Error{Errc::not_authorised, answer->pending().note()};
    return {};
}

Status TestNet::submit_as_node(const std::function<Bytes(Drafter&)>& draft,
                               const std::string& node) {
    if (!coordinator().running()) return Error{Errc::unreachable, "the coordinator is down"};
    Drafter drafter(rng_, draft_basis(coordinator().node().directory(), now_));
    Bytes statement = draft(drafter);
    proto::Request request_;
    auto* out = request_.mutable_submit_draft()->mutable_draft();
    out->set_statement(std::string(as_text(statement)));
    out->set_authorisations(
        std::string(as_text(network().authorise(statement, network().node(node)))));
    auto answer = request("coordinator-1", network().rso(0).person.transport_pk, request_);
    if (!answer.ok()) return answer.error();
    if (!answer->pending().applied()) return Error{Errc::not_authorised, answer->pending().note()};
    return {};
}

bool TestNet::reads(const std::string& node, const AlertId& alert) const {
    const Daemon& one = daemon(node);
    if (!one.running()) return false;
    auto state = one.node().index().alert(alert);
    return state.has_value() && state->readable();
}

bool TestNet::withdrawn(const std::string& node, const AlertId& alert) const {
    const Daemon& one = daemon(node);
    if (!one.running()) return false;
    auto state = one.node().index().alert(alert);
    return state.has_value() && state->withdrawn();
}

}  // namespace rilon
