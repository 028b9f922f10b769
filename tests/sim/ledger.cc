#include "tests/sim/ledger.h"

#include <algorithm>
#include <cstring>

#include "node/index.h"

namespace rilon {
namespace {

std::uint32_t first_bytes(const Byte* at) {
    std::uint32_t out;
    std::memcpy(&out, at, sizeof out);
    return out;
}

// In the base audience by what kind it is, whatever the node's standing.
bool in_base(const AudienceInfo& audience, const NodeRecord& node, const DirectoryState& state) {
    switch (audience.kind) {
        case AudienceInfo::Kind::network: return true;
        case AudienceInfo::Kind::rilon: return node.rilon == audience.rilon;
        case AudienceInfo::Kind::missions:
            return node.rilon == audience.rilon &&
                   !state.is_or_under(node.party, state.rilon(node.rilon)->host);
        case AudienceInfo::Kind::group:
            return std::find(audience.named.begin(), audience.named.end(), node.id) !=
                   audience.named.end();
    }
    return false;
}

bool in_definition(const AudienceDefinition& definition, const NodeRecord& node,
                   const DirectoryState& state) {
    const auto& named = definition.named;
    if (!named.empty() && std::find(named.begin(), named.end(), node.id) == named.end())
        return false;
    return std::none_of(
        definition.excluded.begin(), definition.excluded.end(),
        [&](const std::string& party) { return state.is_or_under(node.party, party); });
}

// The last letter about this alert in this stream.
std::optional<EntryRef> newest_letter(const Index& index, const AlertId& alert,
                                      const StreamId& stream) {
    std::optional<EntryRef> out;
    auto look = [&](const EntryRef& ref) {
        if (ref.stream == stream && (!out.has_value() || out->seq < ref.seq)) out = ref;
    };
    for (const OnwardState& one : index.onward_of(alert)) {
        look(one.asked);
        for (const OnwardAnswered& answer : one.answers) look(answer.ref);
    }
    return out;
}

// The last entry of this stream by which it was said.
std::optional<EntryRef> newest(const AlertState& alert, const std::string& what,
                               const StreamId& stream) {
    std::vector<EntryRef> said = what == "remark" ? alert.remarks : alert.revisions;
    if (what == "withdraw" || what == "narrowing") said.clear();
    if (what == "withdraw" && alert.withdrawal.has_value()) said.push_back(*alert.withdrawal);
    if (what == "narrowing")
        for (const Narrowing& narrowing : alert.narrowings) said.push_back(narrowing.ref);
    auto last = std::find_if(said.rbegin(), said.rend(),
                             [&](const EntryRef& ref) { return ref.stream == stream; });
    if (last == said.rend()) return std::nullopt;
    return *last;
}

}  // namespace

// --- the directory ------------------------------------------------------------------------------

void Ledger::learn(const Directory& directory) {
    if (directory.size() <= directory_.size()) return;
    for (std::uint64_t n = directory_.size(); n < directory.size(); ++n)
        for (auto& [id, stream] : streams_) widen(stream, *directory.at(DirSeq{n}));
    directory_ = directory;
}

bool Ledger::good(const NodeId& node) const {
    const NodeRecord* record = state().node(node);
    return record != nullptr && record->standing == Standing::good;
}

// --- promises -----------------------------------------------------------------------------------

std::string Ledger::said(const std::string& done, const Posted& posted) {
    const Daemon& author = net_.daemon(posted.node);
    if (done == "narrow") note_narrowed(posted);
    for (const Posted::Part& part : posted.parts) {
        const bool takes_back = done == "narrow" && &part != &posted.parts.front();
        const std::string what =
            part.name == "letter" ? part.name : std::string(takes_back ? "narrowing" : done);
        auto& party = parties_[part.alert];
        party.insert(part.readers.begin(), part.readers.end());
        party.insert(author.id());
        Said one{what, posted.node, part.alert, part.stream, {}, {}, part.readers};
        auto state = author.running() ? author.node().index().alert(part.alert) : std::nullopt;
        std::optional<EntryRef> ref = state ? newest(*state, what, part.stream) : std::nullopt;
        if (one.is_letter() && author.running())
            ref = newest_letter(author.node().index(), part.alert, part.stream);
        if (what == "withdraw") withdrawn_.insert(part.alert);
        if (!author.running()) continue;  // It went down after its answer: restarts show the rest.
        if (!ref.has_value())
            return "(1) " + what + " at " + posted.node + " was acknowledged, is not held";
        one.seq = ref->seq;
        if (!author.disk().entries.contains({ref->stream, ref->seq}))
            return "(1) " + what + " at " + posted.node + " was acknowledged, not durable";
        one.last = one.seq;
        for (auto next = author.disk().entries.find({one.stream, one.last.next()});
             next != author.disk().entries.end() &&
             next->second.entry.header().kind == EntryKind::chunk;
             next = author.disk().entries.find({one.stream, one.last.next()}))
            one.last = one.last.next();
        said_.push_back(std::move(one));
    }
    return "";
}

// Its two parts: the revision for those who stay, the withdrawal from all.
void Ledger::note_narrowed(const Posted& posted) {
    const AlertId& alert = posted.alert();
    for (Said& one : said_) one.over = one.over || (one.alert == alert && one.is_text());
    narrowed_alerts_.insert(alert);
    std::set<NodeId> dropped = posted.parts.at(1).readers;
    for (const NodeId& stays : posted.parts.at(0).readers) dropped.erase(stays);
    const Daemon& author = net_.daemon(posted.node);
    auto state = author.running() ? author.node().index().alert(alert) : std::nullopt;
    auto ref = state ? newest(*state, "narrowing", posted.parts.at(1).stream) : std::nullopt;
    if (ref.has_value())
        narrowed_.push_back({alert, posted.node, *ref, std::move(dropped)});
    else
        unsure_.insert(alert);  // It went down after its answer.
}

bool Ledger::is_dropped(const AlertId& alert, const NodeId& node) const {
    return std::any_of(narrowed_.begin(), narrowed_.end(), [&](const Narrowed& one) {
        return one.alert == alert && one.dropped.contains(node);
    });
}

std::vector<const Said*> Ledger::open_posts() const {
    std::vector<const Said*> out;
    for (const Said& one : said_)
        if (one.what == "post" && !one.lost && !withdrawn_.contains(one.alert) &&
            !unsure_.contains(one.alert))
            out.push_back(&one);
    return out;
}

bool Ledger::owed(const Said& said) const {
    return !said.lost && trusted(said.node) && !is_forked(said.stream) && good(said.node);
}

const std::set<NodeId>* Ledger::party_to(const AlertId& alert) const {
    auto it = parties_.find(alert);
    return it == parties_.end() ? nullptr : &it->second;
}

void Ledger::told(const AlertId& alert, const std::set<NodeId>& nodes) {
    parties_[alert].insert(nodes.begin(), nodes.end());
}

void Ledger::may_be_granted(const proto::PreparedResponse& shown) {
    for (const auto& part : shown.parts()) {
        if (part.part() == "letter") continue;
        const auto alert = AlertId::copy_of(as_bytes(part.alert_id()));
        for (const auto& reader : part.readers())
            granted_[alert].insert(NodeId::copy_of(as_bytes(reader.node_id())));
        told(alert, granted_[alert]);
    }
}

bool Ledger::may_ask(const AlertId& alert, const NodeId& node) const {
    auto granted = granted_.find(alert);
    if (granted != granted_.end() && granted->second.contains(node)) return true;
    return std::any_of(said_.begin(), said_.end(), [&](const Said& one) {
        return one.alert == alert && one.is_text() && may_know(node, one.stream);
    });
}

void Ledger::may_be_given(Given what) {
    told(what.alert, {net_.daemon(what.to).id()});
    given_.push_back(std::move(what));
}

void Ledger::given(const std::string& by, const std::string& to) {
    for (Given& one : given_)
        if (one.by == by && one.to == to) one.acknowledged = true;
}

bool Ledger::owed_history(const Given& what) const {
    constexpr std::uint64_t kept_ms = 7 * ms_day;  // Slots and grants last longer than that.
    auto steady = [&](const std::string& name) {
        return trusted(name) && good(name) && !was_put_out(net_.daemon(name).id()) &&
               !was_restored_since(name, what.at) && !was_clock_moved(name);
    };
    // Where one of its entries is taken back the whole grant is.
    const bool whole = std::none_of(given_.begin(), given_.end(), [&](const Given& other) {
        return other.grant == what.grant && (withdrawn_.contains(other.alert) ||
                                             is_unsure(other.alert) || is_narrowed(other.alert));
    });
    return what.acknowledged && whole && steady(what.by) && steady(what.to) &&
           net_.now().since(what.at) < kept_ms;
}

// --- who may know -------------------------------------------------------------------------------

std::set<NodeId> Ledger::members(const Stream& stream, const DirectoryState& state,
                                 bool in_good_standing) const {
    std::set<NodeId> out;
    const AudienceInfo* base =
        state.audience(stream.definition ? stream.definition->base : stream.audience);
    if (base == nullptr) return out;
    for (const auto& [id, node] : state.nodes) {
        if (in_good_standing && node->standing != Standing::good) continue;
        if (!in_base(*base, *node, state)) continue;
        if (!stream.definition || id == stream.origin ||
            in_definition(*stream.definition, *node, state))
            out.insert(id);
    }
    return out;
}

void Ledger::widen(Stream& stream, const DirectoryState& state) const {
    stream.may_know.merge(members(stream, state, false));
}

void Ledger::founded(const StreamId& id, const NodeId& origin, const AudienceId& audience,
                     std::optional<AudienceDefinition> definition) {
    Stream stream{origin, audience, std::move(definition), {origin}, false};
    const AudienceInfo* base = state().audience(audience);
    stream.open_to_all = base != nullptr && base->kind == AudienceInfo::Kind::network;
    widen(stream, state());
    if (!streams_.emplace(id, std::move(stream)).second) return;
    by_first_bytes_.emplace(first_bytes(id.data()), id);
    first_bytes_[first_bytes(id.data()) & 0xffff] = true;
}

bool Ledger::may_know(const NodeId& node, const StreamId& stream) const {
    auto it = streams_.find(stream);
    return it == streams_.end() || it->second.open_to_all || it->second.may_know.contains(node);
}

std::optional<StreamId> Ledger::names_forbidden(const NodeId& node, ByteView bytes) const {
    for (std::size_t i = 0; i + StreamId::size() <= bytes.size(); ++i) {
        std::uint32_t first = first_bytes(&bytes[i]);
        if (!first_bytes_[first & 0xffff]) continue;
        auto [from, to] = by_first_bytes_.equal_range(first);
        for (auto it = from; it != to; ++it)
            if (std::memcmp(it->second.data(), &bytes[i], StreamId::size()) == 0 &&
                !may_know(node, it->second))
                return it->second;
    }
    return std::nullopt;
}

std::optional<std::set<NodeId>> Ledger::members_at(const StreamId& stream, DirSeq n) const {
    auto it = streams_.find(stream);
    const DirectoryState* then = directory_.at(n);
    if (it == streams_.end() || then == nullptr) return std::nullopt;
    return members(it->second, *then, true);
}

std::set<NodeId> Ledger::members_now(const StreamId& stream) const {
    auto out = members_at(stream, state().n).value_or(std::set<NodeId>{});
    // Admitted, but the sequencer went down before it answered: nobody has started it.
    std::erase_if(out, [&](const NodeId& id) { return net_.by_id(id) == nullptr; });
    return out;
}

// --- what makes promises void -------------------------------------------------------------------

void Ledger::forked(const Fork& fork) {
    forks_.push_back(fork);
    forked_.insert(fork.stream);
}

void Ledger::must_keep(Kept what) {
    for (const auto& [name, daemon] : net_.daemons()) {
        auto held = daemon->disk().entries.find({what.stream, what.seq});
        if (!daemon->is_coordinator() && held != daemon->disk().entries.end() &&
            held->second.body == MemoryDisk::Body::present)
            what.holders.insert(daemon->id());
    }
    kept_.push_back(std::move(what));
}

void Ledger::restored(const std::string& node) {
    restored_[node] = net_.now();
    const MemoryDisk& disk = net_.daemon(node).disk();
    for (Said& one : said_) {
        if (one.node != node) continue;
        one.receipts_lost = true;
        one.lost = one.lost || !disk.entries.contains({one.stream, one.seq});
        if (one.lost && one.what == "withdraw") unsure_.insert(one.alert);
        if (is_narrowed(one.alert)) forgotten_.insert(one.alert);
    }
}

void Ledger::carrier_lost() {
    for (Said& one : said_) one.receipts_lost = true;
}

}  // namespace rilon
