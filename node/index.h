// The index: alerts by id, and what search needs of each, in memory only: no searchable term is on
// disk. Built at start from the sealed search records and kept up with every opened entry. Many
// readers (queries), one writer (the node); it locks itself.
//
// Most of it is numbers: a row an alert (alert_table.h), and texts by place (text_arena.h).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/alert_table.h"
#include "node/meaning_table.h"
#include "node/onward_book.h"
#include "node/search_record.pb.h"
#include "node/text_arena.h"
#include "protocol/alert.pb.h"
#include "protocol/ids.h"
#include "protocol/name_index.h"
#include "protocol/partial_date.h"
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

// A person of an alert; its names are in the name index.
struct IndexedPerson {
    AlertId alert;
    std::vector<std::string> birth_dates;
    std::vector<std::string> nationalities;
    std::string sex;
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
    // The alert of the same node that names this one as its other part.
    std::optional<AlertState> naming(const AlertState& part) const;
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
    using PersonId = std::uint32_t;
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct Person {
        Row alert = AlertTable::none;
        NameIndex::Id first_name = none;  // The others by next_name_.
        TextArena::Place facts = TextArena::nothing;
        PersonId next = none;  // Of the same alert.
    };
    struct Series {
        std::string from, to;
        Row alert;
    };
    // What put_terms put where, for drop_terms.
    struct Terms {
        PersonId first_person = none;
        TextArena::Place documents = TextArena::nothing;
    };

    void add_revision(Row row, AlertState& alert, const IndexedEntry& entry);
    void withdraw(Row row, AlertState& alert, const IndexedEntry& entry);
    static void go_on(AlertState& alert);
    void put_terms(Row row, const proto::SearchRecord& record);
    PersonId put_person(Row row, const proto::SearchRecord::Person& person);
    void drop_terms(Row row);
    void drop_duplicates(Row row);
    void drop_person(PersonId id);
    void settle(const EntryRef& ref);
    IndexedPerson shown(const Person& person) const;
    bool names_document(Row row, std::string_view folded_number) const;
    void put_changed(Row row, const AlertState& alert, bool was_readable);

    mutable std::shared_mutex mutex_;
    AlertTable alerts_;
    MeaningTable meanings_;
    TextArena texts_;
    std::vector<Terms> terms_of_;                        // By row.
    VariantTable by_document_;                           // Hash of the number → row.
    std::map<std::string, std::vector<Series>> series_;  // By what its numbers begin with.
    std::map<Row, std::vector<std::string>> series_of_;
    std::map<Row, std::vector<AlertId>> duplicate_of_;  // What the alert of a row repeats.
    std::map<AlertId, std::set<Row>> duplicates_;       // And the way back.
    std::map<AlertId, std::vector<Row>> replies_;       // By the request, which may not be here.
    std::map<Row, AlertId> request_of_;
    std::set<Row> asking_release_;
    OnwardBook onward_;
    NodeId reviewer_{};
    std::map<Row, UnixMillis> review_by_;
    std::deque<Person> persons_;
    std::vector<PersonId> free_persons_;
    NameIndex names_;
    std::vector<PersonId> person_of_name_;                                    // By NameIndex::Id.
    std::vector<NameIndex::Id> next_name_;                                    // By NameIndex::Id.
    std::unordered_map<std::uint32_t, std::vector<PersonId>> by_birth_date_;  // Complete ones.
    std::size_t readable_ = 0;
    std::size_t officers_unchecked_ = 0;
    std::uint64_t next_order_ = 1;
    std::set<EntryRef> unopened_;
};

}  // namespace rilon
