// Opening entries for people: from the stored bytes to a row, every check made again. Private to
// the query files.
#pragma once

#include "node/control.pb.h"
#include "node/query.h"
#include "protocol/officer.h"

namespace rilon {

struct OpenedOperation {
    EntryHeader header;
    UnixMillis received;
    EntryId id;
    OfficerContent content;
    proto::Operation operation;
    bool known = true;  // False: an operation of a newer version.
    Bytes prefix;       // header ‖ signature
};
Result<OpenedOperation> open_operation(const EntryRef& ref, const QueryContext& context);

// A row of an alert in its newest state; content only while it is readable. None where catch-up put
// off the check of its officer and he does not hold.
std::optional<proto::AlertRow> alert_row(const AlertState& alert, const QueryContext& context);
proto::AlertRow revision_row(const AlertState& alert, const OpenedOperation& opened,
                             const QueryContext& context);
const proto::Alert* alert_of(const proto::Operation& operation);
// The person part that is held here beside this document part, and says all of it: a list shows
// that one alone. The document part does not name it, for its readers are not to know of it.
std::optional<AlertState> whole_of(const AlertState& alert, const QueryContext& context);

// query_remarks.cc. The party by the directory; the node's short id where it is in none.
std::string party_of(const NodeId& id, const QueryContext& context);
// What the author's own party says about its alert is no other's word.
bool is_of_author(const AlertState& alert, const NodeId& by, const QueryContext& context);
// What other parties say, one a party and kind of remark; row.alert is filled already.
void add_remarks(const AlertState& alert, const QueryContext& context, proto::AlertRow& row);

// query_onward.cc. How many requests of onward release wait for this node's word; those and our
// own; those about one alert.
std::size_t onward_waiting(const QueryContext& context);
void add_onward(const QueryContext& context, proto::AlertsResponse& out);
void add_onward(const AlertState& alert, const QueryContext& context, proto::ShowResponse& out);
// What this entry says of one of them, if that is news here: another's request, an answer to ours.
std::optional<proto::Onward> onward_news(const AlertState& alert, const EntryRef& ref,
                                         const QueryContext& context);
// The entries of those, for evidence.
std::vector<EntryRef> onward_entries(const AlertState& alert, const QueryContext& context);

struct StreamReaders {
    std::string audience;
    std::vector<NodeId> readers;  // The origin included.
};
StreamReaders readers_of(const EntryRef& ref, const QueryContext& context);

// query_search.cc, query_feed.cc, query_kept.cc, query_attachment.cc
proto::Coverage coverage(const QueryContext& context);  // What an answer rests on.
proto::SearchResponse run_search(const proto::SearchRequest& search, const QueryContext& context);
// The same, of the alerts alone that `among` has too.
proto::SearchResponse run_search(const proto::SearchRequest& search, const QueryContext& context,
                                 const Index& among);
Result<proto::AttachmentResponse> run_attachment(const proto::AttachmentRequest& request,
                                                 const QueryContext& context);
Result<proto::FeedResponse> run_feed(const proto::FeedRequest& feed, const QueryContext& context);
Result<proto::KeptLookResponse> run_kept_look(const proto::KeptLookRequest& look,
                                              const QueryContext& context);

}  // namespace rilon
