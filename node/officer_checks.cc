// Officers' signatures that catch-up put off. An alert that came in bulk can be found at once; its
// officer is checked when somebody looks at it (node/query.cc) or when there is time, here. Nobody
// is shown it before. Only publications wait: what changes another alert was checked when it was
// opened.
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

void NodeCore::put_off_check(const EntryRef& ref) {
    auto [it, fresh] = to_check_.try_emplace(ref.stream, ref.seq);
    if (!fresh) it->second = std::min(it->second, ref.seq);
}

// Some, when nothing else is to do. What can't be read now stays in `to_check_`: a start looks
// again.
void NodeCore::check_officers() {
    bool busy = !to_open_.empty() || !queued_.empty() || opening_ > 0;
    if (busy || options_.refuse_intake || mutant(Mutant::never_check_officers)) return;
    std::size_t left = check_batch;
    for (auto it = to_check_.begin(); it != to_check_.end() && left > 0;) {
        const auto& [stream, first] = *it;
        auto seq = index_.next_unchecked(stream, first);
        bool all_read = true;
        while (seq.has_value() && left > 0) {
            all_read = check_officer({stream, *seq}) && all_read;
            --left;
            seq = index_.next_unchecked(stream, seq->next());
        }
        bool none_left = left > 0 && !index_.next_unchecked(stream, first).has_value();
        it = none_left && all_read ? to_check_.erase(it) : std::next(it);
    }
}

// False: it can't be read, and counts as not opened; `repair` fetches it.
bool NodeCore::check_officer(const EntryRef& ref) {
    auto stored = store_.entry(ref.stream, ref.seq);
    if (stored.ok() && (!stored->has_value() || (*stored)->entry.absent()))
        return true;  // Not committed yet; or erased, and the index is told.
    auto key = store_.entry_key(ref.stream, ref.seq);
    if (stored.ok() && key.ok()) {
        EntryId id = (*stored)->entry.id();
        UnixMillis received = (*stored)->received;
        auto trusted = trust_stored(std::move((*stored)->entry), id);
        if (trusted.ok()) {
            out_->jobs.push_back(Job{OpenEntryJob{std::move(*trusted), std::move(*key), received}});
            ++opening_;
            return true;
        }
    }
    index_.take_back(ref);
    look_again(ref);
    return false;
}

void NodeCore::on_officer_checked(const EntryOpened& opened) {
    const EntryRef ref{opened.header.stream, opened.header.seq};
    if (opened.content.ok()) return index_.note_officer_good(ref);
    auto meaning = index_.meaning(ref);
    index_.take_back(ref);
    refuse_officer(opened.header, opened.content.code());
    // A start must not take it for checked, nor open it for the first time.
    IndexedEntry refused{ref, opened.header.origin, next_arrival_, opened.received, 0, {}};
    refused.record.set_operation(proto::SearchRecord::REFUSED);
    refused.record.set_alert_id(meaning->alert.str());
    write(PutSearchRecord{ref.stream, ref.seq,
                          to_bytes(as_bytes(refused.record.SerializeAsString()))});
    index_.add(refused);
}

void NodeCore::refuse_officer(const EntryHeader& header, Errc why) {
    log(3, fmt::format("officer_refused stream={} seq={} code={}", header.stream.brief(),
                       header.seq.value, errc_name(why)));
}

// Somebody else holds this alert id. Where his officer is unchecked he must not keep the author
// out: he is checked now, the newcomer opened once more after that.
bool NodeCore::check_holder_first(const AlertId& id, const EntryHeader& newcomer) {
    auto alert = index_.alert(id);
    if (!alert.has_value()) return false;
    bool checked = true;
    for (const EntryRef& ref : alert->revisions) {
        if (!index_.officer_unchecked(ref)) continue;
        check_officer(ref);
        checked = false;
    }
    if (!checked) queue_open(newcomer.stream, newcomer.epoch, newcomer.seq);
    return !checked;
}

// --- over a restart ---------------------------------------------------------------------------

void NodeCore::save_checks() {
    if (to_check_ == saved_to_check_) return;
    saved_to_check_ = to_check_;
    ByteWriter out;
    for (const auto& [stream, seq] : to_check_) out.raw(stream.view()).u64(seq.value);
    write(PutPrivate{"to-check", std::move(out).take()});
}

Status NodeCore::load_checks() {
    auto stored = store_.private_value("to-check");
    if (!stored.ok()) return stored.error();
    if (!stored->has_value()) return {};
    ByteReader in(**stored);
    while (!in.rest().empty() && !in.failed()) {
        auto stream = in.fixed<StreamId>();
        to_check_[stream] = Seq{in.u64()};
    }
    saved_to_check_ = to_check_;
    return {};
}

}  // namespace rilon
