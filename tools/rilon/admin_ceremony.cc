// rilon admin ceremony: founds a network, offline, with the founders' key files at hand. The
// network id was drawn by `rilon setup coordinator`, so that the coordinator's own proof could name
// it.
#include <fmt/format.h>

#include <filesystem>

#include "node/system.h"
#include "protocol/fingerprint.h"
#include "protocol/request.h"
#include "protocol/statement.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/coordinator_request.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/keys.h"
#include "tools/rilon/output.h"
#include "tools/rilon/psk_file.h"
#include "tools/rilon/setup.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::uint32_t first_psk_generation = 1;
constexpr std::uint64_t ceremony_valid_ms = ms_hour;

struct Founding {
    std::string name;
    std::string out;
    std::uint32_t threshold = 2;
    CoordinatorRequest coordinator;
    std::vector<PersonalKey> founders;
};

Result<std::uint32_t> read_threshold(const Args& args, std::size_t founders) {
    const std::string text = args.get("threshold", "2");
    const bool number = text.size() == 1 && text[0] >= '2' && text[0] <= '9';
    const std::uint32_t value = number ? static_cast<std::uint32_t>(text[0] - '0') : 0;
    if (!number || value > founders)
        return problem(
            Errc::usage,
            "--threshold " + text + " does not fit " + std::to_string(founders) + " founders",
            "give at least two founders and a threshold from 2 to their number");
    return value;
}

// A pre-shared key that is there may be a network's only copy.
Status check_place(const std::string& directory) {
    for (const char* name : {"/psk", "/network.rilon", "/transcript.txt"})
        if (!must_be_new(directory + name))
            return problem(Errc::not_permitted,
                           directory + name + " is there already and is not replaced",
                           "name another place with --out");
    return {};
}

Result<Founding> read_founding(Context& context) {
    Founding out;
    const Args& args = context.args;
    if (!args.has("coordinator") || !args.has("out") || !args.has("name"))
        return problem(
            Errc::usage,
            "the ceremony needs a name, the coordinator's request and a place to write to",
            "give --name NAME --coordinator REQUEST --out DIR");
    out.name = args.get("name");
    out.out = args.get("out");
    if (Status s = check_place(out.out); !s) return s.error();
    auto threshold = read_threshold(args, args.all("person").size());
    if (!threshold) return threshold.error();
    out.threshold = *threshold;
    auto coordinator = read_coordinator_request(args.get("coordinator"));
    if (!coordinator) return coordinator.error();
    out.coordinator = *coordinator;
    for (const std::string& path : args.all("person")) {
        auto key = open_key_file(context, path);
        if (!key) return key.error();
        if (key->holder != KeyHolder::person)
            return problem(Errc::usage, path + " is an officer's key, not a person's",
                           "rilon setup person rso");
        for (const PersonalKey& other : out.founders)
            if (other.id == key->id)
                return problem(Errc::usage, path + " is the same person twice",
                               "thresholds count persons");
        out.founders.push_back(std::move(*key));
    }
    return out;
}

Result<NetworkPin> found(const Founding& founding) {
    SystemRng rng;
    const NetworkId network = founding.coordinator.network;
    proto::Root root;
    root.set_version(1);
    root.set_network_name(founding.name);
    root.set_threshold(founding.threshold);
    root.set_online_pk(founding.coordinator.online.str());
    *root.add_coordinators() = founding.coordinator.coordinator;
    root.set_network_audience(rng.bytes<AudienceId>().str());
    root.set_psk_generation(first_psk_generation);
    for (const PersonalKey& key : founding.founders) {
        const Person person{PersonId::copy_of(key.id.view()), key.name, key.mark, key.sign.pk,
                            key.transport.pk};
        *root.add_persons() = make_person_request(network, person, key.sign.sk);
    }
    const UnixMillis now{now_ms()};
    Drafter drafter(rng, DraftBasis{0, now.plus(ceremony_valid_ms)});
    NetworkPin pin{network, {DirSeq{}, now, drafter.root(root), {}}};
    for (const PersonalKey& key : founding.founders) {
        const Bytes signed_by =
            make_authorisation(network, pin.first.statement, key.sign.pk, key.sign.sk);
        pin.first.authorisations.insert(pin.first.authorisations.end(), signed_by.begin(),
                                        signed_by.end());
    }
    // Read back as every newcomer will: what it would refuse is not written.
    auto checked = parse_network_file(encode_network_file(pin));
    if (!checked)
        return problem(Errc::usage, checked.error().detail,
                       "give --name of the network without it, and founders' keys that are whole");
    return pin;
}

std::string transcript(const Founding& founding, const NetworkPin& pin) {
    std::string out =
        fmt::format("Founding of the network {}\nat {} (local time)\n\nnetwork id   {}\n",
                    shown(founding.name), local_time(pin.first.recorded.value), pin.network.hex());
    out +=
        fmt::format("record 0     {}\n", directory_link(pin.network, pin.first, DirLink{}).hex());
    out += fmt::format("online key   {}\n", founding.coordinator.online.hex());
    out += fmt::format("coordinator  {} at {}\n", shown(founding.coordinator.coordinator.name()),
                       shown(founding.coordinator.coordinator.endpoint()));
    out += fmt::format("\n{} of these {} persons decide; all of them signed:\n", founding.threshold,
                       founding.founders.size());
    for (const PersonalKey& key : founding.founders)
        out += fmt::format("  {} ({})\n    {}\n", shown(key.name), shown(key.mark),
                           fingerprint_line(key.sign.pk.view()));
    out += "\nThe network file is public; read its fingerprint out to every newcomer:\n  " +
           fingerprint_line(encode_network_file(pin)) + "\n";
    out += "The pre-shared key (psk) is secret: keep it offline, hand it out in grants alone.\n";
    return out;
}

}  // namespace

Result<int> run_admin_ceremony(Context& context) {
    auto founding = read_founding(context);
    if (!founding) return founding.error();
    context.out.talk(fmt::format(
        "found {}: {} of {} persons, coordinator {}", shown(founding->name), founding->threshold,
        founding->founders.size(), shown(founding->coordinator.coordinator.name())));
    auto sure = context.terminal.confirm("Found the network? [y/N] ");
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "nothing was founded", "");
    auto pin = found(*founding);
    if (!pin) return pin.error();
    std::error_code failed;
    std::filesystem::create_directories(founding->out, failed);
    if (failed) return Error{Errc::io, founding->out + " can't be made: " + failed.message()};
    SystemRng rng;
    const PskFile psk{pin->network, first_psk_generation, rng.secret<Psk>()};
    if (Status s = save_psk(founding->out + "/psk", psk); !s) return s.error();
    const std::string file = encode_armour(ArmourKind::network, encode_network_file(*pin));
    if (Status s = put_public(context, founding->out + "/network.rilon", file); !s)
        return s.error();
    const std::string text = transcript(*founding, *pin);
    if (Status s = put_public(context, founding->out + "/transcript.txt", text); !s)
        return s.error();
    if (context.out.json())
        context.out.line(json_plain("founded", {{"network", pin->network.hex()},
                                                {"file", founding->out + "/network.rilon"}}));
    const std::string out = shown(founding->out);
    context.out.talk("✓ network file  " + out + "/network.rilon (public)");
    context.out.talk("✓ pre-shared key " + out + "/psk (secret)");
    context.out.talk("✓ transcript    " + out + "/transcript.txt");
    context.out.talk(
        "  next: rilon enrol network.rilon, for each person and for the coordinator "
        "(--config-dir)");
    return exit_done;
}

}  // namespace rilon
