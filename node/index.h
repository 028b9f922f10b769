// The index: alerts by id, and what search needs of each, in memory only: no searchable term is on
// disk. Built at start from the sealed search records and kept up with every opened entry. Many
// readers (queries), one writer (the node); it locks itself.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/search_record.pb.h"
#include "protocol/alert.pb.h"
#include "protocol/ids.h"
#include "protocol/name_index.h"
#include "protocol/partial_date.h"
#include "protocol/units.h"

namespace rilon {

struct EntryRef {
    StreamId stream;
    Seq seq;
    auto operator<=>(const EntryRef&) const = default;
};

// One opened entry, as the index takes it in.
struct IndexedEntry {
    EntryRef ref;
    NodeId origin;
    Arrival arrival;  // Zero for entries whose batch is not committed yet; only the order counts.
    UnixMillis received;
    std::uint8_t precedence = 0;
    proto::SearchRecord record;
};

struct AlertState {
    AlertId id;
    NodeId origin;  // Of the first publish we saw.
    std::uint32_t revision = 0;
    std::vector<EntryRef> revisions;  // Publish and supersedes still readable, oldest first.
    std::vector<EntryRef> erased;     // Those whose body is gone.
    std::vector<EntryRef> confirms;
    std::optional<EntryRef> withdrawal;  // Set: withdrawn, whatever arrives later.
    std::string withdraw_reason;
    std::uint32_t withdrawn_revision = 0;
    std::string type;
    std::string part;
    std::optional<AlertId> other_part;
    UnixMillis received;       // Of the newest revision.
    UnixMillis purge_after{};  // Of the newest revision; zero: never.
    std::uint64_t order = 0;   // Ascending with every publish and supersede: newest is highest.
    std::uint8_t precedence = 0;
    bool newer_version = false;
    // Of its revisions those that a redact names without an officer's word: hidden, not gone yet.
    std::set<EntryRef> held_back;

    // Somebody published or withdrew it. A confirmation may come before what it confirms.
    bool has_author() const { return withdrawn() || !revisions.empty() || !erased.empty(); }
    bool withdrawn() const { return withdrawal.has_value(); }
    bool expired(UnixMillis now) const { return purge_after.value != 0 && purge_after <= now; }
    // It has not been taken back by an officer, nor has its time come.
    bool present() const { return !withdrawn() && !revisions.empty(); }
    // And is to be seen.
    bool readable() const { return present() && !held_back.contains(revisions.back()); }
};

// A person of an alert; its names are in the name index.
struct IndexedPerson {
    AlertId alert;
    std::vector<NameIndex::Id> names;
    std::vector<std::string> birth_dates;
    std::vector<std::string> nationalities;
    std::string sex;
};

class Index {
   public:
    // Makes a search record of an opened operation. The bytes go to the store as they are.
    static proto::SearchRecord make_record(const AlertId& alert, const proto::Operation* operation);

    void add(const IndexedEntry& entry);
    // The body is gone: forget every term of it. Tombstones stay. Gives the alert when it was what
    // people read of it and nobody had withdrawn it.
    std::optional<AlertState> erase(const EntryRef& ref);
    // Everything of an alert, tombstone included: for one that never was its author's.
    void forget(const AlertId& alert);
    // Readable alerts whose time is over, the longest first.
    std::vector<AlertState> due(UnixMillis now, std::size_t max) const;
    // Hides it for good: its revisions count as erased.
    void hide(const AlertId& alert);
    // An entry whose record said that its officer is to be checked: he is good.
    void note_officer_good(const EntryRef& ref);
    // As if the entry had never been added.
    void take_back(const EntryRef& ref);
    // Takes a revision out of sight, or lets it be seen again.
    void hold_back(const EntryRef& ref, bool back);
    // Held and to be opened; until it was, or is erased.
    void note_unopened(const EntryRef& ref);
    void note_opened(const EntryRef& ref);

    // --- readers; each takes the lock for its own call ---
    std::optional<AlertState> alert(const AlertId& id) const;
    // By full id or short-form prefix. Errors: not_found; invalid (several alerts start so, or no
    // id).
    Result<AlertState> find(std::string_view id_or_prefix) const;
    // Newest first, from `order` below `before` (0: from the newest), at most max.
    std::vector<AlertState> newest(std::uint64_t before, std::size_t max) const;
    // Alerts whose readable revision names this document, exactly after folding or within a series.
    std::vector<AlertId> by_document(std::string_view folded_number) const;
    // Persons of readable alerts that have a name at least possibly like it: with that name of
    // theirs which is most like it. Each is shown under the shared lock; `visit` must be short.
    using PersonVisit =
        std::function<void(const IndexedPerson& person, const FoldedName& name, double score)>;
    void by_name(const FoldedName& asked, const PersonVisit& visit) const;
    // Alerts with a person born on this very day, at most max. An incomplete date finds nobody.
    std::vector<AlertId> by_birth_date(const PartialDate& date, std::size_t max) const;
    // Which alert an entry belongs to, and what it is.
    struct EntryMeaning {
        AlertId alert;
        proto::SearchRecord::Operation operation;
        std::uint32_t revision;
        bool officer_unchecked = false;
    };
    std::optional<EntryMeaning> meaning(const EntryRef& ref) const;
    // Nobody has checked its officer yet: it is shown to nobody before that.
    bool officer_unchecked(const EntryRef& ref) const;
    std::size_t officers_unchecked() const;
    // The first such entry of a stream from `from` on.
    std::optional<Seq> next_unchecked(const StreamId& stream, Seq from) const;
    std::size_t readable_alerts() const;
    std::size_t unopened() const;
    std::vector<AlertId> alert_ids() const;

   private:
    using PersonId = std::uint32_t;

    void add_revision(AlertState& alert, const IndexedEntry& entry);
    void withdraw(AlertState& alert, const IndexedEntry& entry);
    void put_terms(const AlertId& alert, const proto::SearchRecord& record);
    PersonId put_person(const AlertId& alert, const proto::SearchRecord::Person& person);
    void drop_terms(const AlertId& alert);
    void drop_person(PersonId id);
    void settle(EntryMeaning& meaning);
    void forget_alert(const AlertId& alert);

    mutable std::shared_mutex mutex_;
    std::map<AlertId, AlertState> alerts_;
    std::map<std::uint64_t, AlertId> by_order_;
    std::set<std::pair<UnixMillis, AlertId>> by_purge_;
    std::multimap<std::uint64_t, AlertId> by_short_;  // short_id_bits → alert.
    std::unordered_map<std::string, std::vector<AlertId>> by_document_;
    struct Series {
        std::string from, to;
        AlertId alert;
    };
    std::unordered_map<std::string, std::vector<Series>>
        series_;  // By what its numbers begin with.
    std::vector<IndexedPerson> persons_;
    std::vector<PersonId> free_persons_;
    NameIndex names_;
    std::vector<PersonId> person_of_name_;                                    // By NameIndex::Id.
    std::unordered_map<std::uint32_t, std::vector<PersonId>> by_birth_date_;  // Complete ones.
    std::map<EntryRef, EntryMeaning> meanings_;
    // What put_terms put where, for drop_terms.
    struct Terms {
        std::vector<std::string> documents;
        std::vector<std::string> series;
        std::vector<PersonId> persons;
    };
    std::map<AlertId, Terms> terms_of_;
    std::size_t readable_ = 0;
    std::size_t officers_unchecked_ = 0;
    std::uint64_t next_order_ = 1;
    std::set<EntryRef> unopened_;
};

}  // namespace rilon
