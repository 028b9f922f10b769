// rilon status: what a node says of itself and its links, by who asks. An officer of the node is
// told everything. A person of the directory may be of a state that an audience leaves out: what
// moves when somebody posts is not for him, be it a count, a size or the time at which a peer was
// heard.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"

namespace rilon {
namespace {

constexpr double store_nearly_full_ratio = 0.8;

}  // namespace

StatusView NodeCore::status_view(const Asker& asker) {
    if (asker.officer != nullptr) return StatusView::all;
    return asker.person.has_value() && asker.person->rso ? StatusView::health
                                                         : StatusView::directory;
}

void NodeCore::on_status(const Asker& asker, ClientId client, const proto::Request& request) {
    proto::Response response;
    auto* out = response.mutable_status();
    out->set_node(node_name(identity_.id));
    out->set_role(is_coordinator() ? "coordinator" : "node");
    out->set_software(options_.software);
    out->set_uptime_ms(now_.since(started_));
    out->set_records(directory_.size());
    if (newest_checkpoint_.has_value()) out->set_checkpoint_ms(newest_checkpoint_->issued.value);
    const StatusView view = status_view(asker);
    for (const auto& [id, peer] : peers_) show_peer(id, peer, view, *out->add_peers());
    if (view == StatusView::all) show_counts(*out);
    if (view == StatusView::all) warn_of_keys(*out);
    if (view == StatusView::all) warn_of_releases(*out);
    if (view != StatusView::directory) warn_of_health(*out);
    if (!directory_.empty()) warn_of_directory(*out);
    answer(client, response, request.id());
}

void NodeCore::show_peer(const NodeId& id, const PeerInfo& peer, StatusView view,
                         proto::PeerStatus& row) const {
    const bool connected = peer.up && peer.greeted;
    row.set_name(node_name(id));
    row.set_node_id(id.str());
    row.set_connected(connected);
    row.set_software(peer.software);
    if (view == StatusView::all)
        row.set_last_heard_ms(peer.last_heard.value);
    else if (!connected)
        row.set_last_heard_ms(peer.last_heard.value - peer.last_heard.value % ms_minute);
    if (view == StatusView::directory) return;
    std::uint64_t behind = 0;
    for (const auto& [stream_id, info] : streams_) {
        auto head = info.peer_heads.find(id);
        if (head != info.peer_heads.end() && head->second > info.state.head)
            behind += head->second.value - info.state.head.value;
    }
    if (view == StatusView::all)
        row.set_behind(behind);
    else
        row.set_lacks(behind > 0);
}

void NodeCore::show_counts(proto::StatusResponse& out) const {
    out.set_counts(true);
    out.set_alerts(index_.readable_alerts());
    out.set_unopened(index_.unopened());
    std::uint64_t entries = 0;
    std::uint64_t outbox = 0;
    for (const auto& [id, info] : streams_) {
        if (!info.state.founded) continue;
        entries += info.state.head.value + 1;
        if (!is_self(info.state.origin) || info.retired) continue;
        Seq held{};
        for (const auto& [node, ack] : info.held_by) held = std::max(held, ack.seq);
        outbox += info.state.head.value - held.value;
    }
    out.set_entries(entries);
    out.set_outbox(outbox);
    StoreUse use = store_.use();
    out.set_store_ratio(use.ratio());
    out.set_last_commit_us(use.last_commit_us);
    out.set_commits(use.commits);
    out.set_gaps_repaired(counters_.gaps_repaired);
    out.set_refused(counters_.refused);
    out.set_published(counters_.published);
    out.set_received(counters_.received);
}

// Who of this node's officers decides may look days later than who asked.
void NodeCore::warn_of_releases(proto::StatusResponse& out) const {
    auto asking = index_.asking_release();
    const auto waiting = std::count_if(asking.begin(), asking.end(),
                                       [&](const AlertState& one) { return is_self(one.origin); });
    if (waiting != 0)
        out.add_warnings(fmt::format(
            "{} of this node's alerts wait for a second officer: rilon release", waiting));
    if (const std::size_t asked = onward_waiting(); asked != 0)
        out.add_warnings(fmt::format(
            "{} from other nodes to let others have an alert {} for an answer: rilon release",
            asked == 1 ? "1 request" : fmt::format("{} requests", asked),
            asked == 1 ? "waits" : "wait"));
}

// Of the disk, and of origins: by their names, never of a stream.
void NodeCore::warn_of_health(proto::StatusResponse& out) {
    if (options_.refuse_intake)
        out.add_warnings("the disk is full: nothing new is taken until there is room");
    if (store_.use().ratio() > store_nearly_full_ratio)
        out.add_warnings("the store is more than 80 % full");
    for (const auto& [id, info] : streams_)
        if (info.state.frozen)
            out.add_warnings("a stream of " + node_name(info.state.origin) +
                             " is forked and frozen");
    if (directory_.empty()) return;
    warn_of_heads(out);
    warn_of_bare_redacts(out);
    warn_of_lacking(out);
    warn_of_own_heads(out);
    warn_of_restored(out);
    for (const NodeId& origin : quota_.waiting(now_))
        out.add_warnings(node_name(origin) +
                         " sent more than its share of today; the rest "
                         "waits until tomorrow (limits.origin_mib_per_day)");
}

void NodeCore::warn_of_directory(proto::StatusResponse& out) const {
    warn_of_suspends(out);
    warn_of_split(out);
    for (const NodeId& id : dialled()) {
        if (auto it = peers_.find(id); it == peers_.end() || !it->second.up)
            out.add_warnings("no connection to " + node_name(id));
    }
    if (now_.since(directory_as_of()) > directory_stale_ms)
        out.add_warnings(
            fmt::format("the directory is {} h old: alerts that leave somebody out "
                        "need --stale-directory; after 14 days nothing is posted",
                        now_.since(directory_as_of()) / ms_hour));
}

std::vector<QueueUse> NodeCore::queues() const {
    std::size_t early = 0;
    std::size_t early_bytes = 0;
    std::map<NodeId, std::size_t> of_origin;
    std::size_t of_one_origin = 0;
    for (const auto& [id, info] : streams_) {
        early = std::max(early, info.early.size());
        early_bytes = std::max(early_bytes, info.early_bytes);
        if (!is_self(info.state.origin))  // What we found ourselves nobody else fills.
            of_one_origin = std::max(of_one_origin, ++of_origin[info.state.origin]);
    }
    return {{"early entries of a stream", early, early_entries_max},
            {"early bytes of a stream", early_bytes, early_bytes_max},
            {"early bytes", early_room_.used(), early_room_.max()},
            {"early bytes of an origin", early_room_.most_of_one(), early_room_.share()},
            {"early slots", early_slots_room_.used(), early_slots_room_.max()},
            {"early slots of a peer", early_slots_room_.most_of_one(), early_slots_room_.share()},
            {"streams of an origin", of_one_origin, streams_per_origin_max},
            {"parked bytes", parked_room_.used(), parked_room_.max()},
            {"parked bytes of a peer", parked_room_.most_of_one(), parked_room_.share()},
            {"mail", mail_.size(), mail_max},
            {"carried mail", mail_.carried_room().used(), mail_.carried_room().max()},
            {"drafts", drafts_.size(), drafts_max},
            {"tickets", tickets_.size(), tickets_max},
            {"attached bytes", attached_bytes(nullptr), attached_bytes_max},
            {"attachments being read", attachments_open_.size(), attachments_open_max},
            {"held postings", held_posts_.size(), held_posts_max}};
}

}  // namespace rilon
