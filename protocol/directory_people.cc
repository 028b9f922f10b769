// ROOT, ESTABLISH and CHANGE RILON, ADD PARTY, ACTIVATE: who the persons are and what there is.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/directory_rules.h"
#include "protocol/directory_syntax.h"
#include "protocol/request.h"

namespace rilon {
namespace {

using Requests = google::protobuf::RepeatedPtrField<proto::SignedRequest>;

Status claim_person(const Person& person, DirectoryChange& change) {
    std::string owner = "person:" + person.id.hex();
    if (Status s = change.claim(person.sign_pk.view(), owner + ":sign"); !s) return s;
    return change.claim(person.transport_pk.view(), owner + ":transport");
}

// Reads a list of persons, each once and with keys of his own.
Result<std::vector<Person>> read_persons(const Requests& requests, int count_max,
                                         DirectoryChange& change) {
    if (requests.size() > count_max) return {Errc::malformed, "too many persons"};
    std::vector<Person> out;
    for (const proto::SignedRequest& request : requests) {
        auto person = parse_person_request(change.network, request);
        if (!person) return person.error();
        for (const Person& before : out)
            if (before.id == person->id)
                return {Errc::invalid, "the same person twice: " + person->name};
        if (Status s = claim_person(*person, change); !s) return s.error();
        out.push_back(std::move(*person));
    }
    return out;
}

Result<Person> read_person(const proto::SignedRequest& request, DirectoryChange& change) {
    auto person = parse_person_request(change.network, request);
    if (!person) return person.error();
    if (Status s = claim_person(*person, change); !s) return s.error();
    return person;
}

Status chair_is_no_deputy(const Rilon& rilon) {
    for (const Person& deputy : rilon.deputies)
        if (deputy.id == rilon.chair.id)
            return {Errc::invalid, "the chair can't be a deputy of the same RILON"};
    return {};
}

Result<AudienceId> new_audience_id(const std::string& bytes, const DirectoryState& state) {
    auto id = AudienceId::parse(bytes);
    if (!id) return id.error();
    if (id->is_zero()) return {Errc::malformed, "an audience without an id"};
    if (state.audience(*id) != nullptr) return {Errc::invalid, "an audience id that is taken"};
    return id;
}

void add_audience(DirectoryState& state, AudienceInfo audience) {
    AudienceId id = audience.id;
    state.audiences[id] = std::make_shared<const AudienceInfo>(std::move(audience));
}

Status read_coordinators(const proto::Root& body, DirectoryChange& change) {
    if (body.coordinators_size() > coordinators_max)
        return {Errc::malformed, "too many coordinators"};
    std::vector<CoordinatorInfo> out;
    for (const proto::Coordinator& one : body.coordinators()) {
        auto info = parse_coordinator(change.network, one);
        if (!info) return info.error();
        for (const CoordinatorInfo& before : out)
            if (before.id == info->id || before.name == info->name)
                return {Errc::invalid, "the same coordinator twice: " + info->name};
        if (change.state.node_by_name(info->name) != nullptr)
            return {Errc::invalid, "a coordinator with a node's name: " + info->name};
        std::string owner = "coordinator:" + info->id.hex();
        if (Status s = change.claim(info->sign_pk.view(), owner + ":sign"); !s) return s;
        if (Status s = change.claim(info->transport_pk.view(), owner + ":transport"); !s) return s;
        out.push_back(std::move(*info));
    }
    change.state.coordinators = std::move(out);
    return {};
}

Status check_root_version(const proto::Root& body, const DirectoryState& state) {
    if (body.version() != state.root_version + 1)
        return {Errc::invalid, fmt::format("a root of version {} after version {}", body.version(),
                                           state.root_version)};
    if (body.psk_generation() < state.psk_generation)
        return {Errc::invalid, "a root that goes back to an older pre-shared key"};
    return {};
}

Status set_network_audience(const proto::Root& body, DirectoryChange& change) {
    DirectoryState& state = change.state;
    auto id = AudienceId::parse(body.network_audience());
    if (!id) return id.error();
    if (id->is_zero()) return {Errc::malformed, "an audience without an id"};
    if (state.root_version > 0 && *id != state.network_audience)
        return {Errc::invalid, "a root that changes the network's audience"};
    if (state.root_version == 0) {
        state.network_audience = *id;
        add_audience(state, {*id, AudienceInfo::Kind::network, "network", "", {}, {}, {}});
    }
    return {};
}

}  // namespace

Status perform_root(const proto::Root& body, DirectoryChange& change) {
    DirectoryState& state = change.state;
    if (Status s = check_root_version(body, state); !s) return s;
    if (body.network_name().empty()) return {Errc::malformed, "a network without a name"};
    if (Status s = check_label(body.network_name(), display_name_chars_max, "the network's name");
        !s)
        return s;
    auto persons = read_persons(body.persons(), rso_persons_max, change);
    if (!persons) return persons.error();
    for (const Person& person : *persons)
        if (person.party != "RSO")
            return {Errc::invalid, "an RSO officer whose party is not RSO: " + person.name};
    if (body.threshold() < 2 || body.threshold() > persons->size() ||
        body.threshold() > rso_threshold_max)
        return {Errc::invalid, "an RSO threshold that is not 2 to the number of persons (8)"};
    auto online = parse_sign_key(body.online_pk());
    if (!online) return online.error();
    if (Status s = change.claim(online->view(), "online"); !s) return s;
    if (Status s = read_coordinators(body, change); !s) return s;
    if (Status s = set_network_audience(body, change); !s) return s;
    state.root_version = body.version();
    state.network_name = body.network_name();
    state.rso = std::move(*persons);
    state.rso_threshold = body.threshold();
    state.online_pk = *online;
    state.psk_generation = body.psk_generation();
    change.touched.insert("root");
    return {};
}

Status perform_establish(const proto::EstablishRilon& body, DirectoryChange& change) {
    DirectoryState& state = change.state;
    if (!well_formed_rilon_code(body.code()))
        return {Errc::malformed, "a RILON code that is not 2 to 8 capitals and digits"};
    if (state.rilon(body.code()) != nullptr)
        return {Errc::invalid, "there is a RILON " + body.code() + " already"};
    if (state.audience_by_name(body.code()) != nullptr)
        return {Errc::invalid, "a group has the name " + body.code()};
    if (body.name().empty()) return {Errc::malformed, "a RILON without a name"};
    if (Status s = check_label(body.name(), display_name_chars_max, "a RILON's name"); !s) return s;
    if (!well_formed_party_code(body.host()))
        return {Errc::malformed, "a RILON with a host code that is none"};
    if (!body.has_chair()) return {Errc::malformed, "a RILON without a chair"};
    auto chair = read_person(body.chair(), change);
    if (!chair) return chair.error();
    auto deputies = read_persons(body.deputies(), deputies_max, change);
    if (!deputies) return deputies.error();
    auto all = new_audience_id(body.all_audience(), state);
    if (!all) return all.error();
    auto missions = new_audience_id(body.missions_audience(), state);
    if (!missions) return missions.error();
    if (*all == *missions) return {Errc::invalid, "a RILON with one id for two audiences"};
    Rilon rilon{body.code(),          body.name(), body.host(), std::move(*chair),
                std::move(*deputies), *all,        *missions};
    if (Status s = chair_is_no_deputy(rilon); !s) return s;
    state.rilons[rilon.code] = std::make_shared<const Rilon>(rilon);
    add_audience(state, {*all, AudienceInfo::Kind::rilon, rilon.code, rilon.code, {}, {}, {}});
    add_audience(state, {*missions,
                         AudienceInfo::Kind::missions,
                         rilon.code + "/missions",
                         rilon.code,
                         {},
                         {},
                         {}});
    change.touched.insert("rilon:" + rilon.code);
    return {};
}

Status perform_change(const proto::ChangeRilon& body, DirectoryChange& change) {
    DirectoryState& state = change.state;
    const Rilon* before = state.rilon(body.code());
    if (before == nullptr) return {Errc::invalid, "there is no such RILON"};
    Rilon rilon = *before;
    if (!body.name().empty()) {
        if (Status s = check_label(body.name(), display_name_chars_max, "a RILON's name"); !s)
            return s;
        rilon.name = body.name();
    }
    if (body.has_chair()) {
        auto chair = read_person(body.chair(), change);
        if (!chair) return chair.error();
        rilon.chair = std::move(*chair);
    }
    if (body.replace_deputies() || body.deputies_size() > 0) {
        auto deputies = read_persons(body.deputies(), deputies_max, change);
        if (!deputies) return deputies.error();
        rilon.deputies = std::move(*deputies);
    }
    if (Status s = chair_is_no_deputy(rilon); !s) return s;
    state.rilons[rilon.code] = std::make_shared<const Rilon>(rilon);
    change.touched.insert("rilon:" + rilon.code);
    return {};
}

namespace {

// Walks up from the new parent: it must exist, not lead back, and end soon.
Status check_parent(const proto::AddParty& body, const DirectoryState& state) {
    std::string at = body.under();
    for (std::size_t depth = 0; !at.empty(); ++depth) {
        if (at == body.code()) return {Errc::invalid, "a party under itself"};
        if (depth == party_depth_max) return {Errc::invalid, "parties nested too deep"};
        const Party* parent = state.party(at);
        if (parent == nullptr) return {Errc::invalid, "there is no party " + at};
        at = parent->under;
    }
    return {};
}

}  // namespace

Status perform_add_party(const proto::AddParty& body, DirectoryChange& change) {
    DirectoryState& state = change.state;
    if (!well_formed_party_code(body.code()))
        return {Errc::malformed, "a party code that is not 3 to 8 capitals and digits"};
    if (body.name().empty()) return {Errc::malformed, "a party without a name"};
    if (Status s = check_label(body.name(), display_name_chars_max, "a party's name"); !s) return s;
    if (!body.under().empty() && !well_formed_party_code(body.under()))
        return {Errc::malformed, "a party under a code that is none"};
    if (Status s = check_parent(body, state); !s) return s;
    auto administrators = read_persons(body.administrators(), administrators_max, change);
    if (!administrators) return administrators.error();
    for (const Person& person : *administrators)
        if (person.party != body.code())
            return {Errc::invalid, "an administrator of another party: " + person.name};
    Party party{body.code(), body.name(), body.under(), std::move(*administrators)};
    state.parties[party.code] = std::make_shared<const Party>(party);
    change.members_may_differ = true;  // Under the host or no more.
    change.touched.insert("party:" + party.code);
    return {};
}

Status perform_activate(const proto::Activate& body, DirectoryChange& change) {
    if (!well_formed_feature(body.feature()))
        return {Errc::malformed, "a feature name that is none"};
    std::vector<std::string>& activated = change.state.activated;
    if (std::find(activated.begin(), activated.end(), body.feature()) != activated.end())
        return {Errc::invalid, "it is active already: " + body.feature()};
    activated.push_back(body.feature());
    change.touched.insert("feature:" + body.feature());
    return {};
}

}  // namespace rilon
