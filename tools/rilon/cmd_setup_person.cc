// rilon setup officer, rilon setup person: a key file under a passphrase, a profile, and the
// request to hand to whoever certifies or admits.
#include <fmt/format.h>

#include <filesystem>

#include "node/control.pb.h"
#include "protocol/fingerprint.h"
#include "protocol/request.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/setup.h"

namespace rilon {
namespace {

// A profile that does not exist yet, from --connection, --node, --node-key and --network.
Result<Profile> new_profile(const Context& context) {
    const std::string& name = context.globals.profile;
    if (Status s = check_profile_name(name); !s) return s.error();
    if (profile_exists(name))
        return problem(Errc::not_permitted, "profile \"" + name + "\" is there already",
                       "name another with --profile");
    Profile profile;
    if (context.args.has("connection")) {
        auto given = load_profile_file(context.args.get("connection"), name);
        if (!given) return given.error();
        profile = *given;
    }
    profile.name = name;
    if (!context.globals.node.empty()) profile.node = context.globals.node;
    if (context.args.has("node-key")) profile.node_key = context.args.get("node-key");
    if (context.args.has("network")) profile.network = absolute_path(context.args.get("network"));
    if (!profile.node_key.empty() && !TransportPublicKey::parse_hex(profile.node_key))
        return problem(Errc::usage, "--node-key takes 64 hex digits",
                       "copy it from rilon setup node");
    if (Status s = must_be_new(context.args.get("out")); !s) return s.error();
    const std::string key = context.args.get("key-file", rilon_home() + "/" + name + ".key");
    profile.key_file = absolute_path(key);
    return profile;
}

void announce(Context& context, const Profile& profile, const Bytes& request, const char* next) {
    context.out.talk("✓ key file  " + shown(profile.key_file));
    context.out.talk("✓ profile   " + shown(profile_path(profile.name)));
    if (!request.empty()) context.out.talk("  read out:  " + fingerprint_line(request));
    context.out.talk(std::string("  next:      ") + next);
}

}  // namespace

Result<int> run_setup_officer(Context& context) {
    auto profile = new_profile(context);
    if (!profile) return profile.error();
    auto pin = load_network(*profile);
    if (!pin)
        return problem(pin.code(),
                       "an officer belongs to one network: " + explain(pin.error()).message,
                       "give --network FILE or --connection FILE (rilon setup node writes it)");
    auto name = option_or_ask(context, "name", "Your name (it stays on this node): ");
    if (!name) return name.error();
    auto mark = option_or_ask(context, "display-sign", "How readers see you, as LO-3: ");
    if (!mark) return mark.error();
    if (name->empty() || mark->empty())
        return problem(Errc::usage, "a name and a display sign are needed",
                       "give --name and --display-sign");
    for (const std::string& text : {*name, *mark})
        if (text != shown(text))  // Others read it beside every alert.
            return problem(Errc::usage, "a character that does not show: " + text,
                           "give --name and --display-sign without it");
    const PersonalKey key = make_personal_key(KeyHolder::officer, pin->network, *name, *mark);
    if (Status s = save_key_file(context, profile->key_file, key); !s) return s.error();
    if (Status s = save_profile(*profile); !s) return s.error();
    const std::string text = make_public_request(key, key.network);
    if (Status s = put_public(context, context.args.get("out"), text); !s) return s.error();
    auto request = parse_armour_of(ArmourKind::officer_request, text);
    if (!request) return request.error();
    announce(context, *profile, *request, "your administrator runs rilon officer certify REQUEST");
    return exit_done;
}

Result<int> run_setup_person(Context& context) {
    const std::string what = context.args.word(0);
    if (what != "rso" && what != "chair" && what != "party")
        return problem(Errc::usage, "rilon setup person has no " + what,
                       "write rso, chair or party");
    auto profile = new_profile(context);
    if (!profile) return profile.error();
    NetworkId network;
    if (!profile->network.empty()) {
        auto pin = load_network(*profile);
        if (!pin) return pin.error();
        network = pin->network;
    } else if (what != "rso") {
        return problem(Errc::usage, "the request must name its network", "give --network FILE");
    }
    auto name = option_or_ask(context, "name", "Name, as other persons of the network see it: ");
    if (!name) return name.error();
    auto party = what == "rso"
                     ? Result<std::string>(context.args.get("party", "RSO"))
                     : option_or_ask(context, "party", "Party (three capitals, as AUS): ");
    if (!party) return party.error();
    const PersonalKey key = make_personal_key(KeyHolder::person, network, *name, *party);
    const Person person{PersonId::copy_of(key.id.view()), key.name, key.mark, key.sign.pk,
                        key.transport.pk};
    const proto::SignedRequest request = make_person_request(network, person, key.sign.sk);
    // A founder's request follows in the ceremony, under the network's id; the shape is checked
    // now.
    if (auto parsed = parse_person_request(network, request); !parsed)
        return problem(Errc::usage, parsed.error().detail,
                       "see rilon setup person --help for what each option takes");
    if (Status s = save_key_file(context, profile->key_file, key); !s) return s.error();
    if (Status s = save_profile(*profile); !s) return s.error();
    if (network.is_zero()) {
        announce(context, *profile, {},
                 "rilon admin ceremony --person KEYFILE, then rilon enrol NETWORK-FILE");
        return exit_done;
    }
    if (Status s = put_public(context, context.args.get("out"), make_public_request(key, network));
        !s)
        return s.error();
    const char* next = what == "chair" ? "the RSO runs rilon admin rilon establish --chair REQUEST"
                       : what == "party"
                           ? "the RSO runs rilon admin party add --administrator REQUEST"
                           : "the request waits for a new ROOT";
    announce(context, *profile, to_bytes(as_bytes(request.request())), next);
    return exit_done;
}

}  // namespace rilon
