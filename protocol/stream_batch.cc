// Bulk catch-up: a run of entries under the signature of its last. The chain binds every earlier
// entry (header, signature and so body) into that one signature; each still obeys every other rule.
#include "protocol/entry_trust.h"
#include "protocol/mutant.h"
#include "protocol/stream_accept.h"

namespace rilon {

namespace {

Status check_run(const std::vector<UnverifiedEntry>& entries) {
    const EntryHeader& first = entries.front().header();
    for (const UnverifiedEntry& entry : entries)
        if (entry.header().generation != first.generation || entry.header().stream != first.stream)
            return {Errc::invalid, "a batch is of one stream and one key generation"};
    return {};
}

}  // namespace

Result<std::vector<VerifiedEntry>> verify_batch_under(std::vector<UnverifiedEntry>&& entries,
                                                      StreamState& stream,
                                                      const Authority& authority) {
    if (entries.empty() || entries.size() > bulk_entries_max)
        return {Errc::invalid, "a batch has 1 to " + std::to_string(bulk_entries_max) + " entries"};
    auto key = signer_under(entries.back(), authority);
    if (!key) return key.error();
    // Whatever else is wrong with the run: so that no work is done for a stranger.
    if (!signature_holds(entries.back(), *key) && !mutant(Mutant::trust_the_chain))
        return {Errc::bad_signature, "batch up to entry " + entries.back().id().brief() +
                                         ": the last signature does not hold"};
    Status run = check_run(entries);
    if (!run.ok()) return run.error();

    StreamState after = stream;
    for (const UnverifiedEntry& entry : entries) {
        auto signer = signer_under(entry, authority);
        if (!signer) return signer.error();
        if (*signer != *key) return {Errc::bad_signature, "a batch is signed by one key"};
        Status accepted = accept(entry, *key, after, authority, std::nullopt);
        if (!accepted.ok()) return accepted.error();
    }
    std::vector<VerifiedEntry> verified;
    verified.reserve(entries.size());
    for (UnverifiedEntry& entry : entries) verified.push_back(EntryTrust::vouch(std::move(entry)));
    entries.clear();
    stream = std::move(after);
    return verified;
}

Result<std::vector<VerifiedEntry>> verify_batch(std::vector<UnverifiedEntry>&& entries,
                                                StreamState& stream, const AcceptContext& context) {
    return verify_batch_under(std::move(entries), stream, DirectoryAuthority(context));
}

}  // namespace rilon
