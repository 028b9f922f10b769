// Oracle: one node's whole store, with all keys that are in it. One node in turn after each action,
// every node at rest.
#include <algorithm>

#include "node/index.h"
#include "tests/sim/oracle.h"

namespace rilon {

void Oracle::examine(Daemon& daemon) {
    if (!daemon.running()) return;
    examine_chains(daemon);
    examine_secrets(daemon);
    examine_forbidden(daemon);
    examine_kept(daemon);
    if (!daemon.store().verify_audit().ok()) problem("(10) audit chain of " + daemon.name());
}

// (1) Durable at the author. (2) Once. (5) Contiguous and linked. (8) Nothing erased is left.
void Oracle::examine_chains(Daemon& daemon) {
    const MemoryDisk& disk = daemon.disk();
    for (const Said& one : ledger_.all())
        if (one.node == daemon.name() && !one.lost && !disk.entries.contains({one.stream, one.seq}))
            problem("(1) " + one.what + " is gone at its author " + one.node);
    for (const ArrivalRow& row : disk.arrivals) {
        auto it = disk.entries.find({row.stream, row.seq});
        if (it == disk.entries.end() || it->second.entry.id() != row.id)
            problem("(2) an arrival without its entry at " + daemon.name());
    }
    for (const auto& [id, state] : disk.streams) {
        if (!state.founded) continue;
        EntryId before{};
        for (Seq seq{}; seq <= state.head; seq = seq.next()) {
            auto it = disk.entries.find({id, seq});
            if (it == disk.entries.end())
                return problem("(5) a gap in a stream at " + daemon.name());
            const UnverifiedEntry& entry = it->second.entry;
            if (entry.header().prev != before || entry.header().seq != seq)
                return problem("(5) a broken chain at " + daemon.name());
            before = entry.id();
            if (entry.absent() && it->second.body == MemoryDisk::Body::erased &&
                daemon.store().entry_key(id, seq).ok())
                problem("(8) the key of an erased entry is left at " + daemon.name());
        }
        if (before != state.head_id) problem("(5) a wrong head at " + daemon.name());
    }
}

// (3) Nothing opens that was not for this node; who is left out of a stream has no trace of it.
void Oracle::examine_secrets(Daemon& daemon) {
    const MemoryDisk& disk = daemon.disk();
    for (const StreamId& stream : disk.order)
        if (!daemon.is_coordinator() && !ledger_.may_know(daemon.id(), stream))
            problem("(3) " + daemon.name() + " holds a trace of stream " + stream.brief() +
                    ", which it is left out of");
    for (const Said& one : ledger_.all()) {
        const bool party = ledger_.party_to(one.alert)->contains(daemon.id());
        const bool ends = one.readers.contains(daemon.id()) || one.node == daemon.name();
        if (party && (ends || !one.is_letter())) continue;
        for (Seq seq = one.seq; seq <= one.last; seq = seq.next())
            if (daemon.store().entry_key(one.stream, seq).ok())
                problem("(3) " + daemon.name() + " can open what is not for it");
        if (!party && daemon.node().index().alert(one.alert).has_value())
            problem("(3) " + daemon.name() + " knows an alert that is not for it: " + one.what +
                    " of " + one.node + " " + one.alert.hex());
    }
    if (!daemon.is_coordinator()) return;
    for (const auto& [name, epoch] : disk.epochs)
        if (epoch.key.has_value()) problem("(3) the coordinator holds a key");
    if (!disk.entry_keys.empty() || !disk.search.empty())
        problem("(3) the coordinator holds keys or search records");
}

// Beyond an entry whose officer is checked later: nobody is shown that before, and at rest none is
// left (officers_unchecked).
bool Oracle::took(Daemon& daemon, const AlertId& alert) {
    const Index& index = daemon.node().index();
    auto known = index.alert(alert);
    if (!known.has_value()) return false;
    auto unchecked = [&](const EntryRef& ref) { return index.officer_unchecked(ref); };
    return known->revisions.empty() ||
           !std::all_of(known->revisions.begin(), known->revisions.end(), unchecked);
}

// (4) What no honest node may take.
void Oracle::examine_forbidden(Daemon& daemon) {
    if (!ledger_.trusted(daemon.name())) return;
    for (const auto& [alert, from] : ledger_.forbidden())
        if (took(daemon, alert) && (from.is_zero() || !ledger_.good(from)))
            problem("(4) " + daemon.name() + " took an alert nobody may take");
    for (const StreamId& stream : ledger_.uninvited()) {
        auto held = daemon.disk().streams.find(stream);
        if (held != daemon.disk().streams.end() && held->second.founded)
            problem("(4) " + daemon.name() + " took a stream of one who is not in its audience");
    }
    // No officer here shows an alert; a history grant is acknowledged so when it was taken.
    for (const auto& [at, ack] : daemon.disk().entry_acks)
        if (ack.level == AckLevel::opened && !ledger_.has_history(std::get<0>(at), ack.node))
            problem("(4) " + daemon.name() + " has a receipt that nobody gave");
}

// (1) A node's key alone erases nothing within a day.
void Oracle::examine_kept(Daemon& daemon) {
    if (ledger_.was_clock_moved(daemon.name()) || ledger_.was_restored(daemon.name())) return;
    for (const Ledger::Kept& one : ledger_.kept()) {
        if (!one.holders.contains(daemon.id()) || net_.now() >= one.until ||
            ledger_.withdrawn().contains(one.alert) || ledger_.is_unsure(one.alert) ||
            ledger_.is_narrowed(one.alert))
            continue;
        if (!ledger_.trusted(daemon.name())) continue;
        if (daemon.disk().entries.at({one.stream, one.seq}).body != MemoryDisk::Body::present)
            problem("(1) " + daemon.name() + " erased an alert that no officer withdrew");
    }
}

}  // namespace rilon
