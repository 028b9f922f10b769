// Persons of alerts by the million: who has a name like one, who was born on a day. A person is
// numbers, and his facts one text (text_arena.h). In memory only; no lock of its own.
#pragma once

#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "node/alert_table.h"
#include "node/search_record.pb.h"
#include "node/text_arena.h"
#include "protocol/name_index.h"
#include "protocol/paged_vector.h"
#include "protocol/partial_date.h"

namespace rilon {

// What is known of a person beside the names. Views; gone with the next change of the table.
struct PersonFacts {
    std::string_view sex;
    std::string_view birth_dates;    // A list: take_text.
    std::string_view nationalities;  // Another.
};

class PersonTable {
   public:
    using Row = AlertTable::Row;
    using Id = std::uint32_t;

    void put(Row alert, const proto::SearchRecord& record);
    void drop(Row alert);

    // Every person who has a name at least possibly like it, with the best score of his names;
    // ascending.
    struct Found {
        Id person = 0;
        Row alert = AlertTable::none;
        double score = 0;
    };
    std::vector<Found> by_name(const FoldedName& asked) const;
    // The same of one alert's persons, with that name.
    using NamedVisit = std::function<void(Id person, double score, const FoldedName& name)>;
    void by_name(const FoldedName& asked, Row alert, const NamedVisit& visit) const;
    // Alerts with a person born on this very day, at most max. An incomplete date finds nobody.
    std::vector<Row> by_birth_date(const PartialDate& date, std::size_t max) const;

    PersonFacts facts(Id person) const;
    void prefetch_facts(Id person) const { texts_.prefetch(persons_[person].facts); }

   private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    struct Person {
        Row alert = AlertTable::none;
        NameIndex::Id first_name = none;  // The others by next_name_.
        TextArena::Place facts = TextArena::nothing;
        Id next = none;  // Of the same alert.
    };

    Id put(Row alert, const proto::SearchRecord::Person& person);
    void drop_person(Id id);

    std::vector<Id> first_of_;  // By row.
    PagedVector<Person> persons_;
    std::vector<Id> free_;
    NameIndex names_;
    std::vector<Id> person_of_name_;                                    // By NameIndex::Id.
    std::vector<NameIndex::Id> next_name_;                              // By NameIndex::Id.
    std::unordered_map<std::uint32_t, std::vector<Id>> by_birth_date_;  // Complete ones.
    TextArena texts_;
};

}  // namespace rilon
