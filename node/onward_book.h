// Requests of onward release and their answers as entries of the log say them (protocol/onward.h):
// which alert, who asked, who answered. Whose word counts is judged when it is looked at, for who
// reads an alert changes. In memory only; no lock of its own.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/alert_state.h"
#include "node/search_record.pb.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"
#include "protocol/short_id.h"

namespace rilon {

// Of one node that wait at one author: a reader can't bury the others' under his.
constexpr std::size_t onward_waiting_max = 16;
// Of one node that are remembered, the newest: answered ones too.
constexpr std::size_t onward_kept_max = 1024;

struct OnwardAnswered {
    EntryRef ref;
    NodeId by;
};

struct OnwardState {
    AlertId id;  // Of the request.
    AlertId alert;
    NodeId asker;
    EntryRef asked;
    std::uint64_t order = 0;
    std::vector<OnwardAnswered> answers{};  // As they came.

    // The author's first word, which stays.
    std::optional<EntryRef> answered(const NodeId& author) const {
        auto by_author = [&](const OnwardAnswered& answer) { return answer.by == author; };
        auto it = std::find_if(answers.begin(), answers.end(), by_author);
        return it == answers.end() ? std::nullopt : std::optional(it->ref);
    }
};

// A proto::SearchRecord::Operation.
inline bool is_onward(std::uint8_t operation) {
    return operation == proto::SearchRecord::ONWARD_REQUEST ||
           operation == proto::SearchRecord::ONWARD_ANSWER;
}
inline bool is_onward(const proto::SearchRecord& record) {
    return is_onward(static_cast<std::uint8_t>(record.operation()));
}

// May this node's word still change anything of it? Only who reads an alert asks for others, and
// the document part alone is no alert that anybody could be let read.
inline bool waits_at(const NodeId& self, const OnwardState& request, const AlertState& alert,
                     const std::vector<NodeId>& readers) {
    const bool reads = std::binary_search(readers.begin(), readers.end(), request.asker) ||
                       mutant(Mutant::onward_for_anybody);
    return alert.origin == self && request.asker != self && alert.readable() && reads &&
           alert.part != part_document && !request.answered(self).has_value();
}

class OnwardBook {
   public:
    void add(const AlertId& alert, const EntryRef& ref, const NodeId& origin,
             const proto::SearchRecord& record) {
        auto id = AlertId::parse(record.onward_id());
        if (!id.ok()) return;
        if (record.operation() == proto::SearchRecord::ONWARD_ANSWER) {
            auto request = requests_.find(*id);  // It came before: nobody else knows its id.
            if (request != requests_.end() && !request->second.answered(origin))
                request->second.answers.push_back({ref, origin});
            return;
        }
        OnwardState asked{*id, alert, origin, ref, last_order_ + 1};
        if (!requests_.try_emplace(*id, std::move(asked)).second) return;
        ++last_order_;
        std::deque<AlertId>& all = by_asker_[origin];
        all.push_back(*id);
        if (all.size() <= onward_kept_max) return;
        requests_.erase(all.front());
        all.pop_front();
    }
    void erase(const EntryRef& ref) {
        for (auto& [id, one] : requests_)
            std::erase_if(one.answers, [&](const OnwardAnswered& a) { return a.ref == ref; });
        auto gone = std::find_if(requests_.begin(), requests_.end(),
                                 [&](const auto& one) { return one.second.asked == ref; });
        if (gone == requests_.end()) return;
        std::erase(by_asker_[gone->second.asker], gone->first);
        requests_.erase(gone);
    }
    std::vector<OnwardState> all() const {
        return those([](const OnwardState&) { return true; });
    }
    std::vector<OnwardState> of(const AlertId& alert) const {
        return those([&](const OnwardState& one) { return one.alert == alert; });
    }
    Result<OnwardState> find(const AlertReference& reference) const {
        auto found = those([&](const OnwardState& one) { return refers_to(reference, one.id); });
        if (found.empty()) return {Errc::not_found, "no request whose id begins so is held here"};
        if (found.size() > 1)
            return {Errc::invalid, "several requests begin so; type more of the id"};
        return std::move(found.front());
    }

   private:
    // In the order in which they came.
    template <class Wanted>
    std::vector<OnwardState> those(Wanted wanted) const {
        std::vector<OnwardState> out;
        for (const auto& [id, one] : requests_)
            if (wanted(one)) out.push_back(one);
        std::sort(out.begin(), out.end(),
                  [](const OnwardState& a, const OnwardState& b) { return a.order < b.order; });
        return out;
    }

    std::map<AlertId, OnwardState> requests_;         // By their id; the first of an id stays.
    std::map<NodeId, std::deque<AlertId>> by_asker_;  // The newest of each.
    std::uint64_t last_order_ = 0;
};

}  // namespace rilon
