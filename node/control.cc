// The control socket's requests. The connection's key says who asks; roles say what he may;
// whatever reads alerts is audited before it is answered.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/directory_syntax.h"
#include "protocol/feed_cursor.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

const char* remedy_for(Errc code) {
    switch (code) {
        case Errc::not_found: return "look it up with rilon inbox or rilon audience list";
        case Errc::not_permitted: return "rilon help audiences says who may what";
        case Errc::readers_changed: return "post again: the preview shows the new readers";
        case Errc::no_readers:
            return "choose a wider audience with --to, or name nodes with --only";
        case Errc::full: return "free space on this node's disk, or ask its administrator";
        case Errc::busy: return "wait a moment and try again";
        case Errc::locked:
        case Errc::not_enrolled: return "ask the node's administrator for rilon officer certify";
        case Errc::damaged: return "the record is quarantined; it is fetched again from peers";
        case Errc::unsupported: return "upgrade this node's software";
        case Errc::fork: return "ask the node's administrator: rilon status, then rilon log";
        default: return "";
    }
}

}  // namespace

Asker NodeCore::who(const TransportPublicKey& key) const {
    Asker asker;
    asker.officer = officers_.by_transport(key);
    if (!directory_.empty()) asker.person = directory_.now().person_by_transport(key);
    return asker;
}

void NodeCore::answer(ClientId client, proto::Response& response, std::uint64_t request) {
    response.set_id(request);
    emit(AnswerClient{client, to_bytes(as_bytes(response.SerializeAsString()))});
}

void NodeCore::fail(ClientId client, std::uint64_t request, const Error& error) {
    proto::Response response;
    auto* failure = response.mutable_failure();
    failure->set_code(errc_name(error.code));
    failure->set_message(error.detail);
    failure->set_remedy(error.code == Errc::locked && replacing() != nullptr
                            ? std::string("its administrator has the draft signed, or ends it: "
                                          "rilon identity rotate --signing ") +
                                  (replacing()->transport ? "--transport --cancel" : "--cancel")
                            : remedy_for(error.code));
    answer(client, response, request);
}

void NodeCore::on_client(const ClientFrame& frame) {
    asked_ = now_;
    proto::Request request;
    if (!request.ParseFromArray(frame.request.data(), static_cast<int>(frame.request.size())))
        return fail(frame.client, 0, {Errc::malformed, "a request that does not parse"});
    Asker asker = who(frame.key);
    if (asker.officer == nullptr && !asker.person.has_value())
        return fail(frame.client, request.id(),
                    {Errc::not_enrolled, "this key belongs to no officer of this node"});
    if (directory_.empty() && request.body_case() != proto::Request::kStatus)
        return fail(frame.client, request.id(),
                    {Errc::not_enrolled, "this node is not enrolled yet; run rilon enrol"});
    dispatch(asker, frame.client, request, frame.request);
}

void NodeCore::dispatch(const Asker& asker, ClientId client, const proto::Request& request,
                        const Bytes& raw) {
    const std::string role = asker.officer != nullptr ? asker.officer->role : "person";
    auto need = [&](bool allowed) {
        if (!allowed)
            fail(client, request.id(),
                 {Errc::not_permitted, fmt::format("role {} may not do this here", role)});
        return allowed;
    };
    using R = proto::Request;
    const bool shows = request.has_list() || request.has_search() || request.has_show() ||
                       request.has_receipts() || request.has_feed() ||
                       request.has_export_alerts() || request.has_kept_look() ||
                       request.has_attachment();
    if (Status again = resynced(); shows && !again.ok())
        return fail(client, request.id(), again.error());
    switch (request.body_case()) {
        case R::kHello: return on_hello_request(asker, client, request);
        case R::kStatus: return on_status(asker, client, request);
        case R::kAudiences: return on_audiences(client, request);
        case R::kDirectory: return on_directory_request(client, request);
        case R::kSubmitDraft: return on_submit_draft(asker, client, request);
        case R::kPending: return on_pending(client, request, "", false);
        case R::kPrepare:
            if (need(may_post(role) && !is_coordinator())) on_prepare(asker, client, request);
            return;
        case R::kCommit:
            if (need(may_post(role) && !is_coordinator())) on_commit(asker, client, request);
            return;
        case R::kAttach:
            if (need(may_post(role) && !is_coordinator())) on_attach(asker, client, request);
            return;
        case R::kAttachment:
            if (need(may_read(role))) on_attachment(asker, client, request, raw);
            return;
        case R::kList:
            if (need(may_read(role))) query(asker, client, raw, "inbox", "");
            return;
        case R::kSearch:
            if (need(may_read(role)))
                query(asker, client, raw, request.search().screening() ? "screen" : "search",
                      search_detail(request.search()));
            return;
        case R::kShow:
            if (need(may_read(role))) on_show(asker, client, request, raw);
            return;
        case R::kExportAlerts:
            if (need(may_read(role))) on_export(asker, client, request, raw);
            return;
        case R::kReceipts:
            if (need(may_read(role))) on_receipts(asker, client, request, raw);
            return;
        case R::kFeed:
            if (need(may_read(role))) on_feed(asker, client, request, raw);
            return;
        case R::kFeedAck:
            if (need(may_read(role))) on_feed_ack(client, request);
            return;
        case R::kKeep:
            if (need(may_read(role))) on_keep(asker, client, request, raw.size());
            return;
        case R::kKept:
            if (need(may_read(role))) on_kept(asker, client, request);
            return;
        case R::kKeptLook:
            if (need(may_read(role))) on_kept_look(asker, client, request, raw);
            return;
        case R::kKeptLooked:
            if (need(may_read(role))) on_kept_looked(asker, client, request);
            return;
        case R::kLog:
            if (need(role == "administrator" || role == "releaser")) on_log(client, request);
            return;
        case R::kCertify:
            if (need(role == "administrator")) on_certify(asker, client, request);
            return;
        case R::kOfficers:
            if (need(role == "administrator")) on_officers(client, request);
            return;
        case R::kRevokeOfficer:
            if (need(role == "administrator")) on_revoke_officer(asker, client, request);
            return;
        case R::kRotate:
            if (need(role == "administrator" && !is_coordinator()))
                on_rotate(asker, client, request);
            return;
        case R::kPeers:
        case R::BODY_NOT_SET: break;
    }
    fail(client, request.id(), {Errc::unsupported, "a request that this version does not know"});
}

// Which kinds of question, never their words: what was looked for is nobody's business.
std::string NodeCore::search_detail(const proto::SearchRequest& search) {
    std::string out;
    auto add = [&](bool asked, const char* what) {
        if (asked) out += (out.empty() ? "" : ",") + std::string(what);
    };
    add(!search.doc().empty(), "doc");
    add(!search.name().empty(), "name");
    add(!search.dob().empty(), "dob");
    add(!search.text().empty(), "text");
    return out;
}

// Audited first (the same commit), answered from the query worker after it.
void NodeCore::query(const Asker& asker, ClientId client, const Bytes& raw, std::string action,
                     std::string detail) {
    write(PutAudit{now_, asker.subject(), std::move(action), std::move(detail)});
    emit(RunQuery{client, raw, to_bytes(asker.officer->id.view())});
}

void NodeCore::on_hello_request(const Asker& asker, ClientId client,
                                const proto::Request& request) {
    const DirectoryState& state = directory_.now();
    proto::Response response;
    auto* hello = response.mutable_hello();
    hello->set_network_id(identity_.network.str());
    hello->set_network_name(state.network_name);
    hello->set_node_id(identity_.id.str());
    hello->set_node(node_name(identity_.id));
    hello->set_coordinator(is_coordinator());
    hello->set_software(options_.software);
    hello->set_now_ms(now_.value);
    if (const NodeRecord* node = state.node(identity_.id)) {
        hello->set_party(node->party);
        hello->set_rilon(node->rilon);
        if (const Rilon* rilon = state.rilon(node->rilon)) hello->set_host(rilon->host);
    }
    hello->set_role("person");
    if (asker.officer != nullptr) {
        const Officer& officer = *asker.officer;
        hello->set_role(officer.role);
        hello->set_display_sign(officer.display_sign);
        hello->set_officer_id(officer.id.str());
        if (!is_coordinator()) {
            SignedCertificate made = certificate(officer);
            hello->set_certificate(std::string(as_text(made.bytes)));
            hello->set_certificate_generation(made.generation.value);
            hello->set_certificate_signature(made.signature.str());
        }
    }
    answer(client, response, request.id());
}

void NodeCore::on_show(const Asker& asker, ClientId client, const proto::Request& request,
                       const Bytes& raw) {
    auto found = index_.find(request.show().alert());
    if (!found.ok()) return fail(client, request.id(), found.error());
    query(asker, client, raw, "open", found->id.hex());
    note_opened(*found);
}

// Level 2, once: a person here has seen it.
void NodeCore::note_opened(const AlertState& alert) {
    if (!alert.readable()) return;
    const EntryRef& ref = alert.revisions.back();
    look_again(ref);
    const StreamInfo* info = stream(ref.stream);
    if (info == nullptr || is_self(info->state.origin)) return;
    auto acks = store_.entry_acks(ref.stream, ref.seq);
    bool told = acks.ok() && std::any_of(acks->begin(), acks->end(), [&](const AckRecord& a) {
                    return a.node == identity_.id && a.level == AckLevel::opened;
                });
    auto entry = store_.entry(ref.stream, ref.seq);
    if (told || !entry.ok() || !entry->has_value()) return;
    ack(*info, ref.seq, (*entry)->entry.id(), AckLevel::opened);
}

// A row of the audit for each alert: who asks later to whom an alert went finds the file too.
void NodeCore::on_export(const Asker& asker, ClientId client, const proto::Request& request,
                         const Bytes& raw) {
    const auto& wanted = request.export_alerts();
    constexpr int alerts_max = 200;
    if (wanted.alerts_size() > alerts_max)
        return fail(client, request.id(),
                    {Errc::too_large, fmt::format("at most {} alerts at once", alerts_max)});
    for (const std::string& bytes : wanted.alerts()) {
        auto id = AlertId::parse(bytes);
        if (!id.ok()) return fail(client, request.id(), id.error());
        auto alert = index_.alert(*id);
        if (!alert.has_value() || !alert->readable()) continue;
        write(PutAudit{now_, asker.subject(), "export",
                       id->hex() + (wanted.restricted() ? " restricted" : "")});
    }
    emit(RunQuery{client, raw, to_bytes(asker.officer->id.view())});
}

void NodeCore::on_receipts(const Asker& asker, ClientId client, const proto::Request& request,
                           const Bytes& raw) {
    auto found = index_.find(request.receipts().alert());
    if (!found.ok()) return fail(client, request.id(), found.error());
    constexpr std::uint64_t wait_ms_max = 60 * ms_second;
    HeldWait wait{client, raw, asker.officer->id, {}, {}};
    wait.until = now_.plus(std::min<std::uint64_t>(request.receipts().wait_ms(), wait_ms_max));
    for (const auto& part : parts_of(*found)) {
        if (part.withdrawal.has_value())
            wait.refs.push_back(*part.withdrawal);
        else if (!part.revisions.empty())
            wait.refs.push_back(
                {part.revisions.back().stream, with_chunks(part.revisions.back()).to});
    }
    held_waits_.push_back(std::move(wait));
    check_held_waits();
}

// --- feeds ------------------------------------------------------------------------------------

void NodeCore::on_feed(const Asker& asker, ClientId client, const proto::Request& request,
                       const Bytes& raw) {
    const auto& feed = request.feed();
    if (feed.consumer().empty()) {  // Somebody looks on: nothing is kept, nothing to take back.
        write(PutAudit{now_, asker.subject(), "watch", ""});
        return emit(RunQuery{client, raw, to_bytes(asker.officer->id.view())});
    }
    if (feed.consumer().size() != 32 || !from_hex(feed.consumer()).ok())
        return fail(client, request.id(), {Errc::invalid, "a consumer id is 32 hex digits"});
    constexpr std::size_t consumers_max = 1000;
    if (!consumers_.contains(feed.consumer())) {
        if (consumers_.size() >= consumers_max)
            return fail(client, request.id(), {Errc::busy, "too many feed consumers here"});
        // A consumer that starts now has received nothing yet that could need to be taken back.
        consumers_[feed.consumer()] = store_.last_arrival();
        save_consumers();
        write(PutAudit{now_, asker.subject(), "feed", "consumer " + feed.consumer().substr(0, 8)});
    }
    emit(RunQuery{client, raw, to_bytes(asker.officer->id.view())});
}

void NodeCore::on_feed_ack(ClientId client, const proto::Request& request) {
    const auto& ack = request.feed_ack();
    auto it = consumers_.find(ack.consumer());
    if (it == consumers_.end())
        return fail(client, request.id(), {Errc::not_found, "no such feed consumer here"});
    if (ack.forget()) {
        consumers_.erase(it);
    } else {
        auto cursor = parse_feed_cursor(ack.cursor());
        if (!cursor.ok()) return fail(client, request.id(), cursor.error());
        it->second =
            std::max(it->second, Arrival{std::min(cursor->seq, store_.last_arrival().value)});
    }
    save_consumers();
    acknowledge_erased();
    proto::Response response;
    response.mutable_done();
    answer(client, response, request.id());
}

void NodeCore::save_consumers() {
    ByteWriter out;
    for (const auto& [name, acknowledged] : consumers_)
        out.u8(static_cast<std::uint8_t>(name.size())).raw(as_bytes(name)).u64(acknowledged.value);
    write(PutPrivate{"consumers", std::move(out).take()});
}

// --- the network as this node sees it -----------------------------------------------------------

void NodeCore::on_audiences(ClientId client, const proto::Request& request) {
    const DirectoryState& state = directory_.now();
    const NodeRecord* self = state.node(identity_.id);
    const Rilon* rilon = self == nullptr ? nullptr : state.rilon(self->rilon);
    proto::Response response;
    auto* out = response.mutable_audiences();
    for (const auto& [id, audience] : state.audiences) {
        bool ours = state.is_member(id, identity_.id);
        bool asked = request.audiences().name() == audience->name;
        if (!request.audiences().name().empty() ? !asked : !ours && !is_coordinator()) continue;
        auto* row = out->add_audiences();
        row->set_audience_id(id.str());
        row->set_name(audience->name);
        using Kind = AudienceInfo::Kind;
        row->set_kind(audience->kind == Kind::network    ? "network"
                      : audience->kind == Kind::rilon    ? "rilon"
                      : audience->kind == Kind::missions ? "missions"
                                                         : "group");
        row->set_ours(ours);
        for (const auto& member : audience->members) {
            const NodeRecord* node = state.node(member);
            auto* reader = row->add_members();
            reader->set_node_id(member.str());
            reader->set_name(node->name);
            reader->set_party(node->party);
            reader->set_host(rilon != nullptr && state.is_or_under(node->party, rilon->host));
        }
    }
    if (!request.audiences().name().empty() && out->audiences_size() == 0)
        return fail(client, request.id(),
                    {Errc::not_found,
                     fmt::format("there is no audience \"{}\"", request.audiences().name())});
    answer(client, response, request.id());
}

void NodeCore::on_log(ClientId client, const proto::Request& request) {
    constexpr std::size_t rows_max = 1000;
    std::size_t max = request.log().max() == 0 ? rows_max : request.log().max();
    auto rows = store_.audit(request.log().from(), std::min(max, rows_max));
    if (!rows.ok()) return fail(client, request.id(), rows.error());
    proto::Response response;
    auto* out = response.mutable_log();
    for (const auto& row : *rows) {
        auto* line = out->add_rows();
        line->set_n(row.n);
        line->set_at_ms(row.at.value);
        line->set_subject(row.subject);
        line->set_action(row.action);
        line->set_detail(row.detail);
    }
    if (request.log().verify()) {
        Status chain = store_.verify_audit();
        if (!chain.ok()) return fail(client, request.id(), chain.error());
        out->set_verified(true);
    }
    answer(client, response, request.id());
}

// --- directory and officers
// -----------------------------------------------------------------------

void NodeCore::on_directory_request(ClientId client, const proto::Request& request) {
    proto::Response response;
    auto* out = response.mutable_directory();
    out->set_total(directory_.size());
    out->set_checkpoint(std::string(as_text(checkpoint_)));
    constexpr std::uint64_t records_max = 256;
    std::uint64_t max = request.directory().max() == 0 ? records_max : request.directory().max();
    std::uint64_t from = request.directory().from();
    for (std::uint64_t n = from; n < directory_.size() && n - from < std::min(max, records_max);
         ++n) {
        const DirectoryRecord& record = directory_.record(DirSeq{n});
        auto* row = out->add_records();
        row->set_n(n);
        row->set_recorded_ms(record.recorded.value);
        row->set_statement(std::string(as_text(record.statement)));
        row->set_authorisations(std::string(as_text(record.authorisations)));
    }
    answer(client, response, request.id());
}

void NodeCore::on_submit_draft(const Asker& asker, ClientId client, const proto::Request& request) {
    write(PutAudit{now_, asker.subject(), "draft", ""});
    if (identity_.online.has_value()) {
        auto done = submit(request.submit_draft().draft());
        if (!done.ok()) return fail(client, request.id(), done.error());
        return on_pending(client, request, *done, *done == "in force");
    }
    auto draft = parse_draft(as_bytes(request.submit_draft().draft().SerializeAsString()));
    if (!draft.ok()) return fail(client, request.id(), draft.error());
    bool acts = hold_suspend(identity_.id, to_proto(*draft));
    for (const auto& coordinator : directory_.now().coordinators) {
        auto peer = peers_.find(coordinator.id);
        if (peer == peers_.end() || !peer->second.up) continue;
        proto::SyncDirectory frame;
        *frame.mutable_submit() = to_proto(*draft);
        std::uint64_t number = next_request(coordinator.id);
        submits_[{coordinator.id, number}] = {client, request.id()};
        return send(coordinator.id, SyncType::directory, number, frame.SerializeAsString(),
                    Precedence::flash);
    }
    if (acts)
        return on_pending(client, request,
                          "it acts from now on wherever the network reaches, and is recorded when "
                          "the coordinator is",
                          false);
    fail(client, request.id(),
         {Errc::unreachable, "the coordinator can't be reached; the draft was not passed on"});
}

void NodeCore::on_pending(ClientId client, const proto::Request& request, std::string note,
                          bool applied) {
    proto::Response response;
    auto* out = response.mutable_pending();
    out->set_note(std::move(note));
    out->set_applied(applied);
    for (const auto& [id, pending] : drafts_) {
        const proto::Draft& draft = pending.draft;
        auto statement = parse_statement(as_bytes(draft.statement()));
        if (!statement.ok()) continue;
        auto* row = out->add_drafts();
        row->set_statement_id(id.str());
        *row->mutable_draft() = draft;
        row->set_what(describe_statement(*statement, directory_.now()));
        row->set_expires_ms(statement->expires_ms());
        auto progress = directory_.progress(as_bytes(draft.statement()),
                                            as_bytes(draft.authorisations()), now_);
        if (!progress.ok()) {
            row->add_waiting_for("no longer possible: " + progress.error().detail);
            continue;
        }
        for (const auto& name : progress->signed_by) row->add_signed_by(name);
        for (const auto& who : progress->waiting_for) row->add_waiting_for(who);
    }
    answer(client, response, request.id());
}

}  // namespace rilon
