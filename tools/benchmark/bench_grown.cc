// P8, the part in a process of its own: the larger store is opened first and its memory read before
// anything else is there; then the smaller one beside it, and both are asked in turns.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>

#include "node/known_certificates.h"
#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_growth.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_origin.h"

namespace rilon::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t rounds = 200;
constexpr std::size_t searches = 40;
constexpr std::size_t search_rounds = 7;

void say(const std::string& name, double value) {
    std::printf("%s %.9g\n", name.c_str(), value);
}

// Of /proc/self/status, in bytes.
double status_bytes(const std::string& what) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(what + ":")) return 1024 * std::stod(line.substr(what.size() + 1));
    give_up("no " + what + " in /proc/self/status");
}

double heap_bytes() {
    struct mallinfo2 info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

double thread_us() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

class Grown {
   public:
    Grown(const TestNetwork& network, const std::string& dir, std::size_t alerts)
        : node_(network, grown_reader, {grown_dir(dir, alerts), 1, false, grown_seed}),
          origin_(network, "gbr-bkk", "BKK"),
          alerts_(alerts) {}

    // Waits until it answers; ends the process when it does not hold what it should.
    void serve() {
        proto::StatusResponse status = node_.status();
        if (status.alerts() != alerts_) give_up("P8: a store without its alerts");
    }
    void greet() {
        node_.turn(origin_.greeting());
        for (std::size_t i = 0; i < origin_.entries(); ++i) (void)push(i);
    }
    // Microseconds of processor; the flush of a shared disk would hide what grows.
    double post() {
        std::vector<Event> events;
        events.push_back(node_.request(prepare_bulletin("BKK", ++number_)));
        const double before = node_.cpu();
        node_.turn(std::move(events));
        auto answers = node_.take_answers();
        if (answers.size() != 1) give_up("P8: a PREPARE without an answer");
        events.clear();
        events.push_back(node_.request(
            commit_of(parse_response(answers.front().response).prepared(), node_.parts)));
        node_.turn(std::move(events));
        answers = node_.take_answers();
        if (answers.size() != 1 || !parse_response(answers.front().response).has_posted())
            give_up("P8: a post not posted");
        return (node_.cpu() - before) * 1e6;
    }
    double ingest() {
        origin_.add_alert(lookout(extra_.next()));
        return push(origin_.entries() - 1);
    }
    // Processor time of the query, which must find something.
    double search(const proto::SearchRequest& what) {
        proto::Request request;
        request.set_id(1);
        *request.mutable_search() = what;
        Bytes bytes = to_bytes(as_bytes(request.SerializeAsString()));
        known_shown().forget_signatures();  // As a row that was never shown before.
        double start = thread_us();
        Bytes answer = node_.parts.core->answer(bytes);
        double took = thread_us() - start;
        if (parse_response(answer).search().matches_size() < 1)
            give_up("P8: a search that finds nothing");
        return took;
    }

   private:
    double push(std::size_t index) {
        std::size_t ignored = 0;
        std::vector<Event> events = origin_.replies(node_.take_sent(), ignored);
        events.push_back(origin_.push(index));
        const double before = node_.cpu();
        node_.turn(std::move(events));
        return (node_.cpu() - before) * 1e6;
    }
    ScriptedNode node_;
    BenchOrigin origin_;
    Population extra_{3};
    std::size_t alerts_;
    std::uint64_t number_ = 0;
};

void compare(const char* name, Grown& few, Grown& many, const std::function<double(Grown&)>& step) {
    std::vector<double> of_few, of_many;
    for (std::size_t i = 0; i < rounds; ++i) {
        of_few.push_back(step(few));
        of_many.push_back(step(many));
    }
    say(std::string(name) + "_few", median(of_few));
    say(std::string(name) + "_many", median(of_many));
}

// Of each question the least of some rounds, since what else goes on only adds; of these the
// median.
void compare_searches(const char* name, Grown& few, Grown& many,
                      const std::vector<proto::SearchRequest>& questions) {
    std::vector<double> of_few, of_many;
    for (const auto& question : questions) {
        double least_few = few.search(question), least_many = many.search(question);
        for (std::size_t i = 1; i < search_rounds; ++i) {
            least_few = std::min(least_few, few.search(question));
            least_many = std::min(least_many, many.search(question));
        }
        of_few.push_back(least_few);
        of_many.push_back(least_many);
    }
    say(std::string(name) + "_few", median(of_few));
    say(std::string(name) + "_many", median(of_many));
}

}  // namespace

void measure_grown(const TestNetwork& network, const std::string& dir, std::size_t few_alerts,
                   std::size_t many_alerts) {
    std::vector<proto::SearchRequest> by_document, by_name;
    GrownPersons persons;
    for (std::size_t i = 0; i < few_alerts && by_name.size() < searches; ++i) {
        InventedPerson person = persons.next();
        if (i % persons_per_stranger != 0 && by_document.size() >= searches) continue;
        by_document.emplace_back().set_doc(person.document);
        if (i % persons_per_stranger == 0) by_name.emplace_back().set_name(person.name());
    }
    say("resident_before", status_bytes("VmRSS"));
    const double heap = heap_bytes();
    const double cpu = cpu_seconds();
    const auto start = SteadyClock::now();
    Grown many(network, dir, many_alerts);
    many.serve();
    say("serving_s", std::chrono::duration<double>(SteadyClock::now() - start).count());
    (void)many.search(by_document.front());
    say("searching_s", std::chrono::duration<double>(SteadyClock::now() - start).count());
    say("start_cpu_s", cpu_seconds() - cpu);
    say("resident", status_bytes("VmRSS"));
    say("anonymous", status_bytes("RssAnon"));
    say("heap", heap_bytes() - heap);
    Grown few(network, dir, few_alerts);
    few.serve();
    for (Grown* one : {&few, &many}) {
        one->greet();
        (void)one->post();
        (void)one->ingest();
    }
    compare("post", few, many, [](Grown& one) { return one.post(); });
    compare("ingest", few, many, [](Grown& one) { return one.ingest(); });
    compare_searches("document", few, many, by_document);
    compare_searches("name", few, many, by_name);
}

}  // namespace rilon::bench
