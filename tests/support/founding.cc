#include "tests/support/founding.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace rilon {
namespace {

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string node_name(const std::string& party, const std::string& rilon) {
    return lower(party) + "-" + lower(rilon);
}

}  // namespace

TestNetwork::TestNetwork(FoundingOptions options)
    : options_(std::move(options)),
      rng_(options_.seed),
      network_(rng_.bytes<NetworkId>()),
      time_(options_.start),
      directory_(network_),
      online_(make_sign_key_pair(rng_)),
      psk_(rng_.secret<Psk>()) {
    found();
    for (const FoundingOptions::RilonSpec& spec : options_.rilons) {
        if (!administrators_.contains(spec.host)) add_party(spec.host);
        add_rilon(spec.code, spec.host);
    }
    for (const std::string& party : options_.missions)
        if (!administrators_.contains(party)) add_party(party);
    for (const FoundingOptions::RilonSpec& spec : options_.rilons) {
        if (options_.host_nodes) {
            std::string name = node_name(spec.host, spec.code);
            admit(make_node(name, spec.host, spec.code, endpoint_of(name, true)));
        }
        for (const std::string& party : options_.missions) {
            std::string name = node_name(party, spec.code);
            if (nodes_.contains(name)) continue;
            admit(make_node(name, party, spec.code, endpoint_of(name, false)));
        }
    }
    for (const std::string& party : options_.spares) {
        const std::string& rilon = options_.rilons.front().code;
        std::string name = node_name(party, rilon);
        add_party(party);
        nodes_[name] =
            std::make_unique<TestNode>(make_node(name, party, rilon, endpoint_of(name, false)));
        spare_names_.push_back(name);
    }
}

std::string TestNetwork::endpoint_of(const std::string& node, bool is_host) const {
    if (options_.endpoint != nullptr) return options_.endpoint(node, is_host);
    return is_host ? "tcp://" + node + ".example:7001" : "";
}

void TestNetwork::make_coordinators() {
    for (unsigned i = 0; i < options_.coordinators; ++i) {
        SignKeyPair signing = make_sign_key_pair(rng_);
        TransportKeyPair transport = make_transport_key_pair(rng_);
        std::string name = "coordinator-" + std::to_string(i + 1);
        CoordinatorInfo info{make_node_id(network_, signing.pk),
                             name,
                             signing.pk,
                             transport.pk,
                             "tcp://" + name + ".example:7001",
                             "tcp://" + name + ".example:7002",
                             "tcp://" + name + ".example:7003"};
        coordinators_.push_back(std::make_unique<TestCoordinator>(
            TestCoordinator{info, std::move(signing.sk), std::move(transport.sk)}));
    }
}

void TestNetwork::found() {
    make_coordinators();
    proto::Root root;
    root.set_version(1);
    root.set_network_name("Test network");
    for (unsigned i = 0; i < options_.rso_persons; ++i) {
        rso_.push_back(std::make_unique<TestPerson>(
            make_person("RSO officer " + std::to_string(i + 1), "RSO")));
        *root.add_persons() = request(*rso_.back());
    }
    root.set_threshold(options_.rso_threshold);
    root.set_online_pk(online_.pk.str());
    for (const auto& one : coordinators_)
        *root.add_coordinators() = make_coordinator(network_, one->info, one->sk);
    root.set_network_audience(rng_.bytes<AudienceId>().str());
    root.set_psk_generation(1);
    Bytes statement = drafter().root(root);
    apply_or_die(statement, authorise(statement, threshold()));
}

TestPerson TestNetwork::make_person(const std::string& name, const std::string& party) {
    return make_person_as(rng_.bytes<PersonId>(), name, party);
}

TestPerson TestNetwork::make_person_as(const PersonId& id, const std::string& name,
                                       const std::string& party) {
    SignKeyPair signing = make_sign_key_pair(rng_);
    TransportKeyPair transport = make_transport_key_pair(rng_);
    return {{id, name, party, signing.pk, transport.pk},
            std::move(signing.sk),
            std::move(transport.sk)};
}

TestNode TestNetwork::make_node(const std::string& name, const std::string& party,
                                const std::string& rilon, const std::string& endpoint) {
    TestNode node;
    node.sign.push_back(make_sign_key_pair(rng_));
    node.enc.push_back(make_enc_key_pair(rng_));
    node.transport = make_transport_key_pair(rng_);
    node.id = make_node_id(network_, node.sign.front().pk);
    std::string live = endpoint.empty() ? "" : endpoint.substr(0, endpoint.rfind(':')) + ":7002";
    node.application = {
        name,     party, rilon, node.sign.front().pk, node.enc.front().pk, node.transport.pk,
        endpoint, live,  "test"};
    return node;
}

proto::SignedRequest TestNetwork::request(const TestPerson& person) const {
    return make_person_request(network_, person.person, person.sk);
}

proto::SignedRequest TestNetwork::request(const TestNode& node) const {
    return make_node_request(network_, node.application, node.sign.front().sk);
}

proto::Root TestNetwork::next_root() const {
    proto::Root root;
    root.set_version(state().root_version + 1);
    root.set_network_name(state().network_name);
    for (const PersonPtr& one : rso_) *root.add_persons() = request(*one);
    root.set_threshold(state().rso_threshold);
    root.set_online_pk(online_.pk.str());
    for (const auto& one : coordinators_)
        *root.add_coordinators() = make_coordinator(network_, one->info, one->sk);
    root.set_network_audience(state().network_audience.str());
    root.set_psk_generation(state().psk_generation);
    return root;
}

Drafter TestNetwork::drafter() {
    return Drafter(rng_, draft_basis(directory_, time_));
}

Bytes TestNetwork::authorise(ByteView statement, const Signers& signers) const {
    Bytes out;
    for (const TestPerson* one : signers) {
        Bytes part = make_authorisation(network_, statement, one->person.sign_pk, one->sk);
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

Bytes TestNetwork::authorise(ByteView statement, const TestNode& node) const {
    return make_authorisation(network_, statement, node.pk(), node.sk());
}

DirectoryRecord TestNetwork::next_record(Bytes statement, Bytes authorisations) const {
    return {DirSeq{directory_.size()}, time_, std::move(statement), std::move(authorisations)};
}

Status TestNetwork::apply(const Bytes& statement, const Signers& signers) {
    return directory_.apply(next_record(statement, authorise(statement, signers)));
}

Status TestNetwork::apply(const Bytes& statement, const TestNode& signer) {
    return directory_.apply(next_record(statement, authorise(statement, signer)));
}

void TestNetwork::apply_or_die(const Bytes& statement, const Bytes& authorisations) {
    Status done = directory_.apply(next_record(statement, authorisations));
    if (!done) {
        std::fprintf(stderr, "test network: %s\n", done.error().detail.c_str());
        std::abort();
    }
}

TestNetwork::Signers TestNetwork::threshold() const {
    Signers out;
    for (std::size_t i = 0; i < options_.rso_threshold; ++i) out.push_back(rso_.at(i).get());
    return out;
}

TestNetwork::Signers TestNetwork::admitters(const std::string& party,
                                            const std::string& rilon) const {
    return {&administrator(party), &rso(0), &chair(rilon)};
}

void TestNetwork::add_party(const std::string& code, const std::string& under) {
    auto person = std::make_unique<TestPerson>(make_person("Administrator of " + code, code));
    proto::SignedRequest administrator_request = request(*person);
    Bytes statement =
        drafter().add_party({code, "Party " + code, under, {}}, {&administrator_request, 1});
    apply_or_die(statement, authorise(statement, threshold()));
    administrators_[code] = std::move(person);
}

void TestNetwork::add_rilon(const std::string& code, const std::string& host) {
    auto leader = std::make_unique<TestPerson>(make_person("Chair of " + code, host));
    RilonDraft draft{code, "RILON " + code, host, request(*leader), {}};
    std::vector<PersonPtr> second;
    for (unsigned i = 0; i < options_.deputies; ++i) {
        second.push_back(std::make_unique<TestPerson>(
            make_person("Deputy " + std::to_string(i + 1) + " of " + code, host)));
        draft.deputies.push_back(request(*second.back()));
    }
    Bytes statement = drafter().establish(draft);
    apply_or_die(statement, authorise(statement, threshold()));
    chairs_[code] = std::move(leader);
    deputies_[code] = std::move(second);
}

TestNode& TestNetwork::admit(TestNode node) {
    Bytes statement = drafter().add_node(request(node));
    apply_or_die(statement,
                 authorise(statement, admitters(node.application.party, node.application.rilon)));
    std::string name = node.application.name;
    node_names_.push_back(name);
    nodes_[name] = std::make_unique<TestNode>(std::move(node));
    return *nodes_[name];
}

void TestNetwork::suspend(const std::string& name, bool key_compromised) {
    Bytes statement = drafter().suspend(node(name).id, "test", key_compromised);
    apply_or_die(statement, authorise(statement, Signers{&rso(0)}));
}

void TestNetwork::revoke(const std::string& name, std::span<const StreamCut> cuts) {
    Bytes statement = drafter().revoke(node(name).id, "test", cuts);
    apply_or_die(statement,
                 authorise(statement, Signers{&rso(0), &chair(node(name).application.rilon)}));
}

void TestNetwork::rotate_encryption(const std::string& name) {
    TestNode& it = node(name);
    EncKeyPair next = make_enc_key_pair(rng_);
    Bytes statement = drafter().rotate_encryption(it.id, next.pk);
    apply_or_die(statement, authorise(statement, it));
    it.enc.push_back(std::move(next));
}

void TestNetwork::replace_signing_key(const std::string& name, std::span<const StreamCut> cuts) {
    TestNode& it = node(name);
    SignKeyPair next = make_sign_key_pair(rng_);
    Bytes statement = drafter().replace_key(network_, it.id, {&next, nullptr}, cuts);
    apply_or_die(statement,
                 authorise(statement, admitters(it.application.party, it.application.rilon)));
    it.sign.push_back(std::move(next));
}

Checkpoint TestNetwork::checkpoint() const {
    return make_checkpoint(network_, state().n, state().link, time_, online_.sk);
}

NodeGrant TestNetwork::grant(const std::string& name) const {
    return {pin(), state().psk_generation, psk_.duplicate(), node(name).id};
}

}  // namespace rilon
