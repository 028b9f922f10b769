// Store: everything durable a node has, behind one interface. LmdbStore is what rilond runs,
// MemoryStore what the simulator runs; one contract suite holds both to this page.
//
// One thread writes (append, erase); any thread may read. A batch is one commit: all of it or
// nothing, durable when append returned. Disk earns no trust: entries come back unverified, every
// row is authenticated under the storage key, and a row that fails is `damaged`, never shown.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "protocol/directory.h"
#include "protocol/entry.h"
#include "protocol/evidence.h"
#include "protocol/slot.h"
#include "protocol/stream.h"

namespace rilon {

// --- rows -------------------------------------------------------------------------------------

struct StoredEntry {
    UnverifiedEntry entry;  // absent() when the body is gone.
    Arrival arrival;
    UnixMillis received;
    bool erased = false;  // Absent for good: PutBody would be refused.
};

struct ArrivalRow {
    // Gap-free from 1, in the order of commits. An entry whose search record comes in a later batch
    // than itself arrives once more then: as readable.
    Arrival n;
    StreamId stream;
    Seq seq;
    EntryId id;
    EntryKind kind;
    UnixMillis received;
};

// What search needs of one opened entry: bytes of the node's own making (node/index.h), sealed
// under a key made from the entry key, so that it dies with it. Or the word that it is gone
// (PutRemoval).
struct SearchRow {
    Arrival n;
    StreamId stream;
    Seq seq;
    Bytes record;
};

struct AckRecord {
    NodeId node;
    AckLevel level;
    Seq seq;
    UnixMillis at;
};

// A message waiting for a peer: an ack, a forwarded report. Kept until its next hop has it.
struct MailRow {
    std::uint64_t n = 0;  // Ascending per store; chosen by the node.
    NodeId to;
    std::uint8_t kind = 0;
    Bytes bytes;
};

struct AuditRow {
    std::uint64_t n = 0;
    UnixMillis at;
    std::string subject;  // Officer's display sign, consumer, "node", "administrator".
    std::string action;   // "search", "open", "export", "post", "certify", …
    std::string detail;
    Hash32 link;  // H(`RLN1AUD\0` ‖ u64 n ‖ previous link ‖ u64 at ‖ H(subject ‖ 0 ‖ action ‖ 0 ‖
                  // detail))
};

// --- what a batch can say ---------------------------------------------------------------------

// A seq we hold already is `duplicate`, unless its row is damaged: then this heals it.
struct PutEntry {
    VerifiedEntry entry;
    UnixMillis received;
};
// The stream's state after the batch. Every batch with a PutEntry of a stream carries one.
struct PutStream {
    StreamState state;
};
// The body of an entry held as absent, or whose row is damaged. Passed over where the entry was
// erased, be it in this batch: nothing erased comes back. Errors: not_found; fork when it is
// another entry.
struct PutBody {
    VerifiedEntry entry;
};
// K of an epoch, checked against its commitment. If the epoch is closed already, its entry keys are
// derived and wrapped at once and K is not kept. May stand before its grant in the batch.
struct PutEpochKey {
    StreamId stream;
    Epoch epoch;
    EpochKey key;
};
// The epoch is over: wrap the entry keys of all its content and chunks but those erased, destroy K.
// Absent ones too: their bodies may come. A K that is damaged counts as one that never came. Error
// structure: never granted.
struct CloseEpoch {
    StreamId stream;
    Epoch epoch;
};
// The key of one entry whose K is not to be had, or whose wrapped key is damaged. The caller has
// opened the entry with it. Passed over where the entry is not held, is damaged or was erased:
// nothing erased comes back.
struct PutEntryKey {
    StreamId stream;
    Seq seq;
    EntryKey key;
};
// Passed over where the entry was erased, as PutBody is. Error not_found without an entry key: give
// K first.
struct PutSearchRecord {
    StreamId stream;
    Seq seq;
    Bytes record;  // Plain; the store seals it.
};
// The entry is gone for readers, erased or still to be: it arrives once more, as that. Kept for
// ever among the search records, under the storage key: nothing personal in it. Error not_found.
struct PutRemoval {
    StreamId stream;
    Seq seq;
    Bytes record;
};
// Body, entry key and search record go: unreadable to `read` from this commit on, and beyond
// recovery from all files and keys when erase() has run. Header and signature stay. Clear entries,
// erased ones and seqs not held are passed over. Error structure: an epoch that is still open (K
// opens the entry again): close it earlier in the same batch. A store that is full takes it in
// steps, of 64 entries say: the pages a batch frees are free only after its commit.
struct Erase {
    StreamId stream;
    std::vector<SeqRange> ranges;
};
// Bodies of content and chunks that are kept no longer: header, signature, keys and search record
// stay, and PutBody may bring them again. For carriers, whose copy nobody reads. Clear entries, and
// what has no body or is damaged, are passed over.
struct DropBodies {
    StreamId stream;
    std::vector<SeqRange> ranges;
};
// Others' slots, which we serve. Never the node's own: opened with the node's encryption key it
// gives K back, and a purge would be worth nothing to who seizes both.
struct PutSlot {
    Slot slot;
    UnixMillis granted;
};
struct DropSlotsBefore {
    UnixMillis granted;
    std::set<StreamId> but;  // Of these none.
};
// Those of one epoch: nobody is to get its K any more.
struct DropSlots {
    StreamId stream;
    Epoch epoch;
};
struct PutDirectoryRecord {
    DirectoryRecord record;
};
struct PutAck {
    StreamId stream;
    AckRecord ack;  // Level 1 replaces the node's earlier level 1 when higher.
};
struct PutMail {
    MailRow mail;
};
struct DropMail {
    std::uint64_t n = 0;
};
// Small named values of the node's own, sealed under the storage key; the name too is not readable
// on disk.
struct PutPrivate {
    std::string name;
    Bytes value;
};
struct DropPrivate {
    std::string name;
};
using NodeSecret = SecretBytes<struct NodeSecretTag, 32>;
// A secret that the node made for itself, durable with the batch. It lies beside K in the vault, so
// that it can be destroyed. No name is given twice. May be there although its batch failed.
struct PutSecret {
    std::string name;  // At most 255 bytes.
    NodeSecret key;
};
// Not to be read from this commit on, and beyond recovery from all files when erase() has run.
struct DropSecret {
    std::string name;
};
struct PutAudit {
    UnixMillis at;
    std::string subject;
    std::string action;
    std::string detail;
};

using StoreOp = std::variant<PutEntry, PutStream, PutBody, PutEpochKey, CloseEpoch, PutEntryKey,
                             PutSearchRecord, PutRemoval, Erase, DropBodies, PutSlot,
                             DropSlotsBefore, DropSlots, PutDirectoryRecord, PutAck, PutMail,
                             DropMail, PutPrivate, DropPrivate, PutSecret, DropSecret, PutAudit>;
using Batch = std::vector<StoreOp>;

struct StoredSecret {
    std::string name;
    NodeSecret key;
};

struct ErasedEntry {
    StreamId stream;
    Seq seq;
};

struct StoreUse {
    std::uint64_t used_bytes = 0;
    std::uint64_t limit_bytes = 0;
    std::uint64_t last_commit_us = 0;
    std::uint64_t commits = 0;
    // Rows passed over because they did not authenticate, since opening.
    std::uint64_t damaged_rows = 0;
    bool erase_pending = false;
    // The oldest commit that somebody still reads, by any process, and how many came since; zero
    // when nobody reads. The file grows as long as it is the same.
    std::uint64_t oldest_read = 0;
    std::uint64_t commits_since_oldest_read = 0;
    int oldest_reader = 0;  // Its process.
    double ratio() const { return limit_bytes == 0 ? 0 : double(used_bytes) / double(limit_bytes); }
};

// --- reading ----------------------------------------------------------------------------------

class StoreView {
   public:
    virtual ~StoreView() = default;

    // Errors of all: damaged, io. not_found where said. Where numbers have no gaps (range,
    // arrivals, directory, audit) an answer ends before a damaged row, and is `damaged` when that
    // is the first one asked for: go on behind it. Elsewhere lists pass over a damaged row and
    // count it in `use`.
    virtual Result<std::vector<StreamState>> streams() const = 0;
    virtual Result<std::optional<StoredEntry>> entry(const StreamId& stream, Seq seq) const = 0;
    // Ascending, from `from`, at most `max_bytes` of them but at least one if there is one.
    virtual Result<std::vector<UnverifiedEntry>> range(const StreamId& stream, Seq from, Seq to,
                                                       std::size_t max_bytes) const = 0;
    virtual Result<std::vector<ArrivalRow>> arrivals(Arrival after, std::size_t max) const = 0;
    virtual Arrival last_arrival() const = 0;
    // From K while the epoch is open, else unwrapped. not_found: no key (no slot yet, or erased).
    virtual Result<EntryKey> entry_key(const StreamId& stream, Seq seq) const = 0;
    virtual Result<std::optional<EpochKey>> epoch_key(const StreamId& stream,
                                                      Epoch epoch) const = 0;
    // Removals among them.
    virtual Result<std::vector<SearchRow>> search_records(Arrival after, std::size_t max) const = 0;
    virtual Result<std::optional<Slot>> slot(const StreamId& stream, Epoch epoch,
                                             const SlotTag& tag) const = 0;
    virtual Result<std::vector<Slot>> slots(const StreamId& stream, Epoch epoch) const = 0;
    virtual Result<std::vector<DirectoryRecord>> directory(DirSeq from, std::size_t max) const = 0;
    // The highest level 1 of every node; and levels 2 and 3 of one seq.
    virtual Result<std::vector<AckRecord>> stream_acks(const StreamId& stream) const = 0;
    virtual Result<std::vector<AckRecord>> entry_acks(const StreamId& stream, Seq seq) const = 0;
    virtual Result<std::vector<MailRow>> mail(std::uint64_t after, std::size_t max) const = 0;
    virtual Result<std::optional<Bytes>> private_value(const std::string& name) const = 0;
    // Ascending by name. One whose row is damaged is not among them.
    virtual Result<std::vector<StoredSecret>> secrets() const = 0;
    virtual Result<std::vector<AuditRow>> audit(std::uint64_t from, std::size_t max) const = 0;
    virtual Hash32 audit_head() const = 0;
    // Walks the audit chain; damaged with the place named where it does not link.
    virtual Status verify_audit() const = 0;
    virtual StoreUse use() const = 0;
    // After a walk through everything: most of it is not read again soon and may leave the memory.
    virtual void forget_pages() const {}
};

// --- writing ----------------------------------------------------------------------------------

class Store : public StoreView {
   public:
    // One commit. On failure nothing of the batch is there; full: no room (reading, erase and
    // batches of Erase still work); io: the disk failed, the caller must stop and start again.
    virtual Status append(Batch batch) = 0;
    // Finishes what Erase began, for everything pending: new bucket keys durable, survivors
    // rewrapped, old keys deleted, the key environment copied compactly and swapped. Every crash
    // point recovers: the next call finishes it. Gives the entries now beyond recovery.
    virtual Result<std::vector<ErasedEntry>> erase() = 0;
};

}  // namespace rilon
