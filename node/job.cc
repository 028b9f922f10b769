#include "node/job.h"

#include "node/index.h"
#include "node/known_certificates.h"
#include "protocol/alert.h"
#include "protocol/directory.h"
#include "protocol/mutant.h"
#include "protocol/orphan.h"

namespace rilon {
namespace {

// What the index keeps of it.
Result<proto::SearchRecord> read_operation(const AlertId& alert, ByteView bytes) {
    auto operation = parse_operation(bytes);
    if (!operation.ok() && operation.code() != Errc::unsupported) return operation.error();
    return Index::make_record(alert, operation.ok() ? &*operation : nullptr);
}

// The revoked node whose alert a good order takes back; else empty.
std::string orphan_of(const proto::Operation& operation, const AlertId& alert,
                      const Directory& directory, DirSeq sealed_under) {
    const std::string& bytes = operation.withdraw().order();
    const DirectoryState* state = directory.at(sealed_under);
    if (bytes.empty() || state == nullptr) return "";
    auto order = verify_order(directory.network(), *state, as_bytes(bytes));
    if (!order.ok() || !order->covers(alert)) return "";
    return order->origin.str();
}

EntryChecked check_entry(CheckEntryJob job, const Directory& directory) {
    EntryHeader header = job.entry.header();
    EntryId id = job.entry.id();
    EntryChecked out{job.from, header.stream, id, check_signature(std::move(job.entry), job.key),
                     std::nullopt};
    if (!out.entry.ok() || !job.open_with.has_value()) return out;
    Result<Bytes> plain = open_body_early(*out.entry, *job.open_with);
    if (!plain.ok()) return out;
    auto content = verify_content(*plain, directory, header.origin, header.stream, header.dir_seq,
                                  &known_certificates());
    wipe(*plain);
    if (content.ok())
        out.content = read_content(std::move(*content), directory, header.dir_seq);
    else
        out.content = content.error();
    return out;
}

EntryOpened check_officer(CheckOfficerJob job, const Directory& directory) {
    auto content = verify_content(std::move(job.content), directory, job.header.origin,
                                  job.header.stream, job.header.dir_seq, &known_certificates());
    if (!content.ok()) return {job.header, job.received, content.error()};
    return {job.header, job.received,
            read_content(std::move(*content), directory, job.header.dir_seq)};
}

EntryOpened open_entry(const OpenEntryJob& job, const Directory& directory) {
    const EntryHeader& header = job.entry.header();
    Result<Bytes> plain = open_body(job.entry, job.key);
    if (!plain.ok()) return {header, job.received, plain.error()};
    auto content = parse_content(*plain);
    wipe(*plain);
    if (!content.ok()) return {header, job.received, content.error()};
    if (job.check == OfficerCheck::later) {
        auto record = read_operation(content->alert, content->operation);
        bool adds = record.ok() && record->operation() == proto::SearchRecord::PUBLISH;
        if (adds || (record.ok() && mutant(Mutant::put_off_all_officers)))
            return {header, job.received, OpenedContent{std::move(*content), std::move(*record)}};
    }
    return check_officer({header, job.received, std::move(*content)}, directory);
}

}  // namespace

const AlertId& OpenedContent::alert() const {
    if (const auto* checked = std::get_if<OfficerContent>(&content)) return checked->alert;
    return std::get<SignedContent>(content).alert;
}

Result<OpenedContent> read_content(OfficerContent content, const Directory& directory,
                                   DirSeq sealed_under) {
    auto operation = parse_operation(content.operation);
    if (!operation.ok() && operation.code() != Errc::unsupported) return operation.error();
    const proto::Operation* said = operation.ok() ? &*operation : nullptr;
    proto::SearchRecord record = Index::make_record(content.alert, said);
    if (said != nullptr && said->has_withdraw())
        record.set_orphan_of(orphan_of(*said, content.alert, directory, sealed_under));
    return OpenedContent{std::move(content), std::move(record)};
}

JobResult run_job(Job job, const Directory& directory) {
    if (auto* entry = std::get_if<CheckEntryJob>(&job.body))
        return JobResult{check_entry(std::move(*entry), directory)};
    if (auto* open = std::get_if<OpenEntryJob>(&job.body)) {
        EntryOpened opened = open_entry(*open, directory);
        opened.granted_by = open->granted_by;
        return JobResult{std::move(opened)};
    }
    if (auto* officer = std::get_if<CheckOfficerJob>(&job.body))
        return JobResult{check_officer(std::move(*officer), directory)};
    if (auto* again = std::get_if<RecheckJob>(&job.body)) {
        const EntryHeader& header = again->entry.header();
        return JobResult{
            Rechecked{header.stream, header.seq, signature_holds(again->entry, again->key)}};
    }
    auto& post = std::get<CheckPostJob>(job.body);
    return JobResult{
        PostChecked{post.post, signature_ok(post.officer, post.message, post.signature)}};
}

}  // namespace rilon
