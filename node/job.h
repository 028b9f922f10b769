// Jobs: the expensive checks of a step as values, so that the loop may run them on every core and
// bring the results back in order. Pure functions of the job and the directory.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "node/search_record.pb.h"
#include "protocol/history.h"
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
enum class OfficerCheck {
    now,
    later,  // Where the operation is a publication: whatever changes another alert is checked now.
};
// What does an entry that we hold say, and is the officer's signature good? For entries whose key
// came later than they, and for bulk catch-up.
struct OpenEntryJob {
    VerifiedEntry entry;
    EntryKey key;
    UnixMillis received;
    OfficerCheck check = OfficerCheck::now;
    std::optional<ListedEntry> granted_by = std::nullopt;  // The history grant with this key.
};
// The check that was put off, of an entry that is not committed yet.
struct CheckOfficerJob {
    EntryHeader header;
    UnixMillis received;
    SignedContent content;
};
// The officer's signature over an operation about to be sealed.
struct CheckPostJob {
    std::uint64_t post = 0;  // Which posting, by the node's own number.
    SignPublicKey officer;
    Bytes message;
    Signature signature;
};
// The signature of an entry that was taken in bulk, under a later one's.
struct RecheckJob {
    UnverifiedEntry entry;
    SignPublicKey key;
};
struct Job {
    std::variant<CheckEntryJob, OpenEntryJob, CheckOfficerJob, CheckPostJob, RecheckJob> body;
};

// What an entry says, and what the index will keep of it.
struct OpenedContent {
    std::variant<OfficerContent, SignedContent> content;  // The latter: not checked yet.
    proto::SearchRecord record;

    const AlertId& alert() const;
};
// `sealed_under`: the directory that judges an order inside (protocol/orphan.h); a bad one counts
// as none. Errors: malformed. An operation of a newer version is no error: its record says so.
Result<OpenedContent> read_content(OfficerContent content, const Directory& directory,
                                   DirSeq sealed_under);

struct EntryChecked {
    NodeId from;
    StreamId stream;
    EntryId id;
    Result<SignedEntry> entry;
    std::optional<Result<OpenedContent>> content;  // With open_with, when it opened.
};
struct EntryOpened {
    EntryHeader header;
    UnixMillis received;
    Result<OpenedContent> content;
    std::optional<ListedEntry> granted_by = std::nullopt;
};
struct PostChecked {
    std::uint64_t post = 0;
    bool good = false;
};
struct Rechecked {
    StreamId stream;
    Seq seq;
    bool good = false;
};
struct JobResult {
    std::variant<EntryChecked, EntryOpened, PostChecked, Rechecked> body;
};

JobResult run_job(Job job, const Directory& directory);

}  // namespace rilon
