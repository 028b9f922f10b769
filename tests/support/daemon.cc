#include "tests/support/daemon.h"

#include "node/control.pb.h"
#include "node/lease.h"
#include "node/query.h"

namespace rilon {

TestOfficer make_test_officer(const NetworkId& network, const std::string& node, Rng& rng) {
    TestOfficer out{make_sign_key_pair(rng), make_transport_key_pair(rng), {}};
    proto::OfficerRequest request;
    request.set_name("Officer of " + node);
    request.set_display_sign(node + "/01");
    request.set_sign_pk(out.sign.pk.str());
    request.set_transport_pk(out.transport.pk.str());
    const std::string zero(1, '\0');
    Bytes message = to_bytes(as_bytes(request.name() + zero + request.display_sign() + zero));
    message.insert(message.end(), out.transport.pk.view().begin(), out.transport.pk.view().end());
    request.set_possession(sign(out.sign.sk, possession_message(network, message)).str());
    out.request = to_bytes(as_bytes(request.SerializeAsString()));
    return out;
}

Daemon::Daemon(const TestNetwork& network, const std::string& name, const TestOfficer& officer,
               std::uint64_t seed)
    : name_(name), officer_(officer), rng_(seed), disk_(std::make_shared<MemoryDisk>()) {
    identity_.network = network.id();
    options_.software = "test";
    options_.first_administrator = officer.request;
    if (name.starts_with("coordinator")) {
        const TestCoordinator& one = network.coordinator();
        identity_.role = NodeRole::coordinator;
        identity_.id = one.info.id;
        identity_.sign = {one.info.sign_pk, one.sk.duplicate()};
        identity_.transport = {one.info.transport_pk, one.transport_sk.duplicate()};
        identity_.online = SignKeyPair{network.online().pk, network.online().sk.duplicate()};
    } else {
        const TestNode& one = network.node(name);
        identity_.id = one.id;
        identity_.sign = {one.pk(), one.sk().duplicate()};
        identity_.transport = {one.transport.pk, one.transport.sk.duplicate()};
        for (const EncKeyPair& pair : one.enc)
            identity_.enc.push_back({pair.pk, pair.sk.duplicate()});
        identity_.psks.push_back({network.state().psk_generation, network.psk().duplicate()});
        options_.hub = options_.publishes_rilon = !one.application.endpoint.empty();
        options_.dial.push_back(network.coordinator().info.transport_pk);
        for (const std::string& other : network.node_names()) {
            const TestNode& node = network.node(other);
            if (other != name && !node.application.endpoint.empty() &&
                node.application.rilon == one.application.rilon)
                options_.dial.push_back(node.transport.pk);
        }
    }
    for (std::uint64_t n = 0; n < network.directory().size(); ++n)
        disk_->directory.emplace(DirSeq{n}, network.directory().record(DirSeq{n}));
}

Result<std::vector<Output>> Daemon::start(UnixMillis now) {
    store_ = std::make_unique<MemoryStore>(disk_);
    auto epoch = disk_->private_values.find("feed_epoch");  // As Lease::take does.
    if (epoch != disk_->private_values.end())
        options_.feed_epoch = std::max(options_.feed_epoch, ByteReader(epoch->second).u64());
    auto node = Node::start(identity_, options_, *store_, rng_, now);
    if (!node.ok()) return node.error();
    node_ = std::move(*node);
    Outputs out;
    node_->greet(out);
    return finish(std::move(out), now, CrashPoint::none);
}

void Daemon::kill() {
    node_.reset();
    store_.reset();
    admitted_ = {};
}

void Daemon::wipe() {
    kill();
    disk_ = std::make_shared<MemoryDisk>();
}

std::shared_ptr<const MemoryDisk> Daemon::backup() const {
    return std::make_shared<const MemoryDisk>(*disk_);
}

void Daemon::restore(const MemoryDisk& backup, LeaseAfter lease) {
    kill();
    disk_ = std::make_shared<MemoryDisk>(backup);
    if (lease == LeaseAfter::equal) return;
    disk_->private_values[restored_name] = {};
    ++options_.feed_epoch;
}

void Daemon::run_jobs(Outputs& out, UnixMillis now) {
    while (!out.jobs.empty()) {
        std::vector<Job> jobs = std::move(out.jobs);
        out.jobs.clear();
        jobs_ += jobs.size();
        std::vector<JobResult> results;
        for (Job& job : jobs) results.push_back(run_job(std::move(job), node_->directory()));
        for (JobResult& result : results) node_->step(JobDone{std::move(result)}, now, out);
    }
}

Result<std::vector<Output>> Daemon::finish(Outputs out, UnixMillis now, CrashPoint crash) {
    run_jobs(out, now);
    node_->flush(out);
    run_jobs(out, now);
    ++turns_;
    if (crash == CrashPoint::before_commit) {
        kill();
        return std::vector<Output>{};
    }
    if (!out.writes.empty()) {
        if (disk_fault)
            if (Status fault = disk_fault(out.writes); !fault.ok()) return fault.error();
        if (on_batch) on_batch(out.writes);
        Status done = store_->append(std::move(out.writes));
        if (!done.ok()) return done.error();
    }
    if (crash == CrashPoint::after_commit) {
        kill();
        return std::vector<Output>{};
    }
    for (Output& output : out.after) {
        if (const auto* admit = std::get_if<AdmitPeers>(&output)) admitted_ = *admit;
        if (auto* change = std::get_if<ChangeIdentity>(&output)) {  // The file with it.
            change_identity(identity_, std::move(*change));
            identity_.stored = true;
        }
    }
    return std::move(out.after);
}

Result<std::vector<Output>> Daemon::turn(std::vector<Event> events, UnixMillis now,
                                         CrashPoint crash) {
    bool due = now >= node_->next_timer();
    Outputs out;
    for (Event& event : events) node_->step(std::move(event), now, out);
    if (due) node_->step(Tick{}, now, out);
    auto done = finish(std::move(out), now, crash);
    if (!done.ok() || !running() || !store_->use().erase_pending) return done;
    auto erased = store_->erase();
    if (!erased.ok()) return erased.error();
    Outputs more;
    node_->step(ErasedEvent{std::move(*erased)}, now, more);
    auto then = finish(std::move(more), now, CrashPoint::none);
    if (!then.ok()) return then;
    for (Output& output : *then) done->push_back(std::move(output));
    return done;
}

Bytes Daemon::answer(const Bytes& request, UnixMillis now) {
    auto directory = std::make_shared<Directory>(node_->directory());
    return answer_query(request, {*store_, node_->index(), directory, id(), node_->feed_epoch(),
                                  now, node_->heard(now), node_->sure_time(now)});
}

}  // namespace rilon
