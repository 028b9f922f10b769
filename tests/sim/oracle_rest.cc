// Oracle: what only has to hold when faults have stopped and everything has been said.
#include <algorithm>

#include "node/index.h"
#include "tests/sim/oracle.h"

namespace rilon {

namespace {
// A storm: hundreds to thousands are usual.
constexpr std::uint64_t events_max = 2'000'000;
}  // namespace

std::string Oracle::unrest() {
    if (!net_.coordinator().running()) return "the coordinator is down";
    for (auto question :
         {&Oracle::directories_differ, &Oracle::promises_missing, &Oracle::heads_differ,
          &Oracle::fork_unknown, &Oracle::receipts_missing, &Oracle::officers_unchecked,
          &Oracle::history_missing, &Oracle::orphans_left})
        if (std::string why = (this->*question)(); !why.empty()) return why;
    return "";
}

// What catch-up put off.
std::string Oracle::officers_unchecked() const {
    for (const auto& [name, daemon] : net_.daemons())
        if (daemon->running() && daemon->node().index().officers_unchecked() > 0)
            return "(4) " + name + " has not checked every officer";
    return "";
}

std::string Oracle::directories_differ() const {
    const Directory& newest = ledger_.directory();
    for (const auto& [name, daemon] : net_.daemons()) {
        if (!daemon->running()) return name + " is down";
        if (!daemon->is_coordinator() && !ledger_.good(daemon->id())) continue;
        const Directory& own = daemon->node().directory();
        if (own.size() != newest.size()) return name + " has an old directory";
        if (own.now().link != newest.now().link) return "(4) " + name + " has another directory";
    }
    return "";
}

// (1) What was acknowledged is at every reader it was shown for and who is one still; (8) or gone
// again everywhere.
std::string Oracle::promises_missing() const {
    for (const Said& one : ledger_.all()) {
        if (!ledger_.owed(one)) continue;
        // Whom the coordinator's copy did not reach in time had only the author's, and that is
        // gone.
        const bool short_kept = net_.coordinator().options().bodies_kept_ms < bodies_kept_ms;
        if (short_kept && ledger_.was_restored(one.node)) continue;
        NodeId author = net_.daemon(one.node).id();
        for (const NodeId& reader : ledger_.members_now(one.stream))
            if (reader == author || one.readers.contains(reader))
                if (std::string why = missing_at(one, reader); !why.empty()) return why;
    }
    return "";
}

std::string Oracle::missing_at(const Said& said, const NodeId& reader) const {
    Daemon& node = *net_.by_id(reader);
    bool author = node.name() == said.node;
    const NodeId author_id = net_.daemon(said.node).id();
    if (author && ledger_.was_restored(said.node)) return "";  // It has no slots of its own.
    if (said.is_letter()) return letter_missing_at(said, node);
    const bool dropped = ledger_.is_dropped(said.alert, reader);
    // Who withdrew it may have been put out before anybody heard, or this reader was out when it
    // was said (the redact alone reaches him, and works after a day): then either is right.
    if (ledger_.is_unsure(said.alert)) return "";
    for (const Said& other : ledger_.all())
        if ((other.what == "withdraw" || other.what == "narrowing") && other.alert == said.alert &&
            (!ledger_.owed(other) ||
             (!other.readers.contains(reader) && node.name() != other.node && !dropped)))
            return "";
    auto state = node.node().index().alert(said.alert);
    const std::string where =
        said.what + " of " + said.node + " at " + node.name() + " " + said.alert.hex();
    auto entry = node.disk().entries.find({said.stream, said.seq});
    bool keyed = node.store().entry_key(said.stream, said.seq).ok();
    if (!state.has_value())
        return "(1) not there: " + where + (entry != node.disk().entries.end() ? ", held" : "") +
               (keyed ? ", with key" : "");
    const bool gone = dropped || ledger_.withdrawn().contains(said.alert);
    if (gone && !state->withdrawn()) return "(8) not withdrawn: " + where;
    // What a remark is about may never have come: its author was put out.
    if (!gone && said.what != "remark" && !state->readable()) return "(1) not readable: " + where;
    if (entry == node.disk().entries.end()) return "(1) entry not there: " + where;
    const bool body = entry->second.body == MemoryDisk::Body::present;
    // A key whose body never came goes after a day; one whose body went, with it (8).
    if (said.over && body) return "(3) narrowed, and its body kept: " + where;
    // What others said of a narrowed alert stays with those who still read it, and who was dropped
    // never hears of the withdrawal: his remark waits for the end of its epoch.
    const bool goes = said.is_text() || (said.what == "remark" && !dropped &&
                                         !ledger_.is_dropped(said.alert, author_id));
    if (gone && goes && body) return "(8) withdrawn, and its body kept: " + where;
    if (!gone && !said.over && !keyed) return "(1) no key: " + where;
    for (Seq seq = said.seq.next(); seq <= said.last; seq = seq.next()) {
        auto chunk = node.disk().entries.find({said.stream, seq});
        if (chunk == node.disk().entries.end()) return "(1) attachment not there: " + where;
        const bool kept = chunk->second.body == MemoryDisk::Body::present;
        if (said.over && kept) return "(3) narrowed, and its attachment kept: " + where;
        if (gone && said.is_text() && kept)
            return "(8) withdrawn, and its attachment kept: " + where;
        if (!gone && !said.over && !node.store().entry_key(said.stream, seq).ok())
            return "(1) no key of the attachment: " + where;
    }
    return "";
}

// It goes with its alert where both ends know that this is withdrawn, and stays where neither does.
std::string Oracle::letter_missing_at(const Said& letter, Daemon& reader) const {
    const std::string where =
        "letter of " + letter.node + " at " + reader.name() + " about " + letter.alert.hex();
    const EntryRef ref{letter.stream, letter.seq};
    auto entry = reader.disk().entries.find({ref.stream, ref.seq});
    if (entry == reader.disk().entries.end()) return "(1) entry not there: " + where;
    auto gone_at = [&](Daemon& node) {
        auto alert = node.node().index().alert(letter.alert);
        return alert.has_value() && alert->withdrawn() && !alert->narrowed_away();
    };
    const bool gone_here = gone_at(reader), gone_there = gone_at(net_.daemon(letter.node));
    if (gone_here && gone_there && entry->second.body == MemoryDisk::Body::present)
        return "(8) withdrawn, and kept: " + where;
    if (gone_here || gone_there) return "";
    if (!reader.store().entry_key(ref.stream, ref.seq).ok()) return "(1) no key: " + where;
    if (!reader.node().index().meaning(ref).has_value()) return "(1) not read: " + where;
    return "";
}

// (8) What a revoked node had said and an order took back is destroyed wherever the withdrawal
// went.
std::string Oracle::orphans_left() const {
    for (const Said& order : ledger_.all()) {
        if (order.what != "withdraw" || !ledger_.owed(order) || ledger_.is_unsure(order.alert))
            continue;
        for (const NodeId& reader : ledger_.members_now(order.stream)) {
            Daemon& node = *net_.by_id(reader);
            if (!order.readers.contains(reader) && node.name() != order.node) continue;
            if (std::string left = orphan_left_at(order, node); !left.empty()) return left;
        }
    }
    return "";
}

// Nothing where its author's node withdrew it: a redact of its own follows.
std::string Oracle::orphan_left_at(const Said& order, Daemon& reader) const {
    for (const Said& said : ledger_.all()) {
        if (said.alert != order.alert || !said.is_text() || said.node == order.node) continue;
        const std::string where =
            said.what + " of " + said.node + " at " + reader.name() + " " + said.alert.hex();
        auto state = reader.node().index().alert(said.alert);
        if (!state.has_value() || !state->withdrawn())
            return "(8) not withdrawn by order: " + where;
        // Who joined since carries what he can't open, as the coordinator does.
        const bool read = said.readers.contains(reader.id());
        for (Seq seq = said.seq; seq <= said.last; seq = seq.next()) {
            const bool opens = reader.store().entry_key(said.stream, seq).ok();
            auto entry = reader.disk().entries.find({said.stream, seq});
            if ((read || opens) && entry != reader.disk().entries.end() &&
                entry->second.body == MemoryDisk::Body::present)
                return "(8) withdrawn by order, and its body kept: " + where;
        }
    }
    return "";
}

// (6) Everybody who is to hold a stream has the same head as its origin.
std::string Oracle::heads_differ() const {
    for (const auto& [name, origin] : net_.daemons()) {
        if (!ledger_.good(origin->id()) || !ledger_.trusted(name) || ledger_.was_restored(name))
            continue;
        for (const auto& [id, state] : origin->disk().streams) {
            if (state.origin != origin->id() || ledger_.is_forked(id)) continue;
            std::set<NodeId> holders = ledger_.members_now(id);
            holders.insert(net_.coordinator().id());
            for (const NodeId& node : holders) {
                const Daemon* holder = net_.by_id(node);
                auto held = holder->disk().streams.find(id);
                if (held == holder->disk().streams.end())
                    return "(6) " + holder->name() + " lacks a stream of " + name;
                if (held->second.head_id != state.head_id)
                    return "(6) heads differ: " + holder->name() + " of " + name;
            }
        }
    }
    return "";
}

// (1) Receipts travel by custody: every reader's reach the author in the end.
std::string Oracle::receipts_missing() const {
    for (const Said& one : ledger_.all()) {
        if (!ledger_.owed(one) || one.receipts_lost) continue;
        const Daemon& author = net_.daemon(one.node);
        for (const NodeId& reader : ledger_.members_now(one.stream)) {
            const Daemon& holder = *net_.by_id(reader);
            if (!one.readers.contains(reader) || !ledger_.trusted(holder.name()) ||
                ledger_.was_restored(holder.name()))
                continue;
            auto ack = author.disk().node_acks.find({one.stream, reader});
            if (ack == author.disk().node_acks.end() || ack->second.seq < one.seq)
                return "(1) no receipt at " + one.node + " from " + holder.name();
            auto entry = holder.disk().entries.find({one.stream, one.seq});
            if (feeds_.has_consumer(holder.name()) || ledger_.was_put_out(reader) ||
                entry == holder.disk().entries.end() ||
                entry->second.body != MemoryDisk::Body::erased)
                continue;
            if (!author.disk().entry_acks.contains(
                    {one.stream, one.seq, AckLevel::redacted, reader}))
                return "(1) no word of the deletion at " + one.node + " from " + holder.name();
        }
    }
    return "";
}

// (7) A fork of which both halves are in honest hands is known to all who hold the stream.
std::string Oracle::fork_unknown() const {
    auto honest = [&](const Daemon& daemon) {
        return ledger_.trusted(daemon.name()) &&
               (daemon.is_coordinator() || ledger_.good(daemon.id()));
    };
    for (const Ledger::Fork& fork : ledger_.forks()) {
        bool one = false;
        bool other = false;
        bool proven = false;  // Whoever froze the stream has both halves in the proof.
        for (const auto& [name, daemon] : net_.daemons()) {
            if (!honest(*daemon)) continue;
            auto held = daemon->disk().entries.find({fork.stream, fork.seq});
            if (held != daemon->disk().entries.end())
                (held->second.entry.id() == fork.other ? other : one) = true;
            auto stream = daemon->disk().streams.find(fork.stream);
            proven = proven || (stream != daemon->disk().streams.end() && stream->second.frozen);
        }
        if (!proven && (!one || !other)) continue;
        for (const auto& [name, daemon] : net_.daemons()) {
            auto held = daemon->disk().streams.find(fork.stream);
            if (!honest(*daemon) || held == daemon->disk().streams.end()) continue;
            if (!held->second.frozen && ledger_.good(held->second.origin))
                return "(7) the fork did not reach " + name;
        }
    }
    return "";
}

// (1) Whoever was given the key of an entry that he holds has it, while the alert is there.
std::string Oracle::history_missing() const {
    for (const Ledger::Given& one : ledger_.all_given()) {
        const Daemon& by = net_.daemon(one.by);
        Daemon& to = net_.daemon(one.to);
        if (!ledger_.owed_history(one)) continue;
        auto entry = to.disk().entries.find({one.stream, one.seq});
        if (entry == to.disk().entries.end() || entry->second.body != MemoryDisk::Body::present ||
            ledger_.is_forked(one.stream) || !ledger_.members_now(one.stream).contains(to.id()))
            continue;
        if (!to.store().entry_key(one.stream, one.seq).ok())
            return "(1) given by " + by.name() + " and not taken: " + to.name() + " " +
                   one.stream.brief() + "/" + std::to_string(one.seq.value);
    }
    return "";
}

void Oracle::judge() {
    for (const auto& [name, daemon] : net_.daemons()) {
        examine(*daemon);
        if (std::string wrong = feeds_.judge(name); !wrong.empty()) problem(wrong);
        (void)onward_waiting(name);  // Finds what it may not show.
    }
    judge_standing();
    judge_forks();
    if (net_.events() > events_max) problem("(9) messages without end");
    for (const std::string& what : net_.broken()) problem("our own: " + what);
}

void Oracle::judge_standing() {
    // Nobody puts the first host out but Mallory, by one signer.
    if (!ledger_.good(net_.network().node_names().front()))
        problem("(4) a record without its signers was applied");
    for (const auto& [name, daemon] : net_.daemons())
        if (!daemon->is_coordinator() && !ledger_.good(daemon->id()) &&
            net_.connected(daemon->id(), net_.coordinator().id()))
            problem("(3) " + name + " is put out and still connected");
}

// (7) And nobody honest is ever found guilty of one.
void Oracle::judge_forks() {
    for (const auto& [name, daemon] : net_.daemons())
        for (const auto& [id, state] : daemon->disk().streams) {
            const Daemon* origin = net_.by_id(state.origin);
            if (state.frozen && origin != nullptr && ledger_.trusted(origin->name()) &&
                !ledger_.is_forked(id))
                problem("(7) a stream of " + origin->name() + " is frozen at " + name);
        }
}

}  // namespace rilon
