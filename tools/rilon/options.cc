#include "tools/rilon/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <deque>
#include <sstream>

#include "protocol/nearest.h"
#include "tools/problem.h"

namespace rilon {
namespace {

constexpr std::uint64_t default_timeout_ms = 10'000;

std::vector<std::string> split_names(const char* names) {
    std::vector<std::string> out;
    std::string_view rest(names);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        out.emplace_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return out;
}

// "-f,--file" → "file".
std::string key_of(const OptionSpec& option) {
    const std::string last = split_names(option.names).back();
    return last.substr(last.find_first_not_of('-'));
}

const OptionSpec* find_option(std::span<const OptionSpec> options, const std::string& name) {
    for (const OptionSpec& option : options)
        for (const std::string& known : split_names(option.names))
            if (known == name) return &option;
    return nullptr;
}

// The words before, between and after global options: what names the command.
std::vector<std::string> leading_words(const std::vector<std::string>& arguments) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& a = arguments[i];
        if (a.size() > 1 && a[0] == '-') {
            const OptionSpec* known = find_option(global_options(), a);
            if (known == nullptr && a.find('=') == std::string::npos) break;
            if (known != nullptr && known->value != nullptr) ++i;
            continue;
        }
        out.push_back(a);
        if (out.size() == 3) break;
    }
    return out;
}

// Arguments without the first `count` words (those that named the command).
std::vector<std::string> drop_words(const std::vector<std::string>& arguments, std::size_t count) {
    std::vector<std::string> out;
    bool skip_value = false;
    for (const std::string& a : arguments) {
        const bool option = a.size() > 1 && a[0] == '-';
        if (skip_value || option) {
            const OptionSpec* known =
                option && !skip_value ? find_option(global_options(), a) : nullptr;
            skip_value = known != nullptr && known->value != nullptr;
            out.push_back(a);
        } else if (count > 0) {
            --count;
        } else {
            out.push_back(a);
        }
    }
    return out;
}

Error unknown_option(const std::string& given, const CommandSpec* command) {
    const std::string name = given.substr(0, given.find('='));
    std::vector<std::string> known;
    for (const OptionSpec& option : global_options())
        for (std::string& n : split_names(option.names)) known.push_back(std::move(n));
    std::string where = "rilon";
    if (command != nullptr) {
        where += std::string(" ") + command->path;
        for (const OptionSpec& option : command->options)
            for (std::string& n : split_names(option.names)) known.push_back(std::move(n));
    }
    std::vector<std::string_view> views(known.begin(), known.end());
    const auto near = nearest(name, views);
    const std::string remedy =
        near ? "did you mean " + known[*near] + "?" : "see " + where + " --help";
    return problem(Errc::usage, where + " has no option " + name, remedy);
}

struct Slots {
    std::deque<std::vector<std::string>> values;
    std::deque<bool> flags;
    std::vector<std::pair<const OptionSpec*, CLI::Option*>> options;
};

// Not both: which of them the officer meant is not guessed.
constexpr std::pair<const char*, const char*> opposites[] = {{"except-host", "with-host"},
                                                             {"urgent", "flash"}};

void add_options(CLI::App& app, std::span<const OptionSpec> specs, Slots& slots) {
    for (const OptionSpec& spec : specs) {
        CLI::Option* option = nullptr;
        if (spec.value == nullptr) {
            slots.flags.push_back(false);
            option = app.add_flag(spec.names, slots.flags.back());
        } else {
            slots.values.emplace_back();
            option = app.add_option(spec.names, slots.values.back());
            option->expected(1)->type_size(1)->allow_extra_args(false);
            option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        }
        slots.options.push_back({&spec, option});
    }
}

Error parse_error(const CLI::ParseError& e, const CommandSpec* command) {
    const std::string where = command != nullptr ? std::string("rilon ") + command->path : "rilon";
    std::string what = e.what();
    std::replace(what.begin(), what.end(), '\n', ' ');
    // "--to: 1 required TEXT missing": the library's word for an option without its value.
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr)
        what = what.substr(0, what.find(':')) + " needs a value";
    return problem(Errc::usage, where + ": " + what, "see " + where + " --help");
}

// Written as it is to be given, not as what stands there: "held", but "AUDIENCE".
bool is_the_word(std::string_view placeholder) {
    return std::all_of(placeholder.begin(), placeholder.end(),
                       [](char c) { return c >= 'a' && c <= 'z'; });
}

// An empty value is what a script's unset variable leaves: --to "" would take the remembered
// audience.
Status take_values(const OptionSpec& spec, const std::vector<std::string>& values,
                   const std::string& help, Args& args) {
    const std::string key = key_of(spec);
    if (spec.value != nullptr) {
        if (!spec.repeat && values.size() > 1)
            return problem(Errc::usage, "--" + key + " is given more than once",
                           "give it once; see " + help);
        if (std::find(values.begin(), values.end(), "") != values.end())
            return problem(Errc::usage, "--" + key + " is empty",
                           "give --" + key + " " + spec.value + ", or leave it out");
        if (is_the_word(spec.value) && values.size() == 1 && values[0] != spec.value)
            return problem(Errc::usage, "--" + key + " waits for one thing only",
                           "write --" + key + " " + spec.value);
    }
    args.set(key, values);
    return {};
}

Status check_opposites(const Args& args) {
    for (const auto& [one, other] : opposites)
        if (Status s = check_excludes(args, one, {other}); !s) return s;
    return {};
}

Status read_globals(const Args& args, Globals& globals) {
    globals.profile = args.get("profile");
    if (globals.profile.empty()) {
        const char* named = std::getenv("RILON_PROFILE");
        globals.profile = named != nullptr && *named != '\0' ? named : "default";
    }
    globals.node = args.get("node");
    globals.passphrase_file = args.get("passphrase-file");
    globals.json = args.has("json");
    globals.quiet = args.has("quiet");
    globals.verbose = args.has("verbose");
    globals.no_input = args.has("no-input");
    globals.yes = args.has("yes");
    globals.help = args.has("help");
    globals.timeout_ms = default_timeout_ms;
    if (args.has("timeout")) {
        auto ms = parse_duration(args.get("timeout"));
        if (!ms) return ms.error();
        globals.timeout_ms = *ms;
    }
    const std::string color = args.get("color", "auto");
    if (color == "always")
        globals.color = ColorWish::always;
    else if (color == "never")
        globals.color = ColorWish::never;
    else if (color != "auto")
        return problem(Errc::usage, "--color " + color + " is not known",
                       "write auto, always or never");
    return {};
}

Status check_count(const CommandSpec& spec, std::size_t given) {
    const std::string where = std::string("rilon ") + spec.path;
    const std::string usage = "write " + where + " " + spec.positionals;
    if (given < static_cast<std::size_t>(spec.words_min))
        return problem(Errc::usage, where + " needs more: " + spec.positionals, usage);
    if (spec.words_max >= 0 && given > static_cast<std::size_t>(spec.words_max))
        return problem(
            Errc::usage, where + " takes fewer words than given",
            std::string_view(spec.positionals).empty() ? "see " + where + " --help" : usage);
    return {};
}

// CLI11 throws; here that ends.
Status run_parser(const std::vector<std::string>& rest, const CommandSpec* command, Args& args) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras(false);
    Slots slots;
    std::vector<std::string> words;
    try {
        add_options(app, global_options(), slots);
        if (command != nullptr) add_options(app, command->options, slots);
        app.add_option("words", words);
        std::vector<std::string> reversed(rest.rbegin(), rest.rend());
        app.parse(reversed);
    } catch (const CLI::ExtrasError&) {
        for (const std::string& a : app.remaining())
            if (a.size() > 1 && a[0] == '-') return unknown_option(a, command);
        return problem(Errc::usage, "too many words", "see rilon --help");
    } catch (const CLI::ParseError& e) {
        return parse_error(e, command);
    }
    const std::string help =
        std::string("rilon ") + (command != nullptr ? command->path : "") + " --help";
    for (const auto& [spec, option] : slots.options)
        if (option->count() > 0)
            if (Status s = take_values(*spec, option->results(), help, args); !s) return s;
    args.set_words(std::move(words));
    return check_opposites(args);
}

}  // namespace

bool json_asked(const std::vector<std::string>& arguments) {
    return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

Status check_excludes(const Args& args, const std::string& option,
                      std::initializer_list<const char*> others) {
    for (const char* other : others)
        if (args.has(option) && args.has(other))
            return problem(Errc::usage, "--" + option + " and --" + other + " exclude each other",
                           "give one of them");
    return {};
}

Result<std::vector<Setting>> parse_settings(const std::string& text) {
    std::vector<Setting> out;
    try {
        std::istringstream in(text);
        for (const CLI::ConfigItem& item : CLI::ConfigBase().from_config(in)) {
            if (!item.parents.empty() || item.inputs.size() != 1)
                return {Errc::malformed, "only lines of name = \"value\" belong here"};
            out.push_back({item.name, item.inputs[0]});
        }
    } catch (const CLI::ParseError& e) {
        return {Errc::malformed, e.what()};
    }
    return out;
}

Result<std::uint64_t> parse_duration(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    constexpr std::pair<std::string_view, std::uint64_t> units[] = {
        {"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    for (const auto& [name, factor] : units)
        if (failed == std::errc{} && unit == name && number <= 1'000'000'000)
            return number * factor;
    return problem(Errc::usage, "not a length of time: " + std::string(text),
                   "write a number and s, m, h or d, as 30s or 2d");
}

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
    CommandLine out;
    const std::vector<std::string> words = leading_words(arguments);
    const bool help = std::find(arguments.begin(), arguments.end(), "--help") != arguments.end() ||
                      std::find(arguments.begin(), arguments.end(), "-h") != arguments.end();
    if (words.empty()) {
        for (const std::string& a : arguments)
            if (a.size() > 1 && a[0] == '-' && a.find('=') == std::string::npos &&
                find_option(global_options(), a) == nullptr)
                return unknown_option(a, nullptr);
        return out;
    }
    auto found = find_command(words);
    if (!found) {
        if (help && !group_help(words[0]).empty()) {
            out.topic = words[0];
            return out;
        }
        return found.error();
    }
    out.command = found->spec;
    if (help) {
        out.globals.help = true;
        return out;
    }
    if (Status s = run_parser(drop_words(arguments, found->words), out.command, out.args); !s)
        return s.error();
    if (Status s = read_globals(out.args, out.globals); !s) return s.error();
    if (Status s = check_count(*out.command, out.args.words().size()); !s) return s.error();
    return out;
}

}  // namespace rilon
