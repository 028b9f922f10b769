#include "node/job.h"

#include "protocol/directory.h"

namespace rilon {
namespace {

// Certificates found good, one set for each thread that runs jobs: an officer's next alert costs
// one check of its own signature and not a second one of its certificate.
CertificateCache& certificates() {
    static thread_local CertificateCache cache;
    return cache;
}

EntryChecked check_entry(CheckEntryJob job, const Directory& directory) {
    EntryHeader header = job.entry.header();
    EntryId id = job.entry.id();
    EntryChecked out{job.from, header.stream, id, check_signature(std::move(job.entry), job.key),
                     std::nullopt};
    if (!out.entry.ok() || !job.open_with.has_value()) return out;
    Result<Bytes> plain = open_body_early(*out.entry, *job.open_with);
    if (!plain.ok()) return out;
    out.content = verify_content(*plain, directory, header.origin, header.stream, header.dir_seq,
                                 &certificates());
    wipe(*plain);
    return out;
}

EntryOpened open_entry(const OpenEntryJob& job, const Directory& directory) {
    const EntryHeader& header = job.entry.header();
    Result<Bytes> plain = open_body(job.entry, job.key);
    if (!plain.ok()) return {header, job.received, plain.error()};
    auto content = verify_content(*plain, directory, header.origin, header.stream, header.dir_seq,
                                  &certificates());
    wipe(*plain);
    return {header, job.received, std::move(content)};
}

}  // namespace

JobResult run_job(Job job, const Directory& directory) {
    if (auto* entry = std::get_if<CheckEntryJob>(&job.body))
        return JobResult{check_entry(std::move(*entry), directory)};
    if (auto* open = std::get_if<OpenEntryJob>(&job.body))
        return JobResult{open_entry(*open, directory)};
    auto& post = std::get<CheckPostJob>(job.body);
    return JobResult{
        PostChecked{post.post, signature_ok(post.officer, post.message, post.signature)}};
}

}  // namespace rilon
