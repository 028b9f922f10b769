// Originator control: a reader asks the author to let others have an alert, and the author's word
// on it. Both travel between the two nodes alone. A grant is the next revision, to those who read
// it and those of the others whom the release rule lets read it; whom the rule keeps it from stays
// out, whoever asks. Why, and what it costs: docs/decisions/0026-onward-release.md.
#pragma once

#include <vector>

#include "protocol/release.h"

namespace rilon {

constexpr int onward_nodes_max = 512;  // Asked for in one request.

// The nodes of a request or an answer. Errors: malformed (not ascending, a double), too_large.
using OnwardNodes = google::protobuf::RepeatedPtrField<std::string>;
Result<std::vector<NodeId>> parse_onward_nodes(const OnwardNodes& nodes);

// Who reads each part, the author's own node or not; ascending.
struct PartReaders {
    std::vector<NodeId> person;
    std::vector<NodeId> document;
};

struct OnwardPlan {
    ReleasePlan release;
    ReleaseWish wish;           // What it was planned by.
    std::vector<NodeId> added;  // Of those asked for: who reads the person part by it.
};

// The alert as it is, for its readers and those asked for. Nobody who reads it loses it, and a
// document part goes to nobody more than the person part does. Errors: those of plan_release;
// no_readers (the rule keeps it from all who are asked for, or they read it); not_permitted
// (planned anew, the rule would keep it from somebody who reads it).
Result<OnwardPlan> plan_onward(const proto::Alert& alert, const PartReaders& now,
                               const std::vector<NodeId>& wanted, const DirectoryState& state,
                               const NodeId& author);

}  // namespace rilon
