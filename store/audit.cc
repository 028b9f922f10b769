#include "store/audit.h"

namespace rilon {

Hash32 audit_link(const AuditRow& row, const Hash32& previous) {
    static constexpr Magic prefix = magic("RLN1AUD");
    static constexpr Byte zero[1] = {0};
    Hash32 words =
        hash({as_bytes(row.subject), zero, as_bytes(row.action), zero, as_bytes(row.detail)});
    Bytes numbers = std::move(ByteWriter{}.u64(row.n)).take();
    Bytes at = std::move(ByteWriter{}.u64(row.at.value)).take();
    return hash({prefix, numbers, previous.view(), at, words.view()});
}

Result<AuditRow> next_audit_row(const AuditHead& head, const PutAudit& what) {
    if (what.subject.find('\0') != std::string::npos || what.action.find('\0') != std::string::npos)
        return {Errc::invalid, "an audit record with a zero byte in subject or action"};
    AuditRow row{head.count + 1, what.at, what.subject, what.action, what.detail, {}};
    row.link = audit_link(row, head.link);
    return row;
}

Status verify_audit_chain(const AuditHead& head, std::uint64_t beyond, const AuditSource& row) {
    Hash32 previous;
    for (std::uint64_t n = 1; n <= head.count; ++n) {
        std::string place = "audit record " + std::to_string(n);
        auto here = row(n);
        if (!here) {
            if (here.code() != Errc::damaged) return here.error();
            return {Errc::damaged, place + " was changed: it does not authenticate"};
        }
        if (!here->has_value()) {
            bool cut = false;  // Is anything left above it?
            for (std::uint64_t m = n + 1; m <= head.count && !cut; ++m) {
                auto later = row(m);
                cut = !later || later->has_value();
            }
            return {Errc::damaged, place + (cut ? " is missing: cut out"
                                                : " is missing: the log was shortened from " +
                                                      std::to_string(head.count) + " to " +
                                                      std::to_string(n - 1) + " records")};
        }
        const AuditRow& found = **here;
        if (found.n != n || audit_link(found, previous) != found.link)
            return {Errc::damaged, place + " does not link to the one before: edited"};
        previous = found.link;
    }
    if (previous != head.link)
        return {Errc::damaged,
                "audit record " + std::to_string(head.count) + " is not the head that was kept"};
    if (beyond > head.count)
        return {Errc::damaged,
                "audit record " + std::to_string(beyond) + " stands beyond the head that was kept"};
    return {};
}

}  // namespace rilon
