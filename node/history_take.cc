// Taking history: a grant to us stays closed in the store until its keys are taken. Each key is
// tried as any entry is opened, in a job; what it opens is checked, kept and shown as an alert that
// comes in. When nothing more can be had of it the grant is destroyed, key and body, and its origin
// told. After a crash it is begun again: what has its key already is passed over.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "node/open_stored.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
constexpr std::size_t keys_a_step = 256;
constexpr std::size_t grants_of_one_max = 16;  // Of one granter; more are not looked at.
constexpr std::uint64_t wait_ms = 3 * ms_day;  // For entries that have not come.
constexpr std::uint64_t look_again_ms = 30 * ms_second;
}  // namespace

// Never indexed: it says nothing of an alert, and nobody is shown it.
void NodeCore::got_history(const EntryHeader& header, const OpenedContent& content) {
    const auto* checked = std::get_if<OfficerContent>(&content.content);
    auto operation = checked == nullptr ? Result<proto::Operation>(Errc::malformed, "")
                                        : parse_operation(checked->operation);
    if (!operation.ok() || is_self(header.origin) || is_coordinator()) return;
    auto list = parse_history(operation->history());
    const ListedEntry place{header.stream, header.seq};
    if (!list.ok() || list->to != identity_.id || history_.taken.contains(place)) return;
    if (history_.taken_of(header.origin) >= grants_of_one_max)
        return log(4, fmt::format("history_refused origin={} note=\"too many at once\"",
                                  header.origin.brief()));
    TakenHistory grant;
    grant.by = header.origin;
    grant.epoch = header.epoch;
    grant.since = now_;
    grant.entries = std::move(list->entries);
    history_.taken[place] = std::move(grant);
    save_taken();
    if (named_by_redact({place.stream, place.seq}))
        apply_redacts();  // It came before we could read.
}

// --- one key ---------------------------------------------------------------------------------

// May the key of this entry be taken, by this grant? Rules: node/history.cc.
NodeCore::Take NodeCore::may_take(const TakenHistory& grant, const ListedEntry& entry) const {
    const StreamInfo* info = stream(entry.stream);
    if (grant.refused.contains(entry)) return Take::no;
    if (info == nullptr) return Take::later;
    auto held = store_.entry(entry.stream, entry.seq);
    if (!held.ok()) return Take::no;
    if (!held->has_value()) return Take::later;
    const EntryHeader& header = (*held)->entry.header();
    if (header.kind != EntryKind::content || taken_back(entry)) return Take::no;
    if (index_.meaning({entry.stream, entry.seq}).has_value() ||
        store_.entry_key(entry.stream, entry.seq).ok())
        return Take::no;  // We have it.
    if ((*held)->entry.absent()) return (*held)->erased ? Take::no : Take::later;
    return is_entitled(*info, header) || same_party(header.origin, grant.by) ? Take::now : Take::no;
}

// It is ours, or its K was for us.
bool NodeCore::is_entitled(const StreamInfo& info, const EntryHeader& header) const {
    if (is_self(header.origin)) return true;
    auto granted = granted_at(info, header.epoch);
    return granted.has_value() && had_slot(info, *granted, identity_.id);
}

// The job's answer. What it says decides whether it was for us.
void NodeCore::on_granted(EntryOpened opened) {
    const ListedEntry entry{opened.header.stream, opened.header.seq};
    auto at = history_.taken.find(*opened.granted_by);
    if (at == history_.taken.end()) return;  // Destroyed meanwhile.
    TakenHistory& grant = at->second;
    auto tried = grant.trying.extract(entry);
    if (tried.empty() || erased_in_batch({entry.stream, entry.seq})) return;
    if (Status may = check_granted(grant, opened); !may.ok()) {
        grant.refused.insert(entry);
        return log(4, fmt::format("history_key_refused origin={} stream={} seq={} code={}",
                                  grant.by.brief(), entry.stream.brief(), entry.seq.value,
                                  errc_name(may.code())));
    }
    index_.note_opened({entry.stream, entry.seq});
    write(PutEntryKey{entry.stream, entry.seq, std::move(tried.mapped())});
    index_content(opened.header, opened.received, std::move(*opened.content));
}

Status NodeCore::check_granted(const TakenHistory& grant, const EntryOpened& opened) const {
    if (!opened.content.ok()) return opened.content.error();
    if (may_take(grant, {opened.header.stream, opened.header.seq}) != Take::now)
        return {Errc::not_permitted, ""};
    const auto* content = std::get_if<OfficerContent>(&opened.content->content);
    if (content == nullptr) return {Errc::not_authorised, ""};
    const StreamInfo& info = *stream(opened.header.stream);
    if (is_entitled(info, opened.header)) return {};
    auto operation = parse_operation(content->operation);
    if (!operation.ok()) return operation.error();
    return releasable(info, *operation, grant.by, identity_.id);
}

// --- the grant -------------------------------------------------------------------------------

Result<std::vector<EntryKey>> NodeCore::keys_of(const ListedEntry& place, std::size_t count) const {
    auto stored = open_stored(store_, {place.stream, place.seq});  // It may not be committed yet.
    if (!stored.ok()) return stored.error();
    auto keys = parse_history_keys(stored->plain, count);
    wipe(stored->plain);
    return keys;
}

// Some of its keys; true when there is nothing more to wait for. A pass that took anything is
// followed by another, which finds what came of it.
bool NodeCore::take_some(const ListedEntry& place, TakenHistory& grant, std::size_t& left) {
    const bool waits = now_.since(grant.since) < wait_ms;
    auto keys = keys_of(place, grant.entries.size());
    if (!keys.ok()) {
        grant.again = now_.plus(ms_second);
        return keys.code() == Errc::malformed || !waits;
    }
    for (; grant.next < grant.entries.size() && left > 0; ++grant.next) {
        const ListedEntry& entry = grant.entries[grant.next];
        const Take may = may_take(grant, entry);
        grant.lacks = grant.lacks || may == Take::later;
        if (may != Take::now) continue;
        auto held = store_.entry(entry.stream, entry.seq);
        const EntryId id = (*held)->entry.id();
        const UnixMillis received = (*held)->received;
        auto trusted = trust_stored(std::move((*held)->entry), id);
        if (!trusted.ok()) continue;
        EntryKey& key = keys->at(grant.next);
        out_->jobs.push_back(Job{OpenEntryJob{std::move(*trusted), key.duplicate(), received,
                                              OfficerCheck::now, place}});
        grant.trying.insert_or_assign(entry, std::move(key));
        ++opening_;
        grant.took = true;
        --left;
    }
    if (grant.next < grant.entries.size()) return false;
    grant.next = 0;
    const bool took = std::exchange(grant.took, false);
    const bool lacks = std::exchange(grant.lacks, false);
    if (!took) grant.again = now_.plus(look_again_ms);
    return !took && !(lacks && waits);
}

void NodeCore::take_history() {
    if (options_.refuse_intake || directory_.empty()) return;
    std::size_t left = keys_a_step;
    std::vector<ListedEntry> done;
    for (auto& [place, grant] : history_.taken)
        if (left > 0 && now_ >= grant.again && take_some(place, grant, left)) done.push_back(place);
    for (const ListedEntry& place : done) finish_history(place);
}

// Its K goes first: nothing else is in that epoch, and if there is, it comes by its slot again.
void NodeCore::finish_history(const ListedEntry& place) {
    auto at = history_.taken.find(place);
    StreamInfo* info = stream(place.stream);
    if (at == history_.taken.end() || mutant(Mutant::history_kept)) return;
    const Epoch epoch = at->second.epoch;
    history_.taken.erase(at);
    save_taken();
    if (info == nullptr) return;
    auto held = store_.entry(place.stream, place.seq);
    if (held.ok() && held->has_value())
        ack(*info, place.seq, (*held)->entry.id(), AckLevel::opened);
    close_epoch(*info, epoch);
    erase_now(*info, {{place.seq, place.seq}});
}

// Whatever it lists that is taken back takes the grant along, and what was not taken of it.
void NodeCore::settle_taken() {
    std::vector<ListedEntry> due;
    for (const auto& [place, grant] : history_.taken)
        if (std::any_of(grant.entries.begin(), grant.entries.end(),
                        [this](const ListedEntry& entry) { return taken_back(entry); }))
            due.push_back(place);
    for (const ListedEntry& place : due) finish_history(place);
}

// Destroyed, whoever began it.
void NodeCore::forget_history(const EntryRef& ref) {
    if (history_.taken.erase({ref.stream, ref.seq}) > 0) save_taken();
    if (history_.given.erase({ref.stream, ref.seq}) > 0) save_given();
}

}  // namespace rilon
