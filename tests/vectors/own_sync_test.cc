// The project's own vectors of sync frames: the head through its parser, the payload parsed, and
// built again from what is in it by name.
#include <functional>
#include <map>

#include "node/sync.pb.h"
#include "node/sync_frame.h"
#include "tests/support/own_vectors.h"

namespace rilon {
namespace {

std::string raw(const Json& value) {
    return std::string(as_text(hex(value)));
}
void each(const Json& fields, const char* name, const std::function<void(const Json&)>& take) {
    if (!fields.contains(name)) return;
    for (const Json& item : fields[name]) take(item);
}
// What is not among the fields is not set: it has its default.
std::string bytes_or_none(const Json& fields, const char* name) {
    return fields.contains(name) ? raw(fields[name]) : "";
}
std::uint64_t number_or_zero(const Json& fields, const char* name) {
    return fields.contains(name) ? number(fields[name]) : 0;
}
bool flag(const Json& fields, const char* name) {
    return fields.contains(name) && fields[name].get<bool>();
}

proto::Draft draft(const Json& f) {
    proto::Draft out;
    out.set_statement(raw(f["statement"]));
    out.set_authorisations(raw(f["authorisations"]));
    return out;
}

proto::Record record(const Json& f) {
    proto::Record out;
    out.set_n(number_or_zero(f, "n"));
    out.set_recorded_ms(number(f["recorded_ms"]));
    out.set_statement(raw(f["statement"]));
    out.set_authorisations(raw(f["authorisations"]));
    return out;
}

proto::SyncHello hello(const Json& f) {
    proto::SyncHello out;
    out.set_network_id(raw(f["network_id"]));
    out.set_node_id(raw(f["node_id"]));
    out.set_software(f["software"].get<std::string>());
    out.set_records(number(f["records"]));
    out.set_checkpoint(raw(f["checkpoint"]));
    return out;
}

proto::SyncHeads heads(const Json& f) {
    proto::SyncHeads out;
    out.set_digest(raw(f["digest"]));
    each(f, "rows", [&](const Json& row) {
        proto::StreamHead* head = out.add_rows();
        head->set_stream_id(raw(row["stream_id"]));
        head->set_seq(number_or_zero(row, "seq"));
        head->set_entry_id(raw(row["entry_id"]));
    });
    out.set_has_rows(flag(f, "has_rows"));
    return out;
}

proto::SyncRange range(const Json& f) {
    proto::SyncRange out;
    out.set_stream_id(raw(f["stream_id"]));
    out.set_from(number(f["from"]));
    out.set_to(number(f["to"]));
    out.set_max_bytes(static_cast<std::uint32_t>(number(f["max_bytes"])));
    return out;
}

proto::SyncEntries entries(const Json& f) {
    proto::SyncEntries out;
    out.set_stream_id(raw(f["stream_id"]));
    each(f, "entries", [&](const Json& item) {
        proto::SyncEntries::Item* entry = out.add_entries();
        entry->set_entry(raw(item["entry"]));
        entry->set_absent(flag(item, "absent"));
    });
    each(f, "slots", [&](const Json& slot) { out.add_slots(raw(slot)); });
    out.set_head(number(f["head"]));
    return out;
}

proto::SyncSlots slots(const Json& f) {
    proto::SyncSlots out;
    out.set_stream_id(raw(f["stream_id"]));
    out.set_epoch(static_cast<std::uint32_t>(number(f["epoch"])));
    each(f, "tags", [&](const Json& tag) { out.add_tags(raw(tag)); });
    each(f, "slots", [&](const Json& slot) { out.add_slots(raw(slot)); });
    return out;
}

proto::SyncSignedHeads signed_heads(const Json& f) {
    proto::SyncSignedHeads out;
    each(f, "heads", [&](const Json& head) { out.add_heads(raw(head)); });
    return out;
}

proto::SyncAck ack(const Json& f) {
    proto::SyncAck out;
    out.set_mail(number(f["mail"]));
    out.set_to(bytes_or_none(f, "to"));
    out.set_ack(bytes_or_none(f, "ack"));
    out.set_sealed(flag(f, "sealed"));
    out.set_direct(flag(f, "direct"));
    out.set_confirm(flag(f, "confirm"));
    return out;
}

proto::SyncDirectory directory(const Json& f) {
    proto::SyncDirectory out;
    out.set_want_from(number_or_zero(f, "want_from"));
    out.set_has_want(flag(f, "has_want"));
    each(f, "records", [&](const Json& one) { *out.add_records() = record(one); });
    out.set_checkpoint(bytes_or_none(f, "checkpoint"));
    each(f, "drafts", [&](const Json& one) { *out.add_drafts() = draft(one); });
    if (f.contains("submit")) *out.mutable_submit() = draft(f["submit"]);
    if (f.contains("refused")) out.set_refused(f["refused"].get<std::string>());
    out.set_accepted(flag(f, "accepted"));
    each(f, "split", [&](const Json& one) { out.add_split(raw(one)); });
    return out;
}

proto::SyncFork fork(const Json& f) {
    proto::SyncFork out;
    out.set_one(raw(f["one"]));
    out.set_other(raw(f["other"]));
    return out;
}

proto::SyncStream stream(const Json& f) {
    proto::SyncStream out;
    out.set_stream_id(raw(f["stream_id"]));
    each(f, "members", [&](const Json& member) { out.add_members(raw(member)); });
    return out;
}

// Of one frame type: what parsing and serialising again gives, and what the fields give.
struct Payload {
    std::function<std::optional<std::string>(const std::string&)> parse;
    std::function<std::string(const Json&)> build;
};
template <class Message>
Payload payload(Message (*build)(const Json&)) {
    return {[](const std::string& bytes) -> std::optional<std::string> {
                Message message;
                if (!message.ParseFromString(bytes)) return std::nullopt;
                return message.SerializeAsString();
            },
            [build](const Json& fields) { return build(fields).SerializeAsString(); }};
}

const std::map<SyncType, Payload>& payloads() {
    static const std::map<SyncType, Payload> all = {
        {SyncType::hello, payload(hello)},       {SyncType::heads, payload(heads)},
        {SyncType::beat, payload(heads)},        {SyncType::range, payload(range)},
        {SyncType::put, payload(entries)},       {SyncType::push, payload(entries)},
        {SyncType::head, payload(signed_heads)}, {SyncType::slots, payload(slots)},
        {SyncType::ack, payload(ack)},           {SyncType::directory, payload(directory)},
        {SyncType::fork, payload(fork)},         {SyncType::stream, payload(stream)}};
    return all;
}

TEST(OwnSyncVectors, EveryFrame) {
    const Json file = load_own("sync.json");
    std::set<SyncType> seen;
    for (const Json& vector : file["frames"]) {
        SCOPED_TRACE(vector["label"].get<std::string>());
        auto head = parse_sync_head(hex(vector["head"]));
        ASSERT_TRUE(head.ok()) << head.error().detail;
        EXPECT_EQ(static_cast<std::uint64_t>(head->type), number(vector["type"]));
        EXPECT_EQ(head->request, number(vector["request"]));
        EXPECT_EQ(encode_sync_head(*head), hex(vector["head"]));
        const Payload& kind = payloads().at(head->type);
        EXPECT_EQ(kind.parse(raw(vector["payload"])), raw(vector["payload"]));
        EXPECT_EQ(kind.build(vector["fields"]), raw(vector["payload"]));
        seen.insert(head->type);
    }
    EXPECT_EQ(seen.size(), payloads().size());
}

TEST(OwnSyncVectors, EveryBadFrameIsRefused) {
    const Json file = load_own("sync.json");
    for (const Json& vector : file["refused"]) {
        auto read = [&]() -> Status {
            auto head = parse_sync_head(hex(vector["head"]));
            if (!head) return head.error();
            if (payloads().at(head->type).parse(raw(vector["payload"]))) return {};
            return {Errc::malformed, "payload"};
        };
        expect_refused(read(), vector);
    }
}

}  // namespace
}  // namespace rilon
