#include "tools/benchmark/bench_origin.h"

#include "node/sync_frame.h"
#include "protocol/alert.pb.h"
#include "protocol/epoch.h"
#include "protocol/short_id.h"
#include "tools/benchmark/bench_node.h"

namespace rilon::bench {
namespace {

constexpr std::size_t range_bytes = 256 * 1024;  // As NodeCore::on_range.

SignedCertificate certify(const TestNetwork& network, const TestNode& node,
                          const SignPublicKey& officer, Rng& rng) {
    Certificate body{
        rng.bytes<OfficerId>(),          "AUS/01", "officer", officer, node.id, network.time(),
        network.time().plus(30 * ms_day)};
    return certify_officer(network.id(), body, Generation{1}, node.sk());
}

// Each node's own: its alerts have ids of their own.
std::uint64_t seed_of(const NodeId& id) {
    return ByteReader(id.view()).u64();
}

// A person with a document, as border posts write them.
proto::Operation travel_fraud(std::uint64_t number) {
    proto::Operation out;
    auto* publish = out.mutable_publish();
    publish->set_title("Altered passport at arrival");
    publish->set_narrative("Page 2 replaced; the holder travelled with two others.");
    auto* person = publish->add_persons();
    auto* identity = person->add_identities();
    identity->set_type("documentary");
    identity->set_primary("SURNAME" + std::to_string(number % 9973));
    identity->set_secondary("GIVEN" + std::to_string(number % 997));
    identity->set_birth_date("1986-03-14");
    identity->set_sex("F");
    person->add_nationalities()->set_code("UTO");
    auto* document = publish->add_documents();
    document->set_type("P");
    document->set_issuer("UTO");
    document->set_number("L" + std::to_string(10000000 + number));
    publish->mutable_travel_fraud()->set_fraud_type("altered");
    return out;
}

}  // namespace

BenchOrigin::BenchOrigin(const TestNetwork& network, const std::string& name,
                         const std::string& audience)
    : network_(network),
      node_(network.node(name)),
      rng_(seed_of(node_.id)),
      officer_(make_sign_key_pair(rng_)),
      certificate_(certify(network, node_, officer_.pk, rng_)),
      audience_(*network.state().audience_by_name(audience)) {
    state_.network = network.id();
    state_.origin = node_.id;
    seal_next(EntryKind::genesis,
              encode_genesis({audience_.id, rng_.bytes<Random16>(), std::nullopt}));
    add_grant();
}

void BenchOrigin::seal_next(EntryKind kind, Bytes plain) {
    EntryDraft draft{kind, Precedence::routine, network_.state().n, std::move(plain)};
    OriginKeys keys{node_.sk(), Generation{1}};
    const EpochKey* key = kind == EntryKind::content ? &key_ : nullptr;
    auto entry = must(seal(draft, state_, keys, key, rng_.bytes<Nonce24>()), "sealing");
    entries_.push_back({std::string(as_text(entry.bytes())), kind, entry.header().epoch});
}

void BenchOrigin::add_grant() {
    key_ = rng_.secret<EpochKey>();
    Epoch epoch = state_.epoch.next();
    GrantBody body{network_.state().link, key_commitment(key_, state_.id, epoch), {}};
    seal_next(EntryKind::grant, encode_grant(body));
    PskEntry psk{network_.state().psk_generation, network_.psk().duplicate()};
    for (const NodeId& reader : audience_.members) {
        if (reader == node_.id) continue;
        SlotEnds ends{network_.id(), state_.id,           epoch,
                      node_.id,      node_.enc.back().pk, network_.state().node(reader)->enc_pk};
        slots_[epoch.value].push_back(
            must(make_slot(ends, node_.enc.back().sk, psk, key_, rng_), "making a slot"));
    }
}

Bytes BenchOrigin::make_plain(proto::Operation operation) {
    AlertId alert = make_alert_id(network_.time(), rng_);
    auto* publish = operation.mutable_publish();
    publish->set_alert_id(alert.str());
    publish->set_revision(1);
    publish->set_created_ms(network_.time().value);
    publish->set_part("person");
    std::string bytes = operation.SerializeAsString();
    Signature signature =
        sign(officer_.sk, officer_message(network_.id(), state_.id, alert, as_bytes(bytes)));
    return encode_content(certificate_, alert, as_bytes(bytes), signature);
}

void BenchOrigin::add_operation(proto::Operation operation) {
    if (state_.entries_in_epoch >= epoch_entries_max) add_grant();
    Bytes plain = make_plain(std::move(operation));
    plain_bytes_ = padded_size(plain.size());
    seal_next(EntryKind::content, std::move(plain));
    ++contents_;
}

void BenchOrigin::add_content() {
    add_operation(travel_fraud(contents_));
}

void BenchOrigin::add_alert(const proto::Alert& alert) {
    proto::Operation operation;
    *operation.mutable_publish() = alert;
    add_operation(std::move(operation));
}

// --- frames -----------------------------------------------------------------------------------

Event BenchOrigin::frame(SyncType type, std::uint64_t request, const std::string& payload) const {
    Bytes bytes = encode_sync_head({type, request});
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return PeerFrame{node_.id, std::move(bytes)};
}

std::vector<Event> BenchOrigin::greeting() const {
    proto::SyncHello hello;
    hello.set_network_id(network_.id().str());
    hello.set_node_id(node_.id.str());
    hello.set_software("bench");
    hello.set_records(network_.directory().size());
    std::vector<Event> out;
    out.emplace_back(PeerUp{node_.id});
    out.push_back(frame(SyncType::hello, 0, hello.SerializeAsString()));
    return out;
}

void BenchOrigin::add_item(std::size_t index, proto::SyncEntries& into) const {
    const Made& made = entries_.at(index);
    into.add_entries()->set_entry(made.bytes);
    if (made.kind != EntryKind::grant) return;
    for (const Slot& slot : slots_.at(made.epoch.value))
        into.add_slots(std::string(as_text(encode_slot(slot))));
}

Event BenchOrigin::push(std::size_t index) const {
    proto::SyncEntries out;
    out.set_stream_id(state_.id.str());
    out.set_head(index);
    add_item(index, out);
    return frame(SyncType::push, 0, out.SerializeAsString());
}

Event BenchOrigin::heads() const {
    proto::SyncHeads out;
    auto* row = out.add_rows();
    row->set_stream_id(state_.id.str());
    row->set_seq(state_.head.value);
    row->set_entry_id(state_.head_id.str());
    out.set_has_rows(true);
    return frame(SyncType::heads, 0, out.SerializeAsString());
}

std::string BenchOrigin::answer_range(const Bytes& payload, std::size_t& last) const {
    proto::SyncRange want;
    want.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
    proto::SyncEntries out;
    out.set_stream_id(state_.id.str());
    out.set_head(state_.head.value);
    std::size_t bytes = 0;
    for (std::size_t i = want.from(); i < entries_.size() && i <= want.to(); ++i) {
        bytes += entries_[i].bytes.size();
        if (bytes > range_bytes || out.entries_size() >= static_cast<int>(bulk_entries_max)) break;
        add_item(i, out);
        last = std::max(last, i);
    }
    return out.SerializeAsString();
}

std::string BenchOrigin::answer_slots(const Bytes& payload) const {
    proto::SyncSlots ask;
    ask.ParseFromArray(payload.data(), static_cast<int>(payload.size()));
    proto::SyncSlots out;
    out.set_stream_id(ask.stream_id());
    out.set_epoch(ask.epoch());
    for (const auto& tag : ask.tags())
        for (const Slot& slot : slots_.at(ask.epoch()))
            if (slot.tag.str() == tag) out.add_slots(std::string(as_text(encode_slot(slot))));
    return out.SerializeAsString();
}

std::vector<Event> BenchOrigin::replies(const std::vector<SendFrame>& sent,
                                        std::size_t& last) const {
    std::vector<Event> out;
    for (const SendFrame& one : sent) {
        auto head = must(parse_sync_head(one.head), "a frame");
        if (head.type == SyncType::range)
            out.push_back(frame(SyncType::put, head.request, answer_range(one.payload, last)));
        if (head.type == SyncType::slots)
            out.push_back(frame(SyncType::slots, head.request, answer_slots(one.payload)));
        if (head.type != SyncType::ack) continue;
        proto::SyncAck ack;
        ack.ParseFromArray(one.payload.data(), static_cast<int>(one.payload.size()));
        proto::SyncAck confirm;
        confirm.set_mail(ack.mail());
        confirm.set_confirm(true);
        out.push_back(frame(SyncType::ack, head.request, confirm.SerializeAsString()));
    }
    return out;
}

}  // namespace rilon::bench
