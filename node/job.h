// Jobs: the expensive checks of a step as values, so that the loop may run them on every core and
// bring the results back in order. Pure functions of the job and the directory.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "protocol/officer.h"
#include "protocol/stream.h"

namespace rilon {

class Directory;

// Is the signature good? And if the key is at hand: what does it say, and is the officer's good?
struct CheckEntryJob {
    NodeId from;
    UnverifiedEntry entry;
    SignPublicKey key;
    std::optional<EntryKey> open_with;  // Of a content entry.
};
// What does an entry of our own store say, and is the officer's signature good? For entries whose
// key came later than they, and for bulk catch-up.
struct OpenEntryJob {
    VerifiedEntry entry;
    EntryKey key;
    UnixMillis received;
};
// The officer's signature over an operation about to be sealed.
struct CheckPostJob {
    std::uint64_t post = 0;  // Which posting, by the node's own number.
    SignPublicKey officer;
    Bytes message;
    Signature signature;
};
struct Job {
    std::variant<CheckEntryJob, OpenEntryJob, CheckPostJob> body;
};

struct EntryChecked {
    NodeId from;
    StreamId stream;
    EntryId id;
    Result<SignedEntry> entry;
    std::optional<Result<OfficerContent>> content;  // With open_with, when it opened.
};
struct EntryOpened {
    EntryHeader header;
    UnixMillis received;
    Result<OfficerContent> content;
};
struct PostChecked {
    std::uint64_t post = 0;
    bool good = false;
};
struct JobResult {
    std::variant<EntryChecked, EntryOpened, PostChecked> body;
};

JobResult run_job(Job job, const Directory& directory);

}  // namespace rilon
