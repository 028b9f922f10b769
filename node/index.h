// The index: alerts by id, and what search needs of each, in memory only: no searchable term is on
// disk. Built at start from the sealed search records and kept up with every opened entry. Many
// readers (queries), one writer (the node); it locks itself.
//
// Most of it is numbers: a row an alert (alert_table.h), beside it what its entries mean, its
// persons and its documents (meaning_table.h, person_table.h, document_table.h).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "node/alert_table.h"
#include "node/document_table.h"
#include "node/meaning_table.h"
#include "node/onward_book.h"
#include "node/person_table.h"
#include "node/search_record.pb.h"
#include "protocol/alert.pb.h"
#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

// One opened entry, as the index takes it in.
struct IndexedEntry {
    EntryRef ref;
    NodeId origin;
    Arrival arrival;  // Zero for entries whose batch is not committed yet; only the order counts.
    UnixMillis received;
    std::uint8_t precedence = 0;
    proto::SearchRecord record;
};

// An alert that was found. Its row only saves looking for it again in the same index.
struct FoundAlert {
    AlertId id;
    AlertTable::Row row = AlertTable::none;
};

// A person whom a search found, for the time of the visit.
class FoundPerson {
   public:
    FoundPerson(const PersonTable& table, PersonTable::Id person) : table_(table), id_(person) {}
    PersonFacts facts() const { return table_.facts(id_); }

   private:
    const PersonTable& table_;
    PersonTable::Id id_;
};

class Index {
   public:
    // Makes a search record of an opened operation. The bytes go to the store as they are.
    static proto::SearchRecord make_record(const AlertId& alert, const proto::Operation* operation);

    // Of a withdrawal: does it narrow, or end the alert?
    static std::optional<Narrowing> narrowing_of(const IndexedEntry& withdrawal);

    // Whose alerts are kept with the dates of their review. Before anything is added.
    void review_alerts_of(const NodeId& author) { reviewer_ = author; }

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
    std::optional<AlertState> alert(const FoundAlert& found) const;
    // The alert of the same node that names this one as its other part.
    std::optional<AlertState> naming(const AlertState& part) const;
    // By full id or short-form prefix. Errors: not_found; invalid (several alerts start so, or no
    // id).
    Result<AlertState> find(std::string_view id_or_prefix) const;
    // Newest first, from `order` below `before` (0: from the newest), at most max.
    std::vector<AlertState> newest(std::uint64_t before, std::size_t max) const;
    // Alerts whose readable revision names this document, exactly after folding or within a series.
    std::vector<AlertId> by_document(std::string_view folded_number) const;
    // Persons of readable alerts that have a name at least possibly like it, with the score of the
    // one that is most like it. Each is shown under the shared lock; `visit` must be short.
    using PersonVisit =
        std::function<void(const FoundAlert& alert, const FoundPerson& person, double score)>;
    void by_name(const FoldedName& asked, const PersonVisit& visit) const;
    // The same of one alert's persons, with that name.
    using NamedVisit =
        std::function<void(const FoundPerson& person, double score, const FoldedName& name)>;
    void by_name(const FoldedName& asked, const AlertId& alert, const NamedVisit& visit) const;
    // Readable alerts that say of themselves that they say the same as this one.
    std::vector<AlertId> duplicates_of(const AlertId& alert) const;
    // Alerts with a person born on this very day, at most max. An incomplete date finds nobody.
    std::vector<AlertId> by_birth_date(const PartialDate& date, std::size_t max) const;
    // Readable replies to a request, in the order in which they came; at most max.
    std::vector<AlertState> replies(const AlertId& request, std::size_t max) const;
    // Readable alerts that wait for a second officer, the oldest of them first.
    std::vector<AlertState> asking_release() const;
    // Readable alerts of that author to be looked at again by then, the earliest first.
    std::vector<AlertState> due_for_review(UnixMillis by) const;
    // Requests of onward release and their answers, in the order in which they came.
    std::vector<OnwardState> onward() const;
    std::vector<OnwardState> onward_of(const AlertId& alert) const;
    // By the request's own id or prefix. Errors: as of find.
    Result<OnwardState> find_onward(std::string_view id_or_prefix) const;
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
    using Row = AlertTable::Row;
    void add_revision(Row row, AlertState& alert, const IndexedEntry& entry);
    void withdraw(Row row, AlertState& alert, const IndexedEntry& entry);
    static void go_on(AlertState& alert);
    void put_terms(Row row, const proto::SearchRecord& record);
    void drop_terms(Row row);
    void drop_duplicates(Row row);
    void settle(const EntryRef& ref);
    void put_changed(Row row, const AlertState& alert, bool was_readable);

    mutable std::shared_mutex mutex_;
    AlertTable alerts_;
    MeaningTable meanings_;
    PersonTable persons_;
    DocumentTable documents_;
    std::map<Row, std::vector<AlertId>> duplicate_of_;  // What the alert of a row repeats.
    std::map<AlertId, std::set<Row>> duplicates_;       // And the way back.
    std::map<AlertId, std::vector<Row>> replies_;       // By the request, which may not be here.
    std::map<Row, AlertId> request_of_;
    std::set<Row> asking_release_;
    OnwardBook onward_;
    NodeId reviewer_{};
    std::map<Row, UnixMillis> review_by_;
    std::size_t readable_ = 0;
    std::size_t officers_unchecked_ = 0;
    std::uint64_t next_order_ = 1;
    std::set<EntryRef> unopened_;
};

}  // namespace rilon
