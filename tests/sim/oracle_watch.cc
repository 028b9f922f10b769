// Oracle: what is seen as it happens. Every frame as it leaves a node, every batch before its
// commit, every turn after its outputs.
#include <algorithm>

#include "node/index.h"
#include "node/search_record.pb.h"
#include "protocol/alert.h"
#include "protocol/history.h"
#include "store/audit.h"
#include "tests/sim/oracle.h"

namespace rilon {
namespace {

constexpr std::string_view canary = "canary-";
constexpr std::size_t inbox_events_max = 20'000;  // A storm: hundreds are usual.

bool has_canary(const Bytes& bytes) {
    return as_text(bytes).find(canary) != std::string_view::npos;
}

// Though it knows that it was dropped.
bool reads_past(const Daemon& daemon, const Ledger::Narrowed& narrowed) {
    auto state = daemon.node().index().alert(narrowed.alert);
    return state.has_value() && state->readable() &&
           std::any_of(state->narrowings.begin(), state->narrowings.end(),
                       [&](const Narrowing& n) { return n.ref == narrowed.withdrawal; });
}

std::optional<Bytes> private_value(const Batch& batch, const std::string& name) {
    for (const StoreOp& op : batch)
        if (const auto* put = std::get_if<PutPrivate>(&op); put != nullptr && put->name == name)
            return put->value;
    return std::nullopt;
}

}  // namespace

Oracle::Oracle(TestNet& net) : net_(net), ledger_(net), feeds_(net, ledger_) {
    net_.on_frame = [this](const SentFrame& frame) { watch_frame(frame); };
    net_.on_turn = [this](Daemon& daemon) { watch_turn(daemon); };
    for (const auto& [name, daemon] : net_.daemons()) watch(*daemon);
}

void Oracle::watch(Daemon& daemon) {
    daemon.on_batch = [this, &daemon](const Batch& batch) { watch_batch(daemon, batch); };
}

void Oracle::problem(const std::string& what) {
    if (problems_.size() < 20) problems_.push_back(what);
}

void Oracle::said(const std::string& what, const Posted& posted) {
    if (std::string wrong = ledger_.said(what, posted); !wrong.empty()) problem(wrong);
}

void Oracle::restored(Daemon& daemon) {
    const std::string& name = daemon.name();
    Tails& tails = tails_[name];
    tails.clear();
    for (const auto& [id, s] : daemon.disk().streams)
        if (s.founded) tails[id] = {s.head, s.head_id, s.dir_seq, s.generation, s.epoch};
    audited_[name] = daemon.disk().audit.size();
    audit_links_[name] = daemon.disk().audit_head.link;
    withdrawn_[name].clear();
    feeds_.restored(name);
    if (daemon.is_coordinator()) return;
    ledger_.restored(name);
    if (daemon.options().hub) ledger_.carrier_lost();  // What it took and had not given on.
}

// (3) Only of streams that the receiver is a member of; (8) nothing that was withdrawn here.
std::size_t Oracle::may_be_given(const std::string& by, const std::string& to,
                                 const proto::PreparedResponse& shown,
                                 const std::set<AlertId>& gone) {
    std::size_t listed = 0;
    const std::size_t grant = ledger_.next_grant();
    const NodeId receiver = net_.daemon(to).id();
    for (const auto& part : shown.parts()) {
        ledger_.history_in(StreamId::copy_of(as_bytes(part.stream_id())), receiver);
        auto operation = parse_operation(as_bytes(part.operation()));
        if (!operation.ok()) continue;
        auto list = parse_history(operation->history());
        if (!list.ok()) {
            problem("(4) a history grant that does not parse at " + by);
            continue;
        }
        for (const ListedEntry& entry : list->entries) {
            ++listed;
            if (!ledger_.may_know(receiver, entry.stream))
                problem("(3) " + by + " gives " + to + " a key of a stream it is left out of");
            for (const Said& one : ledger_.all()) {
                if (one.stream != entry.stream || one.seq != entry.seq) continue;
                if (one.is_letter()) problem("(3) " + by + " gives " + to + " the key of a letter");
                if (one.is_text() && gone.contains(one.alert))
                    problem("(8) " + by + " gives " + to + " the key of what was withdrawn");
                ledger_.may_be_given(
                    {grant, by, to, one.alert, entry.stream, entry.seq, net_.now()});
            }
        }
    }
    return listed;
}

// (3) Nobody is asked by one who never could read the alert, or was dropped from its readers.
std::vector<proto::Onward> Oracle::onward_waiting(const std::string& author) {
    std::vector<proto::Onward> out;
    const Daemon& node = net_.daemon(author);
    if (!node.running() || node.is_coordinator() || !ledger_.good(author) ||
        node.node().index().onward().empty())
        return out;
    auto listed = net_.onward(author);
    if (!listed.ok()) return out;
    for (proto::Onward& row : *listed) {
        if (row.own() || row.state() != "waits") continue;
        const auto alert = AlertId::copy_of(as_bytes(row.alert_id()));
        const NodeId asker = net_.daemon(row.node()).id();
        if (!ledger_.may_ask(alert, asker) ||
            (ledger_.is_dropped(alert, asker) && !ledger_.is_unsure(alert)))
            problem("(3) " + row.node() + " asks " + author + " about what it does not read");
        out.push_back(std::move(row));
    }
    return out;
}

// (3) No plaintext on the wire, and nothing that names a stream to a node that is left out of it.
void Oracle::watch_frame(const SentFrame& frame) {
    if (has_canary(frame.payload))
        problem("(3) plaintext on the wire from " + net_.by_id(frame.from)->name());
    const Daemon* to = net_.by_id(frame.to);
    if (to->is_coordinator()) return;
    auto stream = ledger_.names_forbidden(frame.to, frame.payload);
    if (!stream.has_value()) return;
    if (frame.head.type != SyncType::directory || !ledger_.is_published(*stream))
        problem("(3) " + to->name() + " hears of a stream it is left out of, from " +
                net_.by_id(frame.from)->name() + ", frame " +
                std::to_string(static_cast<int>(frame.head.type)));
}

// --- batches ------------------------------------------------------------------------------------

void Oracle::watch_batch(Daemon& daemon, const Batch& batch) {
    touched_.insert(daemon.name());
    for (const StoreOp& op : batch) {
        if (const auto* put = std::get_if<PutEntry>(&op)) watch_entry(daemon, put->entry, batch);
        if (const auto* key = std::get_if<PutEpochKey>(&op)) watch_key(daemon, *key, batch);
        if (const auto* record = std::get_if<PutSearchRecord>(&op)) watch_record(daemon, *record);
    }
}

// (4) Signed by an enrolled origin.
void Oracle::watch_entry(Daemon& daemon, const VerifiedEntry& entry, const Batch& batch) {
    const EntryHeader& header = entry.header();
    UnverifiedEntry plain = entry.unverified();
    watch_order(daemon, plain, tails_[daemon.name()]);
    const bool fresh = verified_.insert(entry.id()).second;
    if (fresh) {
        auto key = signer_of(plain, ledger_.directory());
        if (!key.ok() || !signature_holds(plain, *key))
            problem("(4) an entry without a good signature at " + daemon.name());
    }
    if (header.origin != daemon.id() || !fresh) return;  // Or fetched back.
    if (header.kind == EntryKind::genesis) register_stream(daemon, entry, batch);
    if (header.kind == EntryKind::grant) check_grant(daemon, header, batch);
}

// (5) Contiguous, linked, and by the stream's own rules of order. (2) So no entry comes twice.
void Oracle::watch_order(Daemon& daemon, const UnverifiedEntry& entry, Tails& tails) {
    const EntryHeader& h = entry.header();
    auto wrong = [&](const char* what) {
        problem(std::string("(5) ") + what + " in a stream at " + daemon.name());
    };
    auto it = tails.find(h.stream);
    if (it == tails.end()) {
        if (h.kind != EntryKind::genesis) wrong("no genesis");
        tails[h.stream] = {h.seq, entry.id(), h.dir_seq, h.generation, h.epoch};
        return;
    }
    Tail& tail = it->second;
    if (h.seq.value <= tail.seq.value) return problem("(2) an entry twice at " + daemon.name());
    if (h.seq != tail.seq.next()) wrong("a gap");
    if (h.prev != tail.id) wrong("a broken chain");
    if (h.kind == EntryKind::genesis) wrong("a second genesis");
    if (h.dir_seq < tail.dir_seq) wrong("a directory that goes back");
    if (h.generation < tail.generation) wrong("a key that goes back");
    if (h.epoch != (h.kind == EntryKind::grant ? tail.epoch.next() : tail.epoch))
        wrong("a wrong epoch");
    tail = {h.seq, entry.id(), h.dir_seq, h.generation, h.epoch};
}

void Oracle::register_stream(Daemon& daemon, const VerifiedEntry& genesis, const Batch& batch) {
    const StreamId& stream = genesis.header().stream;
    std::optional<AudienceDefinition> definition;
    if (auto stored = private_value(batch, "definition." + stream.hex()); stored.has_value())
        if (auto parsed = parse_definition(*stored); parsed.ok()) definition = std::move(*parsed);
    if (auto body = parse_genesis(genesis.body()); body.ok())
        ledger_.founded(stream, daemon.id(), body->audience, std::move(definition));
}

// (3) Whoever seals a new key seals it to the members of this moment, and to nobody else.
void Oracle::check_grant(Daemon& daemon, const EntryHeader& grant, const Batch& batch) {
    const Directory& directory = daemon.node().directory();
    auto members = ledger_.members_at(grant.stream, grant.dir_seq);
    const NodeRecord* self = directory.now().node(daemon.id());
    if (!members.has_value() || self == nullptr) return;
    const EncSecretKey* own = nullptr;
    for (const EncKeyPair& pair : daemon.identity().enc)
        if (pair.pk == self->enc_pk) own = &pair.sk;
    if (own == nullptr) return;
    std::set<SlotTag> expected;
    for (const NodeId& member : *members)
        if (member != daemon.id())
            expected.insert(
                *slot_tag(*own, directory.now().node(member)->enc_pk, grant.stream, grant.epoch));
    std::set<SlotTag> sealed;
    for (const StoreOp& op : batch)
        if (const auto* put = std::get_if<PutSlot>(&op);
            put != nullptr && put->slot.stream == grant.stream && put->slot.epoch == grant.epoch)
            sealed.insert(put->slot.tag);
    if (expected != sealed)
        problem("(3) " + daemon.name() + " sealed a key to others than the members of then");
}

// (3) A key only where its grant's members are.
void Oracle::watch_key(Daemon& daemon, const PutEpochKey& key, const Batch& batch) {
    if (daemon.is_coordinator()) return problem("(3) the coordinator holds a key");
    std::optional<EntryHeader> grant;
    for (const StoreOp& op : batch)
        if (const auto* put = std::get_if<PutEntry>(&op);
            put != nullptr && put->entry.header().stream == key.stream &&
            put->entry.header().epoch == key.epoch && put->entry.header().kind == EntryKind::grant)
            grant = put->entry.header();
    for (auto it = daemon.disk().entries.lower_bound({key.stream, Seq{}});
         !grant && it != daemon.disk().entries.end() && it->first.first == key.stream; ++it)
        if (it->second.entry.header().kind == EntryKind::grant &&
            it->second.entry.header().epoch == key.epoch)
            grant = it->second.entry.header();
    if (!grant.has_value()) return problem("(3) a key without its grant at " + daemon.name());
    auto members = ledger_.members_at(key.stream, grant->dir_seq);
    if (members.has_value() && !members->contains(daemon.id()) && grant->origin != daemon.id())
        problem("(3) " + daemon.name() + " was no member and has the key of an epoch");
}

// (3) What is searchable here was said to this node.
void Oracle::watch_record(Daemon& daemon, const PutSearchRecord& put) {
    proto::SearchRecord record;
    if (!record.ParseFromArray(put.record.data(), static_cast<int>(put.record.size()))) return;
    auto alert = AlertId::parse(record.alert_id());
    const std::set<NodeId>* party = alert.ok() ? ledger_.party_to(*alert) : nullptr;
    if (party != nullptr && !party->contains(daemon.id()))
        problem("(3) " + daemon.name() + " reads an alert that is not for it");
    if (daemon.is_coordinator()) problem("(3) the coordinator holds a search record");
}

// --- turns --------------------------------------------------------------------------------------

// (8) What was once seen withdrawn here stays so.
void Oracle::watch_turn(Daemon& daemon) {
    if (!daemon.running() || touched_.erase(daemon.name()) == 0) return;
    if (daemon.is_coordinator()) ledger_.learn(daemon.node().directory());
    watch_audit(daemon);
    watch_queues(daemon);
    if (daemon.is_coordinator()) return;
    auto& seen = withdrawn_[daemon.name()];
    for (const AlertId& alert : ledger_.withdrawn()) {
        auto state = daemon.node().index().alert(alert);
        if (!state.has_value()) {
            if (seen.contains(alert)) problem("(8) " + daemon.name() + " forgot a withdrawal");
            continue;
        }
        // Narrowed away is not withdrawn: the revision for those who stay may follow.
        if (state->withdrawn() && !state->narrowed_away()) seen.insert(alert);
        if (seen.contains(alert) && state->readable())
            problem("(8) a withdrawn alert came back at " + daemon.name());
    }
    for (const Ledger::Narrowed& one : ledger_.narrowed())
        if (one.dropped.contains(daemon.id()) && reads_past(daemon, one))
            problem("(3) " + daemon.name() + " reads an alert again that it was dropped from");
}

// (10) Every new row of the audit chain hashes the one before.
void Oracle::watch_audit(Daemon& daemon) {
    const MemoryDisk& disk = daemon.disk();
    std::uint64_t& checked = audited_[daemon.name()];
    Hash32& link = audit_links_[daemon.name()];
    for (; checked < disk.audit.size(); ++checked) {
        link = audit_link(disk.audit[checked], link);
        if (link != disk.audit[checked].link)
            return problem("(10) audit chain of " + daemon.name());
    }
    if (link != disk.audit_head.link) problem("(10) the head of the audit of " + daemon.name());
}

// (9) Every queue within what it says is its maximum.
void Oracle::watch_queues(Daemon& daemon) {
    for (const QueueUse& queue : daemon.node().queues())
        if (queue.used > queue.max)
            problem("(9) " + std::string(queue.name) + " at " + daemon.name() + ": " +
                    std::to_string(queue.used));
    if (net_.inbox_max() > inbox_events_max) problem("(9) events without end at a node");
}

}  // namespace rilon
