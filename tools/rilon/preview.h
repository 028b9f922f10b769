// What the officer sees before and after posting (product: "Preview and receipt"). Pure: the node's
// answer in, lines out. Everything foreign is escaped here.
#pragma once

#include <string>
#include <vector>

#include "node/control.pb.h"

namespace rilon {

// Of a history grant: to whom, how many, how many not and why; and that it was given.
std::vector<std::string> history_lines(const proto::HistoryPreview& history);
std::string given_line(const proto::HistoryPreview& history);

// "PERSON    9 of 20 missions   host THA: NO    withheld: UTO (documentary)", a line a part; the
// headline first. `host` is the party code of the host. Warnings follow.
std::vector<std::string> preview_lines(const proto::PreparedResponse& prepared,
                                       const std::string& headline, const std::string& host);
// Who reads each part, a line a node.
std::vector<std::string> reader_lines(const proto::PreparedResponse& prepared);

// How far an operation got: so many of those that read any part.
struct ReaderCount {
    std::size_t count = 0;
    std::size_t readers = 0;
};
ReaderCount count_held(const proto::ReceiptsResponse& receipts);
ReaderCount count_redacted(const proto::ReceiptsResponse& receipts);
// Of a narrowed alert: who has erased what was before.
ReaderCount count_erased(const proto::ReceiptsResponse& receipts);
// "✓ 7KQ2-M4XD held by 7 of 9.   Wrong? rilon withdraw 7KQ2M4"; before anybody else holds it
// "✓ 7KQ2-M4XD stored here, on its way to 9. …".
std::string receipt_line(const std::string& alert_id, ReaderCount held);
// "✓ 7KQ2-M4XD withdrawn, gone at 7 of 9 so far.   Who has it still? rilon show 7KQ2M4 --receipts".
std::string withdrawn_line(const std::string& alert_id, ReaderCount gone);
// "✓ 7KQ2-M4XD withdrawn, 2 of 3 have the withdrawal so far.   Who has not? …": of another's alert.
std::string others_withdrawn_line(const std::string& alert_id, ReaderCount told);
// "✓ 7KQ2-M4XD narrowed, held by 1 of 2; what was before is gone at 2 of 3 so far. …".
std::string narrowed_line(const std::string& alert_id, ReaderCount held, ReaderCount erased);
// "✓ confirmation of 7KQ2-M4XD stored here, on its way.": receipts count its author's entries only.
// `what`: confirmation, dispute, hit.
// "✓ answer about 7KQ2-M4XD stored here, on its way."
std::string letter_line(std::string_view what, const std::string& alert_id);
std::string remark_line(std::string_view what, const std::string& alert_id);

}  // namespace rilon
