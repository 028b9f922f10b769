#include "tests/sim/oracle.h"

#include <algorithm>

#include "node/index.h"
#include "protocol/audience.h"

namespace rilon {
namespace {

bool contains(ByteView where, ByteView what) {
    return std::search(where.begin(), where.end(), what.begin(), what.end()) != where.end();
}

constexpr std::string_view canary = "canary-";

}  // namespace

Oracle::Oracle(TestNet& net) : net_(net) {
    net_.on_frame = [this](const SentFrame& frame) { watch_frame(frame); };
    net_.on_turn = [this](Daemon& daemon) { watch_turn(daemon); };
    for (const auto& [name, daemon] : net_.daemons()) {
        Daemon* one = daemon.get();
        one->on_batch = [this, one](const Batch& batch) { watch_batch(*one, batch); };
    }
}

void Oracle::problem(const std::string& what) {
    if (problems_.size() < 20) problems_.push_back(what);
}

bool Oracle::good(const NodeId& node) const {
    const Directory& directory = net_.coordinator().node().directory();
    const NodeRecord* record = directory.now().node(node);
    return record != nullptr && record->standing == Standing::good;
}

// --- what is said and promised ------------------------------------------------------------------

void Oracle::said(const std::string& what, const Posted& posted) {
    const Daemon& author = net_.daemon(posted.node);
    for (const Posted::Part& part : posted.parts) {
        Said one{what, posted.node, part.alert, part.stream, {}, part.readers};
        auto state = author.running() ? author.node().index().alert(part.alert) : std::nullopt;
        std::optional<EntryRef> ref;
        if (state.has_value() && what == "withdraw") ref = state->withdrawal;
        if (state.has_value() && what == "confirm" && !state->confirms.empty())
            ref = state->confirms.back();
        if (state.has_value() && (what == "post" || what == "supersede") &&
            !state->revisions.empty())
            ref = state->revisions.back();
        if (!ref.has_value() || ref->stream != part.stream)
            return problem("(1) " + what + " at " + posted.node + " was acknowledged, is not held");
        one.seq = ref->seq;
        auto held = author.disk().entries.find({ref->stream, ref->seq});
        if (held == author.disk().entries.end())
            return problem("(1) " + what + " at " + posted.node + " was acknowledged, not durable");
        if (what == "withdraw") withdrawn_said_.insert(part.alert);
        const DirectoryState& state_now = net_.coordinator().running()
                                              ? net_.coordinator().node().directory().now()
                                              : author.node().directory().now();
        auto stream = author.disk().streams.find(part.stream);
        const AudienceInfo* audience = state_now.audience(stream->second.audience);
        bool shared = audience != nullptr && (audience->kind == AudienceInfo::Kind::network ||
                                              audience->kind == AudienceInfo::Kind::rilon);
        if (!shared) {
            auto& may_know = private_streams_[part.stream];
            may_know.insert(part.readers.begin(), part.readers.end());
            may_know.insert(author.id());
            // A member that is suspended now may come back, and then holds what it can't open.
            const DirectoryState& all = net_.network().state();
            std::vector<NodeId> members;
            auto sealed = author.disk().private_values.find("definition." + part.stream.hex());
            if (audience != nullptr)
                members = all.audience(audience->id)->members;
            else if (sealed != author.disk().private_values.end())
                members = derived_members(all, *parse_definition(sealed->second), author.id());
            may_know.insert(members.begin(), members.end());
        }
        said_.push_back(std::move(one));
    }
}

std::vector<const Said*> Oracle::open_posts() const {
    std::vector<const Said*> out;
    for (const Said& one : said_)
        if (one.what == "post" && !withdrawn_said_.contains(one.alert) &&
            !unsure_.contains(one.alert))
            out.push_back(&one);
    return out;
}

bool Oracle::owed(const Said& said) const {
    return !distrusted_.contains(said.node) && !forked_.contains(said.stream) &&
           good(net_.daemon(said.node).id());
}

bool Oracle::may_get(const NodeId& node, ByteView bytes) const {
    for (const auto& [stream, may_know] : private_streams_)
        if (!may_know.contains(node) && contains(bytes, stream.view())) return false;
    return true;
}

// --- always -------------------------------------------------------------------------------------

void Oracle::watch_frame(const SentFrame& frame) {
    if (contains(frame.payload, as_bytes(canary)))
        problem("(3) plaintext on the wire from " + net_.by_id(frame.from)->name());
    const Daemon* to = net_.by_id(frame.to);
    if (to->is_coordinator()) return;
    for (const auto& [stream, may_know] : private_streams_)
        if (!may_know.contains(frame.to) && contains(frame.payload, stream.view()))
            problem("(3) " + to->name() + " hears of a stream it is left out of, from " +
                    net_.by_id(frame.from)->name() + ", frame " +
                    std::to_string(static_cast<int>(frame.head.type)));
}

// Whoever seals a new key seals it to the members of this moment, and to nobody else.
void Oracle::check_grant(Daemon& daemon, const EntryHeader& grant, const std::set<SlotTag>& slots) {
    const Directory& directory = daemon.node().directory();
    const AudienceInfo* audience = nullptr;
    auto state = daemon.disk().streams.find(grant.stream);
    if (state != daemon.disk().streams.end())
        audience = directory.now().audience(state->second.audience);
    if (audience == nullptr) return;
    const NodeRecord* self = directory.now().node(daemon.id());
    std::set<SlotTag> expected;
    for (const NodeId& member : audience->members) {
        if (member == daemon.id()) continue;
        for (const EncKeyPair& pair : daemon.identity().enc)
            if (pair.pk == self->enc_pk)
                expected.insert(*slot_tag(pair.sk, directory.now().node(member)->enc_pk,
                                          grant.stream, grant.epoch));
    }
    if (expected != slots)
        problem("(3) " + daemon.name() + " sealed a key to others than the members of " +
                audience->name);
}

void Oracle::watch_batch(Daemon& daemon, const Batch& batch) {
    for (const StoreOp& op : batch) {
        const auto* put = std::get_if<PutEntry>(&op);
        if (put == nullptr || put->entry.header().origin != daemon.id()) continue;
        const EntryHeader& header = put->entry.header();
        if (header.kind == EntryKind::grant) {
            std::set<SlotTag> slots;
            for (const StoreOp& other : batch)
                if (const auto* slot = std::get_if<PutSlot>(&other);
                    slot != nullptr && slot->slot.stream == header.stream &&
                    slot->slot.epoch == header.epoch)
                    slots.insert(slot->slot.tag);
            check_grant(daemon, header, slots);
        }
    }
}

void Oracle::watch_turn(Daemon& daemon) {
    if (!daemon.running() || daemon.is_coordinator()) return;
    auto& seen = withdrawn_[daemon.name()];
    for (const AlertId& alert : withdrawn_said_) {
        auto state = daemon.node().index().alert(alert);
        if (!state.has_value()) {
            if (seen.contains(alert)) problem("(8) " + daemon.name() + " forgot a withdrawal");
            continue;
        }
        if (state->withdrawn()) seen.insert(alert);
        if (seen.contains(alert) && state->readable())
            problem("(8) a withdrawn alert came back at " + daemon.name());
    }
}

// --- feeds --------------------------------------------------------------------------------------

void Oracle::poll_feed(const std::string& node) {
    if (!net_.daemon(node).running() || net_.daemon(node).is_coordinator()) return;
    Consumer& consumer = consumers_[node];
    for (int i = 0; i < 20; ++i) {
        proto::Request request;
        request.mutable_feed()->set_consumer("00112233445566778899aabbccddeeff");
        request.mutable_feed()->set_after(consumer.cursor);
        request.mutable_feed()->set_max(5);
        auto answer = net_.request(node, std::move(request));
        if (!answer.ok()) return;
        for (const auto& event : answer->feed().events()) {
            if (!consumer.entries.insert(event.entry_id()).second)
                problem("(2) the feed at " + node + " delivered an entry twice");
            auto id = AlertId::parse(event.row().alert_id());
            if (!id.ok()) continue;
            if (event.type() == "published") consumer.published.insert(*id);
            if (event.type() == "removed") consumer.removed.insert(*id);
        }
        bool done = answer->feed().cursor() == consumer.cursor;
        consumer.cursor = answer->feed().cursor();
        if (done) return;
    }
}

void Oracle::acknowledge_feed(const std::string& node) {
    auto it = consumers_.find(node);
    if (it == consumers_.end() || it->second.cursor.empty()) return;
    proto::Request request;
    request.mutable_feed_ack()->set_consumer("00112233445566778899aabbccddeeff");
    request.mutable_feed_ack()->set_cursor(it->second.cursor);
    (void)net_.request(node, std::move(request));
}

void Oracle::judge_feed(Daemon& daemon) {
    auto it = consumers_.find(daemon.name());
    if (it == consumers_.end() || !good(daemon.id())) return;
    poll_feed(daemon.name());
    for (const Said& one : said_) {
        if (one.what != "post" || !owed(one) || withdrawn_said_.contains(one.alert) ||
            unsure_.contains(one.alert))
            continue;
        if (!one.readers.contains(daemon.id()) && one.node != daemon.name()) continue;
        if (!it->second.published.contains(one.alert))
            problem("(2) the feed at " + daemon.name() + " never delivered " + one.alert.hex() +
                    " of " + one.node);
    }
    for (const AlertId& alert : withdrawn_said_)
        if (it->second.published.contains(alert) && net_.withdrawn(daemon.name(), alert) &&
            !it->second.removed.contains(alert))
            problem("(2) the feed at " + daemon.name() + " never delivered a removal");
}

// --- at rest ------------------------------------------------------------------------------------

std::string Oracle::missing_at(const Said& said, const NodeId& reader) const {
    const Daemon* node = net_.by_id(reader);
    // Who withdrew it may have been put out before anybody heard, or this reader was out when it
    // was said (the redact alone reaches him, and works after a day): then either is right.
    if (unsure_.contains(said.alert)) return "";
    for (const Said& other : said_)
        if (other.what == "withdraw" && other.alert == said.alert &&
            (!owed(other) ||
             (!other.readers.contains(reader) && net_.by_id(reader)->name() != other.node)))
            return "";
    auto state = node->node().index().alert(said.alert);
    const std::string where = said.what + " of " + said.node + " at " + node->name();
    bool held = node->disk().entries.contains({said.stream, said.seq});
    bool keyed = const_cast<Daemon*>(node)->store().entry_key(said.stream, said.seq).ok();
    if (!state.has_value())
        return "(1) not there: " + where + " " + said.alert.hex() + (held ? ", held" : "") +
               (keyed ? ", with key" : "");
    bool gone = withdrawn_said_.contains(said.alert);
    if (gone && !state->withdrawn()) return "(8) not withdrawn: " + where + " " + said.alert.hex();
    // What a confirmation is about may never have come: its author was put out.
    if (!gone && said.what != "confirm" && !state->readable())
        return "(1) not readable: " + where + " " + said.alert.hex();
    auto entry = node->disk().entries.find({said.stream, said.seq});
    if (entry == node->disk().entries.end()) return "(1) entry not there: " + where;
    bool revision = said.what == "post" || said.what == "supersede";
    if (gone && revision && entry->second.body == MemoryDisk::Body::present)
        return "(8) withdrawn, and its body kept: " + where;
    if (!gone && !node->disk().entry_keys.contains({said.stream, said.seq}) &&
        !const_cast<Daemon*>(node)->store().entry_key(said.stream, said.seq).ok())
        return "(1) no key: " + where;
    return "";
}

std::set<NodeId> Oracle::entitled(const StreamId& stream) const {
    std::set<NodeId> out;
    const DirectoryState& state = net_.coordinator().node().directory().now();
    for (const auto& [name, daemon] : net_.daemons()) {
        auto held = daemon->disk().streams.find(stream);
        if (held == daemon->disk().streams.end()) continue;
        const AudienceInfo* audience = state.audience(held->second.audience);
        if (audience != nullptr) out.insert(audience->members.begin(), audience->members.end());
        break;
    }
    auto known = private_streams_.find(stream);
    if (known != private_streams_.end() && out.empty())
        for (const NodeId& id : known->second)
            if (good(id)) out.insert(id);
    out.insert(net_.coordinator().id());
    return out;
}

std::string Oracle::heads_differ() const {
    std::map<StreamId, EntryId> heads;
    for (const auto& [name, daemon] : net_.daemons())
        for (const auto& [id, state] : daemon->disk().streams)
            if (daemon->id() == state.origin) heads[id] = state.head_id;
    for (const auto& [id, head] : heads) {
        const Daemon* origin = nullptr;
        for (const auto& [name, daemon] : net_.daemons())
            if (auto held = daemon->disk().streams.find(id);
                held != daemon->disk().streams.end() && held->second.origin == daemon->id())
                origin = daemon.get();
        if (origin == nullptr || !good(origin->id()) || distrusted_.contains(origin->name()) ||
            forked_.contains(id))
            continue;
        for (const NodeId& node : entitled(id)) {
            const Daemon* daemon = net_.by_id(node);
            auto held = daemon->disk().streams.find(id);
            if (held == daemon->disk().streams.end())
                return "(6) " + daemon->name() + " lacks a stream of " + origin->name();
            if (held->second.head_id != head)
                return "(6) heads differ: " + daemon->name() + " of " + origin->name();
        }
    }
    return "";
}

// Receipts travel by custody: every reader's reach the author in the end.
std::string Oracle::acks_missing() const {
    for (const Said& one : said_) {
        if (!owed(one)) continue;
        const Daemon& author = net_.daemon(one.node);
        for (const NodeId& reader : one.readers) {
            if (!good(reader)) continue;
            auto ack = author.disk().node_acks.find({one.stream, reader});
            if (ack == author.disk().node_acks.end() || ack->second.seq < one.seq)
                return "(1) no receipt at " + one.node + " from " + net_.by_id(reader)->name();
            const Daemon& holder = *net_.by_id(reader);
            auto entry = holder.disk().entries.find({one.stream, one.seq});
            if (consumers_.contains(holder.name()) || put_out_.contains(reader) ||
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
    for (const Fork& fork : forks_) {
        bool one = false;
        bool other = false;
        auto honest = [&](const Daemon& daemon) {
            return !distrusted_.contains(daemon.name()) &&
                   (daemon.is_coordinator() || good(daemon.id()));
        };
        for (const auto& [name, daemon] : net_.daemons()) {
            auto held = daemon->disk().entries.find({fork.stream, fork.seq});
            if (!honest(*daemon) || held == daemon->disk().entries.end()) continue;
            (held->second.entry.id() == fork.other ? other : one) = true;
        }
        // Whoever froze the stream has both halves in the proof.
        bool proven =
            std::any_of(net_.daemons().begin(), net_.daemons().end(), [&](const auto& item) {
                auto held = item.second->disk().streams.find(fork.stream);
                return honest(*item.second) && held != item.second->disk().streams.end() &&
                       held->second.frozen;
            });
        if (!proven && (!one || !other)) continue;
        for (const auto& [name, daemon] : net_.daemons()) {
            auto held = daemon->disk().streams.find(fork.stream);
            if (!honest(*daemon) || held == daemon->disk().streams.end()) continue;
            if (!held->second.frozen && good(held->second.origin))
                return "(7) the fork did not reach " + name;
        }
    }
    return "";
}

std::string Oracle::unrest() {
    if (!net_.coordinator().running()) return "the coordinator is down";
    std::size_t records = net_.coordinator().node().directory().size();
    for (const auto& [name, daemon] : net_.daemons()) {
        if (!daemon->running()) return name + " is down";
        if (!daemon->is_coordinator() && good(daemon->id()) &&
            daemon->node().directory().size() != records)
            return name + " has an old directory";
    }
    for (const Said& one : said_) {
        if (!owed(one)) continue;
        std::set<NodeId> who = one.readers;
        who.insert(net_.daemon(one.node).id());
        for (const NodeId& reader : who)
            if (good(reader))
                if (std::string why = missing_at(one, reader); !why.empty()) return why;
    }
    if (std::string why = heads_differ(); !why.empty()) return why;
    if (std::string why = fork_unknown(); !why.empty()) return why;
    return acks_missing();
}

void Oracle::judge() {
    for (const auto& [name, daemon] : net_.daemons()) {
        if (!daemon->running()) continue;
        judge_chains(*daemon);
        judge_secrecy(*daemon);
        judge_feed(*daemon);
        if (!daemon->store().verify_audit().ok()) problem("(10) audit chain of " + name);
    }
    // Nobody puts the first host out but Mallory, by one signer.
    if (!good(net_.daemon(net_.network().node_names().front()).id()))
        problem("(4) a record without its signers was applied");
    const NodeId coordinator = net_.coordinator().id();
    for (const auto& [name, daemon] : net_.daemons())
        if (!daemon->is_coordinator() && !good(daemon->id()) &&
            net_.connected(daemon->id(), coordinator))
            problem("(3) " + name + " is put out and still connected");
    constexpr std::uint64_t events_max = 60'000;  // A storm: hundreds are usual.
    if (net_.events() > events_max) problem("(9) messages without end");
    for (const std::string& what : net_.broken()) problem("our own: " + what);
}

// (2) once, (4) signed by enrolled origins, (5) contiguous and linked; nothing erased is left.
void Oracle::judge_chains(Daemon& daemon) {
    const Directory& directory = daemon.node().directory();
    for (const ArrivalRow& row : daemon.disk().arrivals) {
        auto it = daemon.disk().entries.find({row.stream, row.seq});
        if (it == daemon.disk().entries.end() || it->second.entry.id() != row.id)
            problem("(2) an arrival without its entry at " + daemon.name());
    }
    for (const auto& [id, state] : daemon.disk().streams) {
        EntryId before{};
        for (Seq seq{}; seq <= state.head; seq = seq.next()) {
            auto it = daemon.disk().entries.find({id, seq});
            if (it == daemon.disk().entries.end())
                return problem("(5) a gap in a stream at " + daemon.name());
            const UnverifiedEntry& entry = it->second.entry;
            if (entry.header().prev != before || entry.header().seq != seq)
                return problem("(5) a broken chain at " + daemon.name());
            before = entry.id();
            if (entry.absent() && it->second.body == MemoryDisk::Body::erased &&
                daemon.store().entry_key(id, seq).ok())
                problem("(8) the key of an erased entry is left at " + daemon.name());
            if (!verified_.insert(entry.id()).second) continue;
            auto key = signer_of(entry, directory);
            if (!key.ok() || !signature_holds(entry, *key))
                problem("(4) an entry without a good signature at " + daemon.name());
        }
        if (before != state.head_id) problem("(5) a wrong head at " + daemon.name());
    }
}

// (3) with all keys of this store: nothing opens that was not for this node; and whoever is left
// out of a stream holds not a trace of it.
void Oracle::judge_secrecy(Daemon& daemon) {
    for (const Said& one : said_) {
        bool reader = one.readers.contains(daemon.id()) || one.node == daemon.name();
        if (reader) continue;
        if (daemon.store().entry_key(one.stream, one.seq).ok())
            problem("(3) " + daemon.name() + " can open what is not for it");
        auto state = daemon.node().index().alert(one.alert);
        bool of_another = std::any_of(said_.begin(), said_.end(), [&](const Said& other) {
            return other.alert == one.alert &&
                   (other.readers.contains(daemon.id()) || other.node == daemon.name());
        });
        if (state.has_value() && !of_another)
            problem("(3) " + daemon.name() + " knows an alert that is not for it: " + one.what +
                    " of " + one.node + " " + one.alert.hex());
        if (daemon.is_coordinator() || !private_streams_.contains(one.stream) ||
            private_streams_.at(one.stream).contains(daemon.id()))
            continue;
        const MemoryDisk& disk = daemon.disk();
        bool trace =
            disk.streams.contains(one.stream) ||
            std::find(disk.order.begin(), disk.order.end(), one.stream) != disk.order.end();
        if (trace)
            problem("(3) " + daemon.name() + " holds a trace of stream " + one.stream.brief() +
                    " of " + one.node + ", which it is left out of");
    }
    if (!distrusted_.contains(daemon.name()))
        for (const auto& [alert, from] : forbidden_)
            if (daemon.node().index().alert(alert).has_value() && (from.is_zero() || !good(from)))
                problem("(4) " + daemon.name() + " took an alert nobody may take");
    if (!daemon.is_coordinator()) return;
    for (const auto& [name, epoch] : daemon.disk().epochs)
        if (epoch.key.has_value()) problem("(3) the coordinator holds a key");
    if (!daemon.disk().entry_keys.empty() || !daemon.disk().search.empty())
        problem("(3) the coordinator holds keys or search records");
}

}  // namespace rilon
