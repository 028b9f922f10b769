// An enrolled peer that is hostile: it has its keys, so its signatures are good and every frame
// type is open to it. The input is a play of steps; each makes one frame out of bytes of the input,
// with a signature where the protocol wants one, or lets something happen to the node.
#include "node/sync.pb.h"
#include "protocol/statement.h"
#include "tests/fuzz/victim.h"

namespace rilon {
namespace {

constexpr int steps_max = 20;

class Attacker {
   public:
    explicit Attacker(const std::string& victim)
        : node_(fuzz_world().network.node(attacker_name)),
          victim_(victim),
          stream_(past().disks.at(attacker_name).streams.at(past().of_attacker)) {}

    void step(Choices& choices) {
        switch (choices.below(14)) {
            case 0: return frame(choices.below(16), choices.u8(), choices.piece());
            case 1: return hello(choices);
            case 2: return entries(choices);
            case 3: return live(choices);
            case 4: return new_stream(choices);
            case 5: return ack(choices);
            case 6: return heads(choices);
            case 7: return fork(choices);
            case 8: return record(choices);
            case 9: return range(choices);
            case 10: return pass_time(choices);
            case 11: return members(choices);
            case 12: return victim_.restart();
            default: return draft(choices);
        }
    }

   private:
    void frame(std::size_t type, std::uint64_t request, ByteView payload) {
        ByteWriter out;
        out.u8(sync_version).u8(static_cast<std::uint8_t>(type)).u64(request).raw(payload);
        victim_.turn({PeerFrame{node_.id, std::move(out).take()}});
    }
    void frame(SyncType type, std::uint64_t request, const std::string& payload) {
        frame(static_cast<std::size_t>(type), request, as_bytes(payload));
    }
    void hello(Choices& choices) {
        proto::SyncHello out;
        out.set_network_id(fuzz_world().network.id().str());
        out.set_node_id(node_.id.str());
        out.set_records(choices.u8());
        out.set_software(std::string(as_text(choices.piece())));
        out.set_checkpoint(std::string(as_text(checkpoint(choices))));
        frame(SyncType::hello, 0, out.SerializeAsString());
    }
    // By the online key: the coordinator may be hostile as well.
    Bytes checkpoint(Choices& choices) {
        const TestNetwork& network = fuzz_world().network;
        if (choices.u8() % 2 == 0) return to_bytes(choices.piece());
        Checkpoint one = network.checkpoint();
        DirLink link = one.link;
        link.data()[0] ^= choices.u8();
        one = make_checkpoint(network.id(), DirSeq{choices.u8()}, link, UnixMillis{choices.u64()},
                              network.online().sk);
        return encode_checkpoint(network.id(), one);
    }
    // The next entry of its stream, changed here and there, signed again.
    Bytes entry(Choices& choices) {
        EntryHeader header;
        header.network = stream_.network;
        header.stream = stream_.id;
        header.origin = node_.id;
        header.generation = Generation{1};
        header.kind = static_cast<EntryKind>(1 + choices.below(4));
        header.precedence = static_cast<Precedence>(choices.below(4));
        header.epoch = header.kind == EntryKind::grant ? stream_.epoch.next() : stream_.epoch;
        header.seq = Seq{stream_.head.value + choices.below(3)};
        header.dir_seq = stream_.dir_seq;
        header.prev = stream_.head_id;
        header.nonce.data()[0] = choices.u8();
        Bytes body = to_bytes(choices.piece());
        if (header.kind == EntryKind::grant && body.size() >= 64)
            std::copy_n(fuzz_world().network.state().link.data(), 32, body.begin());
        header.body_len = static_cast<std::uint32_t>(body.size());
        header.body_hash = hash({body});
        Bytes raw = to_bytes(encode_header(header));
        for (std::size_t n = choices.below(3); n > 0; --n)
            raw[choices.below(header_bytes)] = choices.u8();
        sign_into(raw);
        if (auto parsed = parse_header(ByteView(raw).first(header_bytes));
            parsed && choices.u8() % 2 == 0) {
            stream_.head = parsed->seq;  // It goes on from what it sent.
            stream_.head_id = EntryId::copy_of(hash({raw}).view());
            stream_.epoch = parsed->epoch;
        }
        raw.insert(raw.end(), body.begin(), body.end());
        return raw;
    }
    void sign_into(Bytes& header) const {
        const Signature made = sign(node_.sk(), header);
        header.insert(header.end(), made.view().begin(), made.view().end());
    }
    void send_entries(Choices& choices, const std::vector<Bytes>& all) {
        proto::SyncEntries out;
        out.set_stream_id(stream_.id.str());
        for (const Bytes& one : all) {
            const bool absent = choices.u8() == 1;
            const ByteView kept = absent ? ByteView(one).first(entry_prefix_bytes) : ByteView(one);
            out.add_entries()->set_entry(std::string(as_text(kept)));
            out.mutable_entries()->rbegin()->set_absent(absent);
        }
        if (choices.u8() == 1) {
            Slot slot{stream_.id, stream_.epoch, {}, 1, {}, {}};
            const ByteView seed = choices.piece();
            std::copy_n(seed.begin(), std::min<std::size_t>(seed.size(), 48), slot.sealed.begin());
            slot.enc = node_.enc.back().pk;
            out.add_slots(std::string(as_text(encode_slot(slot))));
        }
        out.set_head(stream_.head.value + choices.below(3));
        frame(choices.u8() % 2 == 0 ? SyncType::push : SyncType::put, 0, out.SerializeAsString());
    }
    void entries(Choices& choices) {
        std::vector<Bytes> all;
        for (std::size_t n = choices.below(10) + 1; n > 0 && !choices.empty(); --n)
            all.push_back(entry(choices));
        send_entries(choices, all);
    }
    void live(Choices& choices) {
        const Bytes topic = to_bytes(choices.piece());
        Bytes one = choices.u8() % 2 == 0 ? entry(choices) : to_bytes(choices.piece());
        victim_.turn({LiveFrame{node_.id, topic, std::move(one)}});
    }
    void new_stream(Choices& choices) {
        const DirectoryState& state = fuzz_world().network.state();
        GenesisBody body;
        const std::size_t which = choices.below(5);
        if (which == 0) body.audience = state.network_audience;
        if (which == 1) body.audience = state.rilon("BKK")->all;
        if (which == 2) body.audience = state.rilon("BKK")->missions;
        body.random.data()[0] = choices.u8();
        if (choices.u8() % 4 == 1) body.supersedes = Superseded{stream_.id, Seq{choices.u8()}, {}};
        const Bytes plain = encode_genesis(body);
        EntryHeader header;
        header.network = state.n.value == 0 ? NetworkId{} : fuzz_world().network.id();
        header.stream = make_stream_id(header.network, node_.id, node_.pk(), body);
        header.origin = node_.id;
        header.generation = Generation{1};
        header.dir_seq = DirSeq{choices.below(state.n.value + 2)};
        header.body_len = static_cast<std::uint32_t>(plain.size());
        header.body_hash = hash({plain});
        Bytes raw = to_bytes(encode_header(header));
        sign_into(raw);
        stream_ = {};
        stream_.network = header.network;
        stream_.id = header.stream;
        stream_.origin = node_.id;
        stream_.founded = true;
        stream_.dir_seq = header.dir_seq;
        stream_.head_id = EntryId::copy_of(hash({raw}).view());
        raw.insert(raw.end(), plain.begin(), plain.end());
        send_entries(choices, {raw});
        stream_.head = Seq{1};
    }
    void ack(Choices& choices) {
        const TestNetwork& network = fuzz_world().network;
        Ack out{node_.id, Generation{1}, choices.u64(), DirSeq{choices.u8()}, {}, {}, {}};
        for (std::size_t n = choices.below(4); n > 0; --n) {
            const auto& streams = past().disks.at("aus-bkk").order;
            out.rows.push_back({streams[choices.below(streams.size())],
                                Seq{choices.u8()},
                                {},
                                static_cast<AckLevel>(1 + choices.below(3))});
        }
        SeededRng rng(choices.u8());
        Bytes bytes = make_ack(network.id(), out, node_.sk());
        proto::SyncAck mail;
        mail.set_sealed(choices.u8() % 2 == 0);
        const TestNode& to = network.node("aus-bkk");
        if (mail.sealed()) bytes = *seal_ack(bytes, to.enc.back().pk, rng);
        mail.set_ack(std::string(as_text(bytes)));
        mail.set_to(choices.u8() % 4 != 0 ? to.id.str() : std::string(as_text(choices.piece())));
        mail.set_mail(choices.u64());
        mail.set_direct(choices.u8() % 2 == 0);
        mail.set_confirm(choices.u8() % 4 == 0);
        frame(SyncType::ack, choices.u64(), mail.SerializeAsString());
    }
    StreamId some_stream(Choices& choices) {
        const auto& streams = past().disks.at("aus-bkk").order;
        const std::size_t which = choices.below(streams.size() + 2);
        if (which == streams.size()) return stream_.id;
        if (which > streams.size()) return StreamId{};
        return streams[which];
    }
    void heads(Choices& choices) {
        proto::SyncHeads out;
        for (std::size_t n = choices.below(4); n > 0; --n) {
            auto* row = out.add_rows();
            row->set_stream_id(some_stream(choices).str());
            row->set_seq(choices.u8() % 8 == 0 ? choices.u64() : choices.u8());
            row->set_entry_id(std::string(as_text(choices.piece())));
        }
        out.set_has_rows(true);
        out.set_digest(std::string(as_text(choices.piece())));
        frame(choices.u8() % 2 == 0 ? SyncType::heads : SyncType::beat, choices.below(2),
              out.SerializeAsString());
    }
    void range(Choices& choices) {
        proto::SyncRange out;
        out.set_stream_id(some_stream(choices).str());
        out.set_from(choices.u8() % 4 == 0 ? choices.u64() : choices.u8());
        out.set_to(choices.u8() % 4 == 0 ? choices.u64() : choices.u8());
        out.set_max_bytes(static_cast<std::uint32_t>(choices.u64()));
        frame(SyncType::range, choices.u64(), out.SerializeAsString());
        proto::SyncSlots tags;
        tags.set_stream_id(some_stream(choices).str());
        tags.set_epoch(choices.u8());
        tags.add_tags(std::string(as_text(choices.piece())));
        frame(SyncType::slots, choices.u64(), tags.SerializeAsString());
    }
    void fork(Choices& choices) {
        proto::SyncFork out;
        const Bytes one = entry(choices);
        const Bytes other = entry(choices);
        out.set_one(std::string(as_text(ByteView(one).first(entry_prefix_bytes))));
        out.set_other(std::string(as_text(ByteView(other).first(entry_prefix_bytes))));
        frame(SyncType::fork, 0, out.SerializeAsString());
    }
    // Persons who sign anything: the drafts and records of a network that is betrayed.
    Bytes statement(Choices& choices) {
        const TestNetwork& network = fuzz_world().network;
        SeededRng rng(choices.u8());
        Drafter drafter(rng, draft_basis(network.directory(), victim_.now()));
        const NodeId about = network.node(choices.u8() % 2 == 0 ? "can-bkk" : attacker_name).id;
        switch (choices.below(5)) {
            case 0: return drafter.suspend(about, std::string(as_text(choices.piece())));
            case 1: return drafter.rotate_encryption(about, make_enc_key_pair(rng).pk);
            case 2: return drafter.activate(std::string(as_text(choices.piece())));
            case 3: return drafter.revoke(about, "x", {});
            default: return to_bytes(choices.piece());
        }
    }
    Bytes authorisations(ByteView made, Choices& choices) {
        const TestNetwork& network = fuzz_world().network;
        if (choices.u8() % 4 == 0) return network.authorise(made, node_);
        return network.authorise(made, {&network.rso(0), &network.rso(1), &network.chair("BKK")});
    }
    void record(Choices& choices) {
        const TestNetwork& network = fuzz_world().network;
        proto::SyncDirectory out;
        const Bytes made = statement(choices);
        auto* one = out.add_records();
        one->set_n(network.directory().size() + choices.below(2));
        one->set_recorded_ms(victim_.now().value + choices.below(4) * ms_hour);
        one->set_statement(std::string(as_text(made)));
        one->set_authorisations(std::string(as_text(authorisations(made, choices))));
        out.set_has_want(choices.u8() % 2 == 0);
        out.set_want_from(choices.u8());
        out.set_checkpoint(std::string(as_text(checkpoint(choices))));
        frame(SyncType::directory, choices.u64(), out.SerializeAsString());
    }
    void draft(Choices& choices) {
        proto::SyncDirectory out;
        const Bytes made = statement(choices);
        auto* one = choices.u8() % 2 == 0 ? out.mutable_submit() : out.add_drafts();
        one->set_statement(std::string(as_text(made)));
        one->set_authorisations(std::string(as_text(authorisations(made, choices))));
        frame(SyncType::directory, choices.u64(), out.SerializeAsString());
    }
    void members(Choices& choices) {
        proto::SyncStream out;
        out.set_stream_id(some_stream(choices).str());
        for (std::size_t n = choices.below(4); n > 0; --n)
            out.add_members(choices.u8() % 2 == 0 ? node_.id.str()
                                                  : std::string(as_text(choices.piece())));
        frame(SyncType::stream, 0, out.SerializeAsString());
    }
    void pass_time(Choices& choices) {
        victim_.wait(choices.u16() * std::uint64_t{choices.u8()});
        if (choices.u8() % 4 == 0)
            return void(victim_.turn({PeerDown{node_.id}, PeerUp{node_.id}}));
        victim_.turn({});
    }

    const TestNode& node_;
    Victim victim_;
    StreamState stream_;
};

void play(const std::string& victim, ByteView input) {
    Attacker attacker(victim);
    Choices choices(input);
    for (int n = 0; n < steps_max && !choices.empty(); ++n) attacker.step(choices);
}
void run_node(ByteView input) {
    play("aus-bkk", input);
}
void run_coordinator(ByteView input) {
    play("coordinator-1", input);
}

// What the host really sent to this daemon, a frame a seed; and every kind of step.
std::vector<Bytes> seeds_of(const std::string& victim) {
    std::vector<Bytes> out;
    for (const auto& [to, frame] : past().frames) {
        if (to != victim || frame.size() > 2000) continue;
        ByteWriter one;
        one.u8(1).u8(8);  // A hello first, or nothing else is heard.
        put_piece(one, {});
        one.u8(0);
        put_piece(one, {});
        one.u8(0).u8(frame[1]).u8(frame.back());
        put_piece(one, ByteView(frame).subspan(sync_head_bytes));
        out.push_back(std::move(one).take());
    }
    SeededRng rng(6);
    for (Byte kind = 2; kind < 14; ++kind) {
        ByteWriter one;
        one.u8(1).u8(8);
        put_piece(one, {});
        one.u8(0);
        put_piece(one, {});
        for (int n = 0; n < 3; ++n) {
            one.u8(kind);
            for (int i = 0; i < 8; ++i) one.u8(static_cast<Byte>(rng.below(8)));
            put_piece(one, Bytes(272, kind));
        }
        out.push_back(std::move(one).take());
    }
    return out;
}
std::vector<Bytes> node_seeds() {
    return seeds_of("aus-bkk");
}
std::vector<Bytes> coordinator_seeds() {
    return seeds_of("coordinator-1");
}

void run_sync_head(ByteView input) {
    if (auto head = parse_sync_head(input)) FUZZ_SAME(encode_sync_head(*head), input);
}
std::vector<Bytes> sync_head_seeds() {
    return {encode_sync_head({SyncType::hello, 0}), encode_sync_head({SyncType::stream, ~0ull})};
}

}  // namespace

extern const FuzzTarget fuzz_peer_of_node{"peer_of_node", run_node, node_seeds, 20};
extern const FuzzTarget fuzz_peer_of_coordinator{"peer_of_coordinator", run_coordinator,
                                                 coordinator_seeds, 20};
extern const FuzzTarget fuzz_sync_head{"sync_head", run_sync_head, sync_head_seeds};

}  // namespace rilon
