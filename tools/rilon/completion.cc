#include "tools/rilon/completion.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "protocol/codes.h"
#include "tools/alert_input.h"
#include "tools/rilon/command.h"

namespace rilon {
namespace {

std::vector<Candidate> from_codes(CodeList codes) {
    std::vector<Candidate> out;
    for (const Code& code : codes) out.push_back({std::string(code.code), std::string(code.label)});
    return out;
}

std::vector<Candidate> countries() {
    std::vector<Candidate> out;
    for (const CountryCode& code : country_codes())
        out.push_back({std::string(code.code), std::string(code.name)});
    return out;
}

std::vector<Candidate> templates() {
    std::vector<Candidate> out;
    for (const AlertTemplate& one : alert_templates())
        out.push_back({std::string(one.name), std::string(one.label)});
    return out;
}

std::vector<Candidate> words_of(std::initializer_list<const char*> words) {
    std::vector<Candidate> out;
    for (const char* word : words) out.push_back({word, ""});
    return out;
}

std::vector<Candidate> nodes_and_audiences(const LiveLists& live) {
    std::vector<Candidate> out = live.nodes();
    for (Candidate& one : live.audiences()) out.push_back(std::move(one));
    return out;
}

// By what the table calls a value: the word in --help is the word here.
std::optional<std::vector<Candidate>> values(std::string_view what, const LiveLists& live) {
    if (what == "AUDIENCE") return live.audiences();
    if (what == "NODE" || what == "NODE,…") return live.nodes();
    if (what == "WHO") return nodes_and_audiences(live);
    if (what == "ID") return live.alerts();
    if (what == "PROFILE") return live.profiles();
    if (what == "COUNTRY" || what == "COUNTRIES" || what == "PARTY") return countries();
    if (what == "TEMPLATE") return templates();
    if (what == "KIND") return from_codes(alert_kinds());
    if (what == "TLP") return from_codes(tlp_values());
    if (what == "CAVEAT") return from_codes(caveats());
    if (what == "PROTECTION") return from_codes(protections());
    if (what == "GROUND") return from_codes(refusal_grounds());
    if (what == "PAPER") return from_codes(support_paper_types());
    if (what == "EXPLOITATION") return from_codes(exploitation_types());
    if (what == "REASON") return from_codes(withdraw_reasons());
    if (what == "DOUBT") return from_codes(dispute_reasons());
    if (what == "POINT") return from_codes(detection_points());
    if (what == "LETTERS") return from_codes(document_types());
    if (what == "SEX") return from_codes(sexes());
    if (what == "WHAT") return words_of({"person", "document", "mo"});
    if (what == "MET") return words_of({"person", "document"});
    if (what == "ANSWER") return words_of({"yes", "no", "unsure"});
    if (what == "ROLE") return words_of({"viewer", "officer", "releaser", "administrator"});
    if (what == "WAY") return words_of({"desktop", "email", "exec"});
    if (what == "WHEN") return words_of({"auto", "always", "never"});
    if (what == "FORMAT") return words_of({"ndjson", "csv", "stix"});
    if (what == "SHELL") return words_of({"bash", "zsh", "fish"});
    if (what == "TOPIC") return words_of({"exit-codes", "json", "security", "audiences"});
    return std::nullopt;
}

bool names_file(std::string_view what) {
    if (what == "PROFILE") return false;
    return what.find("FILE") != what.npos || what.find("REQUEST") != what.npos || what == "DIR" ||
           what == "PATH" || what.find("GRANT") != what.npos;
}

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = text.find(at);
        if (end != 0) out.emplace_back(text.substr(0, end));
        text = end == text.npos ? std::string_view() : text.substr(end + 1);
    }
    return out;
}

const OptionSpec* option_named(const CommandSpec* command, std::string_view name) {
    auto in = [&](std::span<const OptionSpec> options) -> const OptionSpec* {
        for (const OptionSpec& option : options)
            for (const std::string& known : split(option.names, ','))
                if (known == name) return &option;
        return nullptr;
    };
    const OptionSpec* own = command != nullptr ? in(command->options) : nullptr;
    return own != nullptr ? own : in(global_options());
}

bool is_option(const std::string& word) {
    return word.size() > 1 && word[0] == '-';
}

// What was typed before the word at the cursor.
struct Line {
    const CommandSpec* command = nullptr;
    std::vector<std::string> words;        // Without options and their values.
    std::size_t taken = 0;                 // Of those, by the command's name.
    const OptionSpec* value_of = nullptr;  // The cursor is at this option's value.
    std::vector<const OptionSpec*> given;
};

const CommandSpec* command_of(const std::vector<std::string>& words, std::size_t& taken) {
    for (std::size_t take : {std::size_t{2}, std::size_t{1}}) {
        if (words.size() < take) continue;
        const std::string path = take == 2 ? words[0] + " " + words[1] : words[0];
        for (const CommandSpec& spec : command_table())
            if (path == spec.path) {
                taken = take;
                return &spec;
            }
    }
    return nullptr;
}

Line read_line(const std::vector<std::string>& before) {
    Line out;
    for (const std::string& word : before) {
        if (out.value_of != nullptr) {
            out.value_of = nullptr;
        } else if (is_option(word)) {
            const OptionSpec* option = option_named(out.command, word);
            if (option == nullptr) continue;
            out.given.push_back(option);
            if (option->value != nullptr) out.value_of = option;
        } else {
            out.words.push_back(word);
            out.command = command_of(out.words, out.taken);
        }
    }
    return out;
}

// The next word of a command's name.
std::vector<Candidate> command_words(const std::vector<std::string>& words) {
    std::vector<Candidate> out;
    for (const CommandSpec& spec : command_table()) {
        const auto path = split(spec.path, ' ');
        if (path.size() <= words.size() || !std::equal(words.begin(), words.end(), path.begin()))
            continue;
        const bool last = path.size() == words.size() + 1;
        Candidate next{path[words.size()], last ? spec.summary : ""};
        const bool there = std::any_of(out.begin(), out.end(), [&](const Candidate& known) {
            return known.text == next.text;
        });
        if (!there) out.push_back(std::move(next));
    }
    return out;
}

std::vector<Candidate> option_names(const Line& line) {
    std::vector<Candidate> out;
    auto add = [&](std::span<const OptionSpec> options) {
        for (const OptionSpec& option : options) {
            const bool again =
                std::find(line.given.begin(), line.given.end(), &option) != line.given.end();
            if (!again || option.repeat)
                out.push_back({split(option.names, ',').back(), option.help});
        }
    };
    if (line.command != nullptr) add(line.command->options);
    add(global_options());
    return out;
}

// "[-|FILE]", "ID", "rso|chair|party": what the table says stands there.
Candidates positional(const Line& line, const LiveLists& live) {
    auto places = split(line.command->positionals, ' ');
    const std::size_t at = line.words.size() - line.taken;
    if (at >= places.size()) return {};
    std::string place = places[at];
    std::erase_if(place, [](char c) { return c == '[' || c == ']'; });
    if (std::string_view(line.command->path).starts_with("audience")) place = "AUDIENCE";
    Candidates out;
    for (const std::string& one : split(place, '|')) {
        out.files = out.files || names_file(one);
        if (auto known = values(one, live))
            out.list.insert(out.list.end(), known->begin(), known->end());
        else if (std::islower(static_cast<unsigned char>(one[0])))
            out.list.push_back({one, ""});
    }
    return out;
}

Candidates value(const OptionSpec& option, const LiveLists& live) {
    const std::string_view what(option.value);
    Candidates out;
    out.files = names_file(what);
    if (auto known = values(what, live))
        out.list = std::move(*known);
    else if (what == "held")
        out.list = words_of({"held"});
    return out;
}

// "--to=BKK" is "--to" "BKK"; bash takes it apart itself, into three words. `front` is what a shell
// that does not wants to see repeated before each candidate.
std::vector<std::string> without_equals(const std::vector<std::string>& words, std::string& front) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const std::size_t equals = word.starts_with("--") ? word.find('=') : word.npos;
        const bool last = i + 1 == words.size();
        if (word == "=" && !out.empty() && out.back().starts_with("--")) {
            if (last) out.emplace_back();
        } else if (equals != word.npos) {
            out.push_back(word.substr(0, equals));
            out.push_back(word.substr(equals + 1));
            if (last) front = word.substr(0, equals + 1);
        } else {
            out.push_back(word);
        }
    }
    return out;
}

// After the last comma of a list.
void keep(Candidates& all, std::string typed, bool list) {
    std::string front;
    if (const std::size_t comma = typed.rfind(','); list && comma != typed.npos) {
        front = typed.substr(0, comma + 1);
        typed = typed.substr(comma + 1);
    }
    auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
    };
    std::erase_if(all.list, [&](const Candidate& one) {
        return one.text.size() < typed.size() ||
               !std::equal(typed.begin(), typed.end(), one.text.begin(), same);
    });
    for (Candidate& one : all.list) one.text = front + one.text;
}

}  // namespace

Candidates complete(const std::vector<std::string>& given, const LiveLists& live) {
    if (given.empty()) return {};
    std::string front;
    const std::vector<std::string> words = without_equals(given, front);
    const std::string& typed = words.back();
    const Line line = read_line({words.begin(), words.end() - 1});
    Candidates out;
    bool list = false;
    if (line.value_of != nullptr) {
        out = value(*line.value_of, live);
        list = std::string_view(line.value_of->value) == "NODE,…" ||
               std::string_view(line.value_of->value) == "COUNTRIES";
    } else if (typed.starts_with("-") && (line.command == nullptr || typed != "-")) {
        out.list = option_names(line);
    } else {
        out.list = command_words(line.words);
        if (line.command != nullptr && out.list.empty()) out = positional(line, live);
    }
    keep(out, typed, list);
    for (Candidate& one : out.list) one.text = front + one.text;
    return out;
}

}  // namespace rilon
