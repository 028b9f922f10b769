// rilon(1) in the man macros of roff, from the table of commands: what --help says and the page
// says is one text. ASCII alone comes out.
#pragma once

#include <string>
#include <string_view>

namespace rilon {

std::string man_page(std::string_view version);

// Text as roff shows it and does nothing else with it: in a paragraph, or as an argument in quotes.
std::string roff_text(std::string_view text);

}  // namespace rilon
