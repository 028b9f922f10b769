#include "protocol/authorisation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace rilon {
namespace {

struct KeyHolder {
    PersonId id;
    std::string name;
    SignPublicKey pk;
    std::vector<Role> roles;
};

// Who has which key, and everything it may sign as. The same key always means the same person:
// applying refuses a key that another person has.
class KeyRing {
   public:
    void meet(const Person& person, Role::Kind kind, const std::string& of) {
        KeyHolder& holder = add(person.sign_pk, {person.id, person.name, person.sign_pk, {}});
        holder.roles.push_back({kind, of});
    }
    void meet_all(const DirectoryState& state) {
        for (const Person& person : state.rso) meet(person, Role::Kind::rso, "");
        for (const auto& [code, rilon] : state.rilons) {
            meet(rilon->chair, Role::Kind::chair, code);
            for (const Person& deputy : rilon->deputies) meet(deputy, Role::Kind::deputy, code);
        }
        for (const auto& [code, party] : state.parties)
            for (const Person& one : party->administrators)
                meet(one, Role::Kind::administrator, code);
    }
    void meet_node(const NodeRecord& node) {
        const SignPublicKey& pk = node.current_key().pk;
        KeyHolder self{
            PersonId::copy_of(node.id.view()), node.name, pk, {{Role::Kind::node, node.id.hex()}}};
        add(pk, self) = self;
    }
    const KeyHolder* find(const KeyId& key) const {
        auto at = holders_.find(key);
        return at == holders_.end() ? nullptr : &at->second;
    }

   private:
    KeyHolder& add(const SignPublicKey& pk, KeyHolder holder) {
        return holders_.try_emplace(key_id(pk.view()), std::move(holder)).first->second;
    }

    std::map<KeyId, KeyHolder> holders_;
};

void add_signer(std::vector<Signer>& signers, const KeyHolder& holder) {
    auto same = std::find_if(signers.begin(), signers.end(),
                             [&](const Signer& one) { return one.id == holder.id; });
    if (same == signers.end()) {
        signers.push_back({holder.id, holder.name, holder.roles});
        return;
    }
    same->roles.insert(same->roles.end(), holder.roles.begin(), holder.roles.end());
}

// Kuhn's augmenting paths: seat by seat, moving earlier signers to other seats where that helps.
class Matching {
   public:
    Matching(const std::vector<Seat>& seats, const std::vector<Signer>& signers)
        : seats_(seats), signers_(signers), seat_of_(signers.size(), -1) {}

    std::vector<int> run() {
        for (std::size_t seat = 0; seat < seats_.size(); ++seat) {
            tried_.assign(signers_.size(), false);
            seat_somebody(seat);
        }
        std::vector<int> out(seats_.size(), -1);
        for (std::size_t i = 0; i < seat_of_.size(); ++i)
            if (seat_of_[i] >= 0) out[static_cast<std::size_t>(seat_of_[i])] = static_cast<int>(i);
        return out;
    }

   private:
    bool seat_somebody(std::size_t seat) {
        for (std::size_t i = 0; i < signers_.size(); ++i) {
            if (tried_[i] || !may_take(signers_[i], seats_[seat])) continue;
            tried_[i] = true;
            if (seat_of_[i] < 0 || seat_somebody(static_cast<std::size_t>(seat_of_[i]))) {
                seat_of_[i] = static_cast<int>(seat);
                return true;
            }
        }
        return false;
    }

    const std::vector<Seat>& seats_;
    const std::vector<Signer>& signers_;
    std::vector<int> seat_of_;  // Of each signer; -1: stands.
    std::vector<bool> tried_;
};

}  // namespace

Result<std::vector<SignatureBytes>> parse_authorisations(ByteView bytes) {
    if (bytes.size() % authorisation_bytes != 0)
        return {Errc::malformed, "authorisations of a broken length"};
    if (bytes.size() / authorisation_bytes > authorisations_max)
        return {Errc::malformed, "too many authorisations"};
    std::vector<SignatureBytes> out;
    for (ByteReader in(bytes); !in.done();) {
        SignatureBytes one{in.fixed<KeyId>(), in.fixed<Signature>()};
        for (const SignatureBytes& before : out)
            if (before.key == one.key) return {Errc::malformed, "the same key signed twice"};
        out.push_back(one);
    }
    return out;
}

Result<std::vector<Signer>> verify_authorisations(const AuthorisationInput& input,
                                                  const DirectoryState* state,
                                                  const std::vector<Person>& next_rso,
                                                  const NodeRecord* self) {
    auto parsed = parse_authorisations(input.authorisations);
    if (!parsed) return parsed.error();
    Bytes message = authorisation_message(input.network, input.statement);
    KeyRing ring;
    if (state != nullptr) ring.meet_all(*state);
    for (const Person& person : next_rso) ring.meet(person, Role::Kind::next_rso, "");
    if (self != nullptr) ring.meet_node(*self);
    std::vector<Signer> signers;
    for (const SignatureBytes& one : *parsed) {
        const KeyHolder* holder = ring.find(one.key);
        if (holder == nullptr)
            return {Errc::unknown_key, "signed with a key nobody in force has: " + one.key.brief()};
        if (!signature_ok(holder->pk, message, one.signature))
            return {Errc::bad_signature, "the signature of " + holder->name +
                                             " is not over this statement in this network"};
        add_signer(signers, *holder);
    }
    return signers;
}

bool may_take(const Signer& signer, const Seat& seat) {
    if (seat.except == signer.id) return false;
    for (const Role& wanted : seat.any_of)
        for (const Role& has : signer.roles)
            if (has.kind == wanted.kind && (wanted.of.empty() || wanted.of == has.of)) return true;
    return false;
}

std::vector<int> fill_seats(const std::vector<Seat>& group, const std::vector<Signer>& signers) {
    return Matching(group, signers).run();
}

std::vector<std::string> empty_seats(const Demand& demand, const std::vector<Signer>& signers) {
    std::vector<std::string> out;
    for (const std::vector<Seat>& group : demand) {
        std::vector<int> filled = fill_seats(group, signers);
        for (std::size_t i = 0; i < group.size(); ++i)
            if (filled[i] < 0) out.push_back(group[i].label);
    }
    return out;
}

std::optional<PersonId> first_seated(const Demand& demand, const std::vector<Signer>& signers) {
    for (Signer one : signers) {
        std::erase_if(one.roles, [](const Role& r) { return r.kind == Role::Kind::next_rso; });
        for (const std::vector<Seat>& group : demand)
            for (const Seat& seat : group)
                if (may_take(one, seat)) return one.id;
    }
    return std::nullopt;
}

Seat rso_seat() {
    return {{{Role::Kind::rso, ""}}, "one RSO officer", {}};
}

Seat administrator_seat(const std::string& party) {
    return {{{Role::Kind::administrator, party}}, "an administrator of " + party, {}};
}

Seat chair_or_deputy_seat(const std::string& rilon) {
    return {{{Role::Kind::chair, rilon}, {Role::Kind::deputy, rilon}},
            "the chair or a deputy of " + rilon,
            {}};
}

Seat any_chair_seat() {
    return {{{Role::Kind::chair, ""}}, "the chair of a RILON", {}};
}

std::vector<Seat> rso_seats(std::uint32_t count, Role::Kind kind) {
    std::string label =
        kind == Role::Kind::next_rso ? "one RSO officer of the new root" : "one RSO officer";
    return std::vector<Seat>(count, Seat{{{kind, ""}}, label, {}});
}

}  // namespace rilon
