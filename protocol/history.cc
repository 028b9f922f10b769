#include "protocol/history.h"

#include <algorithm>

#include "protocol/content.pb.h"
#include "protocol/crypto.h"

namespace rilon {

proto::HistoryGrant encode_history(const HistoryList& list) {
    RILON_ASSERT(list.entries.size() <= history_keys_max &&
                 std::is_sorted(list.entries.begin(), list.entries.end()));
    proto::HistoryGrant out;
    out.set_node_id(list.to.str());
    proto::HistoryStream* stream = nullptr;
    for (const ListedEntry& entry : list.entries) {
        if (stream == nullptr || stream->stream_id() != entry.stream.str()) {
            stream = out.add_streams();
            stream->set_stream_id(entry.stream.str());
        }
        stream->add_seqs(entry.seq.value);
    }
    return out;
}

Result<HistoryList> parse_history(const proto::HistoryGrant& grant) {
    const Error refused{Errc::malformed, "history grant: malformed"};
    auto to = NodeId::parse(grant.node_id());
    if (!to) return refused;
    HistoryList out{*to, {}};
    for (const proto::HistoryStream& listed : grant.streams()) {
        auto stream = StreamId::parse(listed.stream_id());
        if (!stream || listed.seqs().empty()) return refused;
        for (std::uint64_t seq : listed.seqs()) {
            if (out.entries.size() == history_keys_max)
                return {Errc::too_large, "history grant: too many entries"};
            const ListedEntry entry{*stream, Seq{seq}};
            const bool ascends = out.entries.empty() || out.entries.back() < entry;
            if (seq == 0 || !ascends) return refused;
            out.entries.push_back(entry);
        }
    }
    if (out.entries.empty()) return refused;
    return out;
}

Result<std::vector<EntryKey>> parse_history_keys(ByteView plain, std::size_t count) {
    const Error refused{Errc::malformed, "history grant: not one key for each entry"};
    proto::Content wire;
    if (!wire.ParseFromArray(plain.data(), static_cast<int>(plain.size()))) return refused;
    std::string& keys = *wire.mutable_history_keys();
    const bool fits = count <= history_keys_max && keys.size() == count * EntryKey::size();
    std::vector<EntryKey> out;
    for (std::size_t i = 0; fits && i < count; ++i)
        out.emplace_back(as_bytes(keys).subspan(i * EntryKey::size(), EntryKey::size()));
    wipe(keys);
    wipe(*wire.mutable_operation());
    if (!fits) return refused;
    return out;
}

}  // namespace rilon
