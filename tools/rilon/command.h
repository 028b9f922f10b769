// A command of `rilon` as a row of a table: its words, what it takes, the function that runs it.
// The table (commands.cc) is the single source of --help, of parsing and of "did you mean".
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

class Output;
class Terminal;

struct OptionSpec {
    const char* names;  // "-f,--file"; the last long name is the key in Args
    const char* value;  // What follows, for help; null for a switch. In small letters: this word.
    const char* help;
    bool repeat = false;
};

// The command line after parsing: options by long name, positionals in order.
class Args {
   public:
    bool has(const std::string& option) const { return values_.contains(option); }
    // The last value given, or `otherwise`.
    std::string get(const std::string& option, const std::string& otherwise = "") const {
        auto at = values_.find(option);
        return at == values_.end() || at->second.empty() ? otherwise : at->second.back();
    }
    std::vector<std::string> all(const std::string& option) const {
        auto at = values_.find(option);
        return at == values_.end() ? std::vector<std::string>{} : at->second;
    }
    std::string word(std::size_t i) const { return i < words_.size() ? words_[i] : ""; }
    const std::vector<std::string>& words() const { return words_; }

    // Every option that was given, the global ones too.
    std::vector<std::string> given() const {
        std::vector<std::string> out;
        for (const auto& [option, values] : values_) out.push_back(option);
        return out;
    }

    void set(const std::string& option, std::vector<std::string> values) {
        values_[option] = std::move(values);
    }
    void set_words(std::vector<std::string> words) { words_ = std::move(words); }

   private:
    std::map<std::string, std::vector<std::string>> values_;
    std::vector<std::string> words_;
};

enum class ColorWish { automatic, always, never };

struct Globals {
    std::string profile;
    std::string node;
    std::string passphrase_file;
    std::uint64_t timeout_ms = 0;
    ColorWish color = ColorWish::automatic;
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    bool no_input = false;
    bool yes = false;
    bool help = false;
};

// What a command is run with.
struct Context {
    const Args& args;
    const Globals& globals;
    Output& out;
    Terminal& terminal;
};

using RunCommand = Result<int> (*)(Context&);

struct CommandSpec {
    const char* path;         // "officer certify"
    const char* positionals;  // "FILE", "[ID…]"; for help
    int words_min;
    int words_max;  // -1: any number
    const char* summary;
    std::span<const OptionSpec> options;
    RunCommand run;
};

std::span<const CommandSpec> command_table();
std::span<const CommandSpec> hidden_commands();  // Not in the table, not in help.
std::span<const OptionSpec> global_options();

// The row that the first words of a command line name, and how many words it took. Fails with usage
// and the nearest command when there is none.
struct FoundCommand {
    const CommandSpec* spec = nullptr;
    std::size_t words = 0;
};
Result<FoundCommand> find_command(const std::vector<std::string>& words);

// Help texts, as printed by `rilon --help` and `rilon COMMAND --help`.
std::string overview_text();
std::string command_help(const CommandSpec& spec);
// Help of "officer", "admin": the commands that begin with the word.
std::string group_help(std::string_view group);
// One of them with lines no longer than that; what an option does goes on under its beginning.
std::string help_in(const std::string& text, std::size_t columns);

}  // namespace rilon
