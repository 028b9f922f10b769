// Somebody who seizes machines: what can he open?
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/alert.h"
#include "protocol/history.h"
#include "protocol/officer.h"
#include "protocol/slot.h"
#include "tests/support/test_net.h"

namespace rilon {

// Somebody who recorded every ciphertext there ever was, and seizes machines: what can he open?
class Seizure {
   public:
    explicit Seizure(TestNet& net) : net_(net) {}

    void record(const std::string& node) {
        for (const auto& [at, entry] : net_.daemon(node).disk().entries)
            if (entry.body == MemoryDisk::Body::present)
                recorded_.insert_or_assign({at.first, at.second}, entry.entry);
    }
    // Their disks and keys, as they are now.
    bool opens(const std::vector<std::string>& machines, const EntryRef& wanted) {
        keys_.clear();
        for (const std::string& node : machines) take(node, machines);
        while (open_grants()) continue;
        return plain({wanted.stream, wanted.seq}).has_value();
    }

   private:
    void take(const std::string& node, const std::vector<std::string>& machines) {
        const MemoryDisk& disk = net_.daemon(node).disk();
        for (const auto& [at, key] : disk.entry_keys)
            keys_[{at.first, at.second}] = Bytes(key.begin(), key.end());
        for (const auto& [at, epoch] : disk.epochs)
            if (epoch.key.has_value()) derive(at.first, at.second, EpochKey(ByteView(*epoch.key)));
        for (const auto& [at, slot] : disk.slots)
            for (const std::string& other : machines) open(slot.slot, other);
    }
    void open(const Slot& slot, const std::string& node) {
        const NodeIdentity& identity = net_.daemon(node).identity();
        const StreamState& stream = net_.daemon(node).disk().streams.contains(slot.stream)
                                        ? net_.daemon(node).disk().streams.at(slot.stream)
                                        : none_;
        const NodeRecord* origin = net_.coordinator().node().directory().now().node(stream.origin);
        if (origin == nullptr) return;
        for (const auto& pair : identity.enc) {
            SlotEnds ends{identity.network, slot.stream,    slot.epoch,
                          stream.origin,    origin->enc_pk, pair.pk};
            for (const PskEntry& psk : identity.psks)
                if (auto key = open_slot(slot, ends, pair.sk, psk); key.ok())
                    derive(slot.stream, slot.epoch, *key);
        }
    }
    void derive(const StreamId& stream, Epoch epoch, const EpochKey& key) {
        for (const auto& [at, entry] : recorded_)
            if (at.stream == stream && entry.header().epoch == epoch)
                keys_[at] = to_bytes(entry_key(key, stream, at.seq).expose());
    }
    std::optional<Bytes> plain(const ListedEntry& at) {
        auto entry = recorded_.find(at);
        auto key = keys_.find(at);
        if (entry == recorded_.end() || key == keys_.end()) return std::nullopt;
        auto trusted = trust_stored(entry->second, entry->second.id());
        if (!trusted.ok()) return std::nullopt;
        auto opened = open_body(*trusted, EntryKey(ByteView(key->second)));
        return opened.ok() ? std::optional(*opened) : std::nullopt;
    }
    // True while grants bring keys.
    bool open_grants() {
        std::size_t before = keys_.size();
        std::vector<ListedEntry> places;
        for (const auto& [at, entry] : recorded_) places.push_back(at);
        for (const ListedEntry& at : places) {
            auto text = plain(at);
            auto content = text ? parse_content(*text) : Result<SignedContent>(Errc::malformed, "");
            if (!content.ok()) continue;
            auto operation = parse_operation(content->operation);
            if (!operation.ok() || !operation->has_history()) continue;
            auto list = parse_history(operation->history());
            auto keys = parse_history_keys(*text, list->entries.size());
            for (std::size_t i = 0; keys.ok() && i < keys->size(); ++i)
                keys_.try_emplace(list->entries[i], to_bytes(keys->at(i).expose()));
        }
        return keys_.size() > before;
    }

    TestNet& net_;
    const StreamState none_{};
    std::map<ListedEntry, UnverifiedEntry> recorded_;
    std::map<ListedEntry, Bytes> keys_;
};

}  // namespace rilon
