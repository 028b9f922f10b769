// A network in which somebody joins late, and what officers do to give him what he lacks.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/history.h"
#include "tests/support/test_net.h"

namespace rilon {

// Australia has a node in each RILON; Italy joins in Bangkok.
inline const Founded& history_founded() {
    static const Founded one = [] {
        FoundingOptions options;
        options.spares = {"ITA"};
        return Founded(options);
    }();
    return one;
}

inline constexpr const char* joiner = "ita-bkk";

class CoreHistory : public testing::Test {
   protected:
    CoreHistory() : net(history_founded(), 41) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~CoreHistory() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    const MemoryDisk& disk(const std::string& node) { return net.daemon(node).disk(); }
    MemoryStore& store(const std::string& node) { return net.daemon(node).store(); }

    // --- what people do ---
    Posted post(const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "canary " + std::to_string(++texts));
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? *posted : Posted{};
    }
    // Of an Italian: no Italian node may read it.
    Posted post_about_an_italian(const std::string& node) {
        proto::PrepareRequest what;
        proto::Alert& alert = *what.mutable_operation()->mutable_publish();
        alert.mutable_travel_fraud()->set_fraud_type("impostor");
        proto::DocumentRecord& document = *alert.add_documents();
        document.set_type("P");
        document.set_issuer("ITA");
        document.set_number("YA1234567");
        proto::PersonRecord& person = *alert.add_persons();
        person.set_role("subject");
        proto::Identity& name = *person.add_identities();
        name.set_type("claimed");
        name.set_primary("CANARY");
        proto::Nationality& nationality = *person.add_nationalities();
        nationality.set_code("ITA");
        nationality.set_basis("claimed");
        what.mutable_wish()->set_audience("BKK");
        auto posted = net.prepare_and_commit(node, what);
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? *posted : Posted{};
    }
    void join() {
        const TestNode& spare = net.network().node(joiner);
        proto::SignedRequest request = net.network().request(spare);
        Status done = net.submit([&](Drafter& d) { return d.add_node(request); },
                                 net.network().admitters("ITA", "BKK"));
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.enrol(joiner);
        net.start(joiner);
        net.run(30 * ms_second);
    }
    proto::PrepareRequest wish(const std::string& to) {
        proto::PrepareRequest what;
        what.mutable_operation()->mutable_history();
        what.mutable_history()->set_node(to);
        return what;
    }
    Result<proto::HistoryPreview> preview(const std::string& by, const std::string& to) {
        proto::Request request;
        *request.mutable_prepare() = wish(to);
        auto shown = net.request(by, std::move(request));
        if (!shown.ok()) return shown.error();
        return shown->prepared().history();
    }
    // Would a grant to the joiner have this entry?
    bool lists(const std::string& by, const ListedEntry& entry) {
        proto::Request request;
        *request.mutable_prepare() = wish(joiner);
        auto shown = net.request(by, std::move(request));
        if (!shown.ok()) return false;
        for (const auto& part : shown->prepared().parts()) {
            auto operation = parse_operation(as_bytes(part.operation()));
            auto list = parse_history(operation->history());
            const auto& all = list->entries;
            if (std::find(all.begin(), all.end(), entry) != all.end()) return true;
        }
        return false;
    }
    Result<Posted> give(const std::string& by, const std::string& to) {
        return net.prepare_and_commit(by, wish(to));
    }
    // The place of the newest grant of this node.
    ListedEntry given(const std::string& by, const Posted& grant) {
        const StreamId& stream = grant.parts.front().stream;
        ListedEntry out{stream, {}};
        for (const auto& [at, entry] : disk(by).entries)
            if (at.first == stream && entry.entry.header().kind == EntryKind::content)
                out.seq = at.second;
        return out;
    }
    EntryRef entry_of(const std::string& node, const AlertId& alert) {
        return net.daemon(node).node().index().alert(alert)->revisions.back();
    }
    std::size_t listed(const std::string& node) {
        proto::Request request;
        request.mutable_list();
        auto answer = net.request(node, std::move(request));
        return answer.ok() ? static_cast<std::size_t>(answer->alerts().rows_size()) : 0;
    }
    bool shows(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        return shown.ok() && shown->show().row().has_alert();
    }

    // Gives the joiner all entries of a stream, no slots.
    void hand_over(const std::string& from, const StreamId& stream) {
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        for (const auto& [at, entry] : disk(from).entries)
            if (at.first == stream)
                frame.add_entries()->set_entry(std::string(as_text(entry.entry.bytes())));
        frame.set_head(disk(from).streams.at(stream).head.value);
        net.inject(id("coordinator-1"), id(joiner), SyncType::put, frame.SerializeAsString());
        net.run(5 * ms_second);
    }

    // --- what is left of a grant ---
    bool nothing_left(const std::string& node, const ListedEntry& place) {
        const MemoryDisk& on = disk(node);
        const auto& entry = on.entries.at({place.stream, place.seq});
        const Epoch epoch = entry.entry.header().epoch;
        bool slots = std::any_of(on.slots.begin(), on.slots.end(), [&](const auto& slot) {
            return std::get<0>(slot.first) == place.stream && std::get<1>(slot.first) == epoch;
        });
        auto k = on.epochs.find({place.stream, epoch});
        return entry.body == MemoryDisk::Body::erased &&
               !on.entry_keys.contains({place.stream, place.seq}) && !slots &&
               (k == on.epochs.end() || !k->second.key.has_value()) &&
               !store(node).entry_key(place.stream, place.seq).ok();
    }
    bool gone(const std::string& node, const EntryRef& ref) {
        return disk(node).entries.at({ref.stream, ref.seq}).body == MemoryDisk::Body::erased;
    }
    // Only headers of it are anywhere but in the grant's own entry: no search record names it.
    bool indexed(const std::string& node, const ListedEntry& place) {
        const MemoryDisk& on = disk(node);
        return net.daemon(node).node().index().meaning({place.stream, place.seq}).has_value() ||
               std::any_of(on.search.begin(), on.search.end(), [&](const auto& row) {
                   return row.second.stream == place.stream && row.second.seq == place.seq;
               });
    }
    void keep_from(const std::string& node, SyncType type) {
        net.filter = [this, node, type](const SentFrame& frame) {
            return frame.from == id(node) && frame.head.type == type;
        };
    }

    TestNet net;
    int texts = 0;
};

}  // namespace rilon
