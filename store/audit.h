// The audit chain: every record hashes the one before, so that an edited, cut or shortened log
// names its own place. The newest link travels in acks, out of the reach of who holds this store.
#pragma once

#include <functional>

#include "store/store.h"

namespace rilon {

struct AuditHead {
    std::uint64_t count = 0;
    Hash32 link;  // Zero while count is 0.
};

// The next record of the chain, numbered count + 1. Errors: invalid (a zero byte in subject or
// action would blur where one ends).
Result<AuditRow> next_audit_row(const AuditHead& head, const PutAudit& what);
Hash32 audit_link(const AuditRow& row, const Hash32& previous);

// Walks records 1 to head.count as `row` gives them (nothing: not there; damaged: can't be opened)
// and `beyond`, the number of a record above the head, or 0. Errors: damaged with the place named.
using AuditSource = std::function<Result<std::optional<AuditRow>>(std::uint64_t n)>;
Status verify_audit_chain(const AuditHead& head, std::uint64_t beyond, const AuditSource& row);

}  // namespace rilon
