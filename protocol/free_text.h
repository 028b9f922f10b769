// What an author wrote in his own words: the texts that a search for a word looks into.
#pragma once

#include <string>
#include <vector>

#include "protocol/alert.pb.h"

namespace rilon {

// Of whatever kind the alert is, without its title, names, numbers of documents and codes.
std::vector<const std::string*> free_texts(const proto::Alert& alert);

}  // namespace rilon
