// A whole network in memory, founded and enrolled by the real statements: the same options give the
// same keys, ids and links. Tests and the simulator hold all its secrets.
#pragma once

#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "protocol/directory.h"
#include "protocol/grant.h"
#include "protocol/statement.h"
#include "tests/support/seeded_rng.h"

namespace rilon {

struct FoundingOptions {
    struct RilonSpec {
        std::string code;
        std::string host;
    };
    std::uint64_t seed = 1;
    unsigned rso_persons = 3;
    unsigned rso_threshold = 2;
    std::vector<RilonSpec> rilons = {{"BKK", "THA"}, {"KUL", "MYS"}};
    // Each mission's party has a node in each RILON: "aus-bkk", "aus-kul" …
    std::vector<std::string> missions = {"AUS", "CAN", "GBR"};
    // Missions of the first RILON that are known and not enrolled yet: "ita-bkk".
    std::vector<std::string> spares = {};
    bool host_nodes = true;  // "tha-bkk" …
    unsigned deputies = 1;   // Per RILON.
    unsigned coordinators = 1;
    UnixMillis start{1795420800000};
    // Endpoint of a node by name; empty: it only dials. Null: the host's nodes listen.
    std::string (*endpoint)(const std::string& node, bool is_host) = nullptr;
};

struct TestPerson {
    Person person;
    SignSecretKey sk;
    TransportSecretKey transport_sk;
};

struct TestNode {
    NodeId id;
    NodeApplication application;
    std::deque<SignKeyPair> sign;  // By generation, from 1.
    std::deque<EncKeyPair> enc;    // Oldest first.
    TransportKeyPair transport;

    const SignSecretKey& sk() const { return sign.back().sk; }
    const SignPublicKey& pk() const { return sign.back().pk; }
};

struct TestCoordinator {
    CoordinatorInfo info;
    SignSecretKey sk;
    TransportSecretKey transport_sk;
};

class TestNetwork {
   public:
    using Signers = std::vector<const TestPerson*>;

    explicit TestNetwork(FoundingOptions options = {});

    const FoundingOptions& options() const { return options_; }
    const NetworkId& id() const { return network_; }
    SeededRng& rng() { return rng_; }
    Directory& directory() { return directory_; }
    const Directory& directory() const { return directory_; }
    const DirectoryState& state() const { return directory_.now(); }

    // Recorded time of the next record; advances only when told to.
    UnixMillis time() const { return time_; }
    void advance(std::uint64_t ms) { time_ = time_.plus(ms); }

    const TestPerson& rso(std::size_t i) const { return *rso_.at(i); }
    const TestPerson& chair(const std::string& rilon) const { return *chairs_.at(rilon); }
    const TestPerson& deputy(const std::string& rilon, std::size_t i = 0) const {
        return *deputies_.at(rilon).at(i);
    }
    const TestPerson& administrator(const std::string& party) const {
        return *administrators_.at(party);
    }
    const TestNode& node(const std::string& name) const { return *nodes_.at(name); }
    TestNode& node(const std::string& name) { return *nodes_.at(name); }
    // Enrolled, in the order of enrolment.
    const std::vector<std::string>& node_names() const { return node_names_; }
    // Not enrolled yet; `node` finds them.
    const std::vector<std::string>& spare_names() const { return spare_names_; }
    const TestCoordinator& coordinator(std::size_t i = 0) const { return *coordinators_.at(i); }
    const SignKeyPair& online() const { return online_; }
    const Psk& psk() const { return psk_; }

    // --- making ---
    TestPerson make_person(const std::string& name, const std::string& party);
    // A second key of the same person.
    TestPerson make_person_as(const PersonId& id, const std::string& name,
                              const std::string& party);
    TestNode make_node(const std::string& name, const std::string& party, const std::string& rilon,
                       const std::string& endpoint = "");
    proto::SignedRequest request(const TestPerson& person) const;
    proto::SignedRequest request(const TestNode& node) const;
    // The ROOT in force as a body to change: version + 1, the same persons, keys and coordinators.
    proto::Root next_root() const;
    // Drafts against the present state, valid for statement_valid_ms from time().
    Drafter drafter();

    // --- signing and applying ---
    Bytes authorise(ByteView statement, const Signers& signers) const;
    Bytes authorise(ByteView statement, const TestNode& node) const;
    DirectoryRecord next_record(Bytes statement, Bytes authorisations) const;
    Status apply(const Bytes& statement, const Signers& signers);
    Status apply(const Bytes& statement, const TestNode& node);
    // What the founding persons would do; each asserts that it worked.
    Signers threshold() const;  // As many RSO persons as are needed.
    Signers admitters(const std::string& party, const std::string& rilon) const;
    void add_party(const std::string& code, const std::string& under = "");
    void add_rilon(const std::string& code, const std::string& host);
    // Enrols it and keeps its secrets.
    TestNode& admit(TestNode node);
    void suspend(const std::string& node, bool key_compromised = false);
    void revoke(const std::string& node, std::span<const StreamCut> cuts = {});
    void rotate_encryption(const std::string& node);
    void replace_signing_key(const std::string& node, std::span<const StreamCut> cuts = {});

    Checkpoint checkpoint() const;  // Of the newest record, issued at time().
    NetworkPin pin() const { return {network_, directory_.record(DirSeq{0})}; }
    NodeGrant grant(const std::string& node) const;

   private:
    void found();
    void make_coordinators();
    void apply_or_die(const Bytes& statement, const Bytes& authorisations);
    std::string endpoint_of(const std::string& node, bool is_host) const;

    using PersonPtr = std::unique_ptr<TestPerson>;

    FoundingOptions options_;
    SeededRng rng_;
    NetworkId network_;
    UnixMillis time_;
    Directory directory_;
    SignKeyPair online_;
    Psk psk_;
    std::vector<PersonPtr> rso_;
    std::map<std::string, PersonPtr> chairs_;
    std::map<std::string, std::vector<PersonPtr>> deputies_;
    std::map<std::string, PersonPtr> administrators_;
    std::map<std::string, std::unique_ptr<TestNode>> nodes_;
    std::vector<std::string> node_names_;
    std::vector<std::string> spare_names_;
    std::vector<std::unique_ptr<TestCoordinator>> coordinators_;
};

}  // namespace rilon
