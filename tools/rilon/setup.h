// What the set-up commands share: where things go, questions for what is missing, requests as
// files.
#pragma once

#include <string>

#include "config/armour.h"
#include "config/key_file.h"
#include "protocol/directory.pb.h"
#include "protocol/grant.h"
#include "tools/rilon/command.h"

namespace rilon {

std::string absolute_path(const std::string& path);
// The option's value, or the answer to a question; `remedy` names the option.
Result<std::string> option_or_ask(Context& context, const std::string& option,
                                  std::string_view question);
// What is written anew takes no other file's place: that may be a key, or bear signatures. Said
// before anything is asked or made. Nothing and "-" are stdout. Errors: not_permitted.
Status must_be_new(const std::string& path);
// Writes to --out, or to stdout without it ("-" too). Errors: those of must_be_new and write_file.
Status put_public(Context& context, const std::string& path, const std::string& text);
// Seals under a new passphrase and writes; refuses to replace a key file.
Status save_key_file(Context& context, const std::string& path, const PersonalKey& key);
// Fresh keys and id.
PersonalKey make_personal_key(KeyHolder holder, const NetworkId& network, const std::string& name,
                              const std::string& mark);

// The armoured request of an officer or a person, with its proof of possession. Persons who were
// set up before the network was founded take its id from `network`. Empty when there is none yet.
std::string make_public_request(const PersonalKey& key, const NetworkId& network);

// An armoured file of one kind, as bytes; the bound is armour_text_max. "-" is stdin.
Result<Bytes> read_armoured(const std::string& path, ArmourKind kind);
// An armoured SignedRequest (of a node or person).
Result<proto::SignedRequest> read_request(const std::string& path, ArmourKind kind);

}  // namespace rilon
