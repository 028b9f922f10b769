// Attachments at a node: the client hands their bytes over between PREPARE and COMMIT, COMMIT seals
// them as chunks right behind the alert, a reader asks for them piece by piece, and they go with
// their alert. The alert comes first: urgent words do not wait for a picture.
#include <fmt/format.h>

#include <algorithm>

#include "node/chunks.h"
#include "node/core.h"
#include "protocol/crypto.h"
#include "protocol/mutant.h"

namespace rilon {

// --- handed over --------------------------------------------------------------------------------

Status NodeCore::plan_attached(const proto::Alert& alert, PlannedPart& part) {
    for (const proto::Attachment& one : alert.attachments()) {
        auto info = parse_attachment(one);
        if (!info.ok()) return info.error();
        part.attached.push_back({*info, {}});
    }
    return {};
}

std::size_t NodeCore::attached_bytes(const OfficerId* officer) const {
    std::size_t out = 0;
    for (const auto& [id, ticket] : tickets_) {
        if (officer != nullptr && ticket.officer != *officer) continue;
        for (const PlannedPart& part : ticket.parts)
            for (const Attached& one : part.attached) out += one.bytes.size();
    }
    return out;
}

void NodeCore::on_attach(const Asker& asker, ClientId client, const proto::Request& request) {
    const proto::AttachRequest& piece = request.attach();
    auto ticket = tickets_.find(to_bytes(as_bytes(piece.ticket())));
    if (ticket == tickets_.end() || ticket->second.officer != asker.officer->id ||
        ticket->second.until < now_)
        return fail(client, request.id(),
                    {Errc::not_found, "this posting is no longer prepared here; post it again"});
    Status taken = ticket->second.checks_left == 0
                       ? take_attached(ticket->second, piece)
                       : Status(Errc::busy, "this posting is being checked already");
    if (!taken.ok()) return fail(client, request.id(), taken.error());
    proto::Response response;
    response.mutable_done();
    answer(client, response, request.id());
}

// At most one part has attachments: a document part never does.
Status NodeCore::take_attached(Ticket& ticket, const proto::AttachRequest& piece) {
    auto part = std::find_if(ticket.parts.begin(), ticket.parts.end(),
                             [](const PlannedPart& one) { return !one.attached.empty(); });
    if (part == ticket.parts.end() || piece.attachment() == 0 ||
        piece.attachment() > part->attached.size())
        return {Errc::not_found, "the posting has no such attachment"};
    Attached& one = part->attached[piece.attachment() - 1];
    const std::string& data = piece.data();
    if (data.empty() || data.size() > attach_bytes_max || piece.offset() != one.bytes.size() ||
        data.size() > one.info.size - one.bytes.size())
        return {Errc::malformed, "the pieces of an attachment come in order, without gaps"};
    if (attached_bytes(nullptr) + data.size() > attached_bytes_max ||
        attached_bytes(&ticket.officer) + data.size() > attached_bytes_officer_max)
        return {Errc::busy, "other postings with attachments are under way here"};
    one.bytes.insert(one.bytes.end(), data.begin(), data.end());
    if (!one.complete() || hash({one.bytes}) == one.info.hash) return {};
    one.bytes.clear();
    return {Errc::invalid,
            fmt::format("attachment {} is not what the alert says of it; attach the file again",
                        piece.attachment())};
}

// What the client did not bring a correction has from the revision before: its readers may be new,
// so the bytes are sealed once more.
Status NodeCore::find_attached(PlannedPart& part) const {
    for (std::size_t i = 0; i < part.attached.size(); ++i) {
        Attached& one = part.attached[i];
        if (one.complete()) continue;
        auto before = index_.alert(part.alert);
        Result<Bytes> found{Errc::invalid, "it was not handed over"};
        if (before.has_value() && before->readable()) {
            const EntryRef& content = before->revisions.back();
            auto operation = stored_operation(content);
            if (!operation.ok()) return operation.error();
            const proto::Alert& alert =
                operation->has_publish() ? operation->publish() : operation->supersede().alert();
            for (int k = 0; k < alert.attachments_size(); ++k)
                if (parse_attachment(alert.attachments(k)).ok() &&
                    *parse_attachment(alert.attachments(k)) == one.info)
                    found = read_attachment(store_, content, alert, static_cast<std::size_t>(k));
        }
        if (!found.ok())
            return {found.code(), fmt::format("attachment {}: {}; attach the file again, or leave "
                                              "it out",
                                              i + 1, found.error().detail)};
        one.bytes = std::move(*found);
    }
    return {};
}

// --- sealed -------------------------------------------------------------------------------------

// Routine, whatever the alert is: nothing urgent waits for them. In its epoch, for it was sealed in
// this batch.
Status NodeCore::seal_chunks(StreamInfo& target, const PlannedPart& part) {
    for (std::size_t i = 0; i < part.attached.size(); ++i) {
        const Attached& one = part.attached[i];
        for (std::size_t chunk = 0; chunk < one.info.chunks(); ++chunk) {
            const ChunkPlace place{part.alert, static_cast<std::uint8_t>(i),
                                   static_cast<std::uint16_t>(chunk), one.info.hash};
            ByteView data =
                ByteView(one.bytes).subspan(chunk * chunk_data_bytes, one.info.chunk_size(chunk));
            Status sealed = seal_into(
                target,
                {EntryKind::chunk, Precedence::routine, DirSeq{}, encode_chunk(place, data)},
                nullptr);
            if (!sealed.ok()) return sealed;
        }
    }
    return {};
}

// --- asked for ----------------------------------------------------------------------------------

void NodeCore::on_attachment(const Asker& asker, ClientId client, const proto::Request& request,
                             const Bytes& raw) {
    const proto::AttachmentRequest& asked = request.attachment();
    auto found = index_.find(asked.alert());
    if (!found.ok()) return fail(client, request.id(), found.error());
    const OpenAttachment key{asker.officer->id, found->id, asked.attachment()};
    if (asked.piece() == 0) {
        if (attachments_open_.size() >= attachments_open_max)
            return fail(client, request.id(), {Errc::busy, "many attachments are being read here"});
        attachments_open_[key] = now_.plus(attachment_open_ms);
        note_opened(*found);
        return query(asker, client, raw, "attachment",
                     fmt::format("{} {}", found->id.hex(), asked.attachment()));
    }
    auto open = attachments_open_.find(key);
    if (open == attachments_open_.end() || open->second < now_)
        return fail(client, request.id(),
                    {Errc::invalid, "an attachment is read from its first piece on"});
    emit(RunQuery{client, raw, to_bytes(asker.officer->id.view())});
}

void NodeCore::prune_attachments() {
    std::erase_if(attachments_open_, [&](const auto& open) { return open.second < now_; });
}

// --- gone with their alert ----------------------------------------------------------------------

SeqRange NodeCore::with_chunks(const EntryRef& content) const {
    if (mutant(Mutant::forget_chunks)) return {content.seq, content.seq};
    return {content.seq, last_chunk(store_, content)};
}

// A chunk that comes when its alert is gone already, as in a stream that its origin left: nobody
// redacts it any more. True: it goes too, and its body is not asked for.
bool NodeCore::follow_content(StreamInfo& info, Seq chunk) {
    if (is_coordinator() || is_self(info.state.origin)) return false;
    if (info.before_chunks == Seq{} && chunk.value > 1)
        info.before_chunks = content_of(store_, {info.state.id, Seq{chunk.value - 1}});
    const EntryRef content{info.state.id, info.before_chunks};
    auto meaning = index_.meaning(content);
    auto alert = meaning.has_value() ? index_.alert(meaning->alert) : std::nullopt;
    const bool over = alert.has_value() && (alert->withdrawn() || alert->narrowed_out(content) ||
                                            alert->expired(sure_time(now_)));
    if (!over && !is_erased(content)) return false;
    redacts_.push_back({info.state.id, {{chunk, chunk}}, now_, true, true});
    save_redacts();
    return true;
}

}  // namespace rilon
