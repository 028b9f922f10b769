#include "tests/sim/run.h"

#include "protocol/attachment.h"
#include "tests/sim/networks.h"

namespace rilon {
namespace {

constexpr std::uint64_t rest_ms_max = 240 * ms_second;
}  // namespace

std::string outcome(const Result<Posted>& posted) {
    if (!posted.ok()) return posted.error().detail;
    return posted->alert().hex() + " in " + posted->parts.front().stream.brief();
}

SimResult run_plan(const Plan& plan, Trace trace) {
    return Run(plan, trace).run();
}

Run::Run(const Plan& plan, Trace trace)
    : plan_(plan),
      net_(founded(plan.shape), plan.net),
      oracle_((net_.add_all(), net_)),
      mallory_(net_, oracle_.ledger()),
      names_(net_.network().node_names()) {
    net_.trace = trace == Trace::print;
    if (plan.kept_seconds > 0)
        net_.coordinator().options().bodies_kept_ms = plan.kept_seconds * ms_second;
}

std::string Run::end(std::uint64_t n) const {
    std::uint64_t which = n % (names_.size() + 1);
    return which == 0 ? "coordinator-1" : names_[which - 1];
}

SeededRng Run::draw(const Action& action) const {
    std::uint64_t mixed = plan_.net;
    for (std::uint64_t n : action.n) mixed = mixed * 6364136223846793005u + n + 1;
    return SeededRng(mixed);
}

SimResult Run::run() {
    UnixMillis began = net_.now();
    net_.start_all();
    net_.run(3 * ms_second);
    net_.quality = plan_.quality;
    if (plan_.mallory.has_value()) mallory_.become(end(*plan_.mallory), plan_.withheld_percent);
    std::size_t turn = 0;
    for (const Action& action : plan_.actions) {
        act(action);
        net_.run(action.wait_ms);
        auto& daemons = net_.daemons();
        oracle_.examine(
            *std::next(daemons.begin(), static_cast<long>(turn++ % daemons.size()))->second);
    }
    SimResult out;
    calm();
    come_to_rest(out);
    if (mallory_.active()) {  // Old entries come again to a network at rest.
        mallory_.replay_everything();
        net_.run(2 * ms_second);
    }
    oracle_.judge();
    restart_all();
    come_to_rest(out);
    oracle_.judge();
    out.problems.insert(out.problems.end(), oracle_.problems().begin(), oracle_.problems().end());
    out.trace = net_.trace_hash();
    out.events = net_.events();
    out.faults = net_.faults;
    out.operations = oracle_.ledger().all().size();
    out.virtual_ms = net_.now().since(began);
    out.tail.assign(net_.tail().begin(), net_.tail().end());
    return out;
}

void Run::restart_all() {
    for (const auto& [name, daemon] : net_.daemons()) {
        net_.kill(name);
        net_.start(name);
    }
}

void Run::come_to_rest(SimResult& out) {
    UnixMillis from = net_.now();
    std::string why = oracle_.unrest();
    while (!why.empty() && net_.now().since(from) < rest_ms_max && net_.broken().empty()) {
        net_.run(2 * ms_second);
        why = oracle_.unrest();
    }
    out.rest_ms += net_.now().since(from);
    if (!why.empty()) out.problems.push_back("no rest: " + why);
}

void Run::act(const Action& a) {
    switch (a.verb) {
        case Verb::post: return post(a, 1);
        case Verb::burst: return post(a, 12);
        case Verb::withdraw: return change("withdraw", a);
        case Verb::supersede: return change("supersede", a);
        case Verb::narrow: return change("narrow", a);
        case Verb::confirm: return change("remark", a);
        case Verb::history: return history(a);
        case Verb::ask: return ask(a);
        case Verb::answer: return answer(a);
        case Verb::orphan: return orphan(a);
        case Verb::feed: {
            std::string wrong = oracle_.feeds().poll(node(a.n[0]));
            if (!wrong.empty()) oracle_.problem(wrong);
            return;
        }
        case Verb::acknowledge: return oracle_.feeds().acknowledge(node(a.n[0]));
        case Verb::suspend: return suspend(a);
        case Verb::confirm_suspension: return confirm_suspension();
        case Verb::reinstate: return reinstate(a);
        case Verb::revoke: return revoke(a);
        case Verb::rotate: return rotate(a);
        case Verb::replace: return replace(a);
        case Verb::group: return group(a);
        case Verb::admit: return admit();
        case Verb::partition:
        case Verb::one_way:
        case Verb::broken: return between(a);
        case Verb::heal: return net_.heal_all();
        case Verb::isolate: return isolate(a);
        case Verb::kill:
        case Verb::stop: return away(a);
        case Verb::fill: return fill(a);
        case Verb::slow: return slow(a);
        case Verb::clock: return clock(a);
        case Verb::backup: return backup(a);
        case Verb::restore: return restore(a);
        case Verb::lose_disk: return lose_disk();
        case Verb::malice: return mallory_.act(a.n[0], draw(a));
        case Verb::sleep: return net_.sleep(a.n[0] * ms_minute);
        case Verb::count_: return;
    }
}

// --- officers -----------------------------------------------------------------------------------

PostWish Run::wish(const std::string& from, const Action& action) const {
    const NodeApplication& self = net_.network().node(from).application;
    const std::string& host = net_.network().state().rilon(self.rilon)->host;
    const std::string& whom = node(action.n[2]);
    const NodeApplication& other = net_.network().node(whom).application;
    PostWish out{self.rilon};
    out.precedence = static_cast<Precedence>(action.n[2] % 4);
    switch (action.n[1] % 8) {
        case 0: out.audience = "network"; break;
        case 1: out.except_host = self.party != host; break;
        case 2:
            if (other.party != self.party) out.exclude.push_back(other.party);
            break;
        case 3:
            if (whom != from && other.rilon == self.rilon) out.only.push_back(whom);
            break;
        case 4:
            if (group_.has_value()) out.audience = "ops";
            break;
        default: break;
    }
    return out;
}

// Beside every fourth alert a picture, now and then one of two chunks and another behind it.
std::vector<Bytes> Run::attachments() const {
    if (texts_ % 4 != 0) return {};
    auto picture = [&](std::size_t size) {
        Bytes out = to_bytes(as_bytes("canary-picture-" + std::to_string(texts_)));
        out.resize(size);
        return out;
    };
    if (texts_ % 32 != 0) return {picture(300)};
    return {picture(chunk_data_bytes + 1), picture(40)};
}

void Run::post(const Action& action, unsigned times) {
    const std::string& from = node(action.n[0]);
    PostWish what = wish(from, action);
    for (unsigned i = 0; i < times; ++i) {
        what.attached = attachments();
        auto posted = net_.post(from, what, "canary-" + std::to_string(++texts_));
        if (posted.ok()) oracle_.said("post", *posted);
        net_.note("post " + from + " to " + what.audience +
                  (what.except_host ? " except host" : "") +
                  (what.exclude.empty() ? "" : " but " + what.exclude.front()) +
                  (what.only.empty() ? "" : " only " + what.only.front()) + ": " + outcome(posted));
    }
}

Result<Posted> Run::remark(const std::string& by, const AlertId& alert, std::uint64_t which) {
    if (which % 3 == 1) return net_.dispute(by, alert, "doubtful");
    if (which % 3 == 2) return net_.hit(by, alert, "canary-" + std::to_string(++texts_));
    return net_.confirm(by, alert);
}

// Without one reader's party, with one reader alone, or without the host.
proto::NarrowWish Run::narrower(const Said& said, const Action& action) {
    auto reader =
        std::next(said.readers.begin(), static_cast<long>(action.n[1] % said.readers.size()));
    const std::string& name = net_.by_id(*reader)->name();
    proto::NarrowWish out;
    switch (action.n[2] % 3) {
        case 0: out.add_exclude(net_.network().node(name).application.party); break;
        case 1: out.add_only(name); break;
        default: out.set_except_host(true); break;
    }
    return out;
}

bool Run::knows_narrowed(const Said& said) const {
    const Daemon& author = net_.daemon(said.node);
    auto state = author.running() ? author.node().index().alert(said.alert) : std::nullopt;
    return state.has_value() && !state->openings.empty();
}

void Run::change(const std::string& what, const Action& action) {
    auto posts = oracle_.ledger().open_posts();
    if (posts.empty()) return;
    Said one = *posts[action.n[0] % posts.size()];
    Result<Posted> done = Error{Errc::invalid, ""};
    if (what == "withdraw") done = net_.withdraw(one.node, one.alert);
    if (what == "remark" && !one.readers.empty()) {
        auto reader =
            std::next(one.readers.begin(), static_cast<long>(action.n[1] % one.readers.size()));
        if (!net_.by_id(*reader)->running()) return;
        done = remark(net_.by_id(*reader)->name(), one.alert, action.n[2]);
    }
    if (what == "narrow" && !one.readers.empty())
        done = net_.narrow(one.node, one.alert, narrower(one, action));
    if (what == "supersede") {
        // Who knows that it was narrowed can't name other readers; who forgot it does.
        const std::string& rilon = net_.network().node(one.node).application.rilon;
        done = net_.supersede(one.node, one.alert, {knows_narrowed(one) ? std::string() : rilon},
                              "canary-" + std::to_string(++texts_) + " again");
    }
    if (done.ok()) oracle_.said(what, *done);
    if (!done.ok() && done.code() == Errc::unreachable) {  // It may be durable all the same.
        Ledger& ledger = oracle_.ledger();
        if (what == "withdraw" || what == "narrow") ledger.unsure(one.alert);
        ledger.told(one.alert, ledger.members_now(one.stream));
    }
    net_.note(what + " of " + one.node + "'s " + one.alert.hex() + ": " + outcome(done));
}

// Mostly one who joined late or was put back to what he was.
const std::string& Run::in_need(const Action& action) const {
    std::vector<const std::string*> all;
    for (const std::string& name : names_)
        if (oracle_.ledger().was_restored(name)) all.push_back(&name);
    if (names_.size() > net_.network().node_names().size()) all.push_back(&names_.back());
    if (all.empty() || action.n[2] % 4 == 0) return node(action.n[1]);
    return *all[action.n[1] % all.size()];
}

// What the officer was shown is what the receiver may have from then on, and must have at rest.
void Run::history(const Action& action) {
    const std::string& by = node(action.n[0]);
    const std::string& to = in_need(action);
    if (by == to || !oracle_.ledger().good(by)) return;
    proto::PrepareRequest what;
    what.mutable_operation()->mutable_history();
    what.mutable_history()->set_node(to);
    const std::set<AlertId> gone = oracle_.seen_withdrawn(by);
    auto shown = net_.prepare(by, what);
    if (!shown.ok()) return net_.note("history by " + by + ": " + shown.error().detail);
    const std::size_t listed = oracle_.may_be_given(by, to, *shown, gone);
    auto given = net_.commit(by, *shown);
    if (given.ok()) oracle_.ledger().given(by, to);
    net_.note("history of " + std::to_string(listed) + " by " + by + " for " + to + ": " +
              outcome(given));
}

}  // namespace rilon
