// One plan carried out: a network comes up, its officers work, faults and malice happen; then the
// faults stop and the network must come to rest.
#pragma once

#include "tests/sim/mallory.h"
#include "tests/sim/oracle.h"
#include "tests/sim/plan.h"

namespace rilon {

struct SimResult {
    std::vector<std::string> problems;
    std::vector<std::string> tail;  // The last events before the end.
    Hash32 trace;
    std::uint64_t events = 0;
    std::uint64_t operations = 0;  // Acknowledged.
    std::uint64_t rest_ms = 0;     // Virtual time until rest.
    std::uint64_t virtual_ms = 0;  // All of it.
    FaultCounts faults;
    bool ok() const { return problems.empty(); }
};

enum class Trace { off, print };
SimResult run_plan(const Plan& plan, Trace trace = Trace::off);

std::string outcome(const Result<Posted>& posted);  // For the trace.

class Run {
   public:
    Run(const Plan& plan, Trace trace);
    SimResult run();

   private:
    void act(const Action& action);
    // run.cc: officers
    std::vector<Bytes> attachments() const;
    void post(const Action& action, unsigned times);
    PostWish wish(const std::string& node, const Action& action) const;
    void change(const std::string& what, const Action& action);
    proto::NarrowWish narrower(const Said& said, const Action& action);
    bool knows_narrowed(const Said& said) const;
    Result<Posted> remark(const std::string& by, const AlertId& alert, std::uint64_t which);
    void history(const Action& action);
    const std::string& in_need(const Action& action) const;
    // run_onward.cc: onward release and orphans
    void ask(const Action& action);
    void ask(Said post, const std::string& whom, const Action& action);
    void answer(const Action& action);
    void answer(const std::string& by, const proto::Onward& asked, bool grant);
    std::optional<Said> orphan_of(std::uint64_t n) const;
    const Daemon* reader_of(const Said& said, std::uint64_t n) const;
    void orphan(const Action& action);
    // run_people.cc: persons and the directory
    void suspend(const Action& action);
    void confirm_suspension();
    void reinstate(const Action& action);
    void revoke(const Action& action);
    void rotate(const Action& action);
    void replace(const Action& action);
    void sign_replacement(const std::string& name, const StatementDraft& draft);
    void cancel_replacement(const std::string& name, std::uint64_t takes);
    void group(const Action& action);
    void admit();
    void submit(const std::function<Bytes(Drafter&)>& draft, const TestNetwork::Signers& signers,
                bool apart);
    std::vector<NodeId> suspended() const;
    std::vector<StreamCut> cuts_of(const Daemon& node);
    // run_faults.cc
    void between(const Action& action);
    void isolate(const Action& action);
    void away(const Action& action);
    void fill(const Action& action);
    void slow(const Action& action);
    void clock(const Action& action);
    void backup(const Action& action);
    void restore(const Action& action);
    void lose_disk();
    void calm();
    void restart_all();
    void come_to_rest(SimResult& out);

    const std::string& node(std::uint64_t n) const { return names_[n % names_.size()]; }
    std::string end(std::uint64_t n) const;
    // Random numbers of this action alone: other actions may go, and it stays the same.
    SeededRng draw(const Action& action) const;

    const Plan& plan_;
    TestNet net_;
    Oracle oracle_;
    Mallory mallory_;
    std::vector<std::string> names_;
    std::map<std::string, std::shared_ptr<const MemoryDisk>> backups_;
    std::optional<AudienceId> group_;
    std::uint64_t texts_ = 0;
};

}  // namespace rilon
