#include "tests/sim/plan.h"

#include <charconv>
#include <iterator>
#include <sstream>
#include <string_view>

namespace rilon {
namespace {

constexpr std::string_view verb_names[] = {
    "post",      "burst",  "withdraw", "supersede", "narrow",      "confirm", "history",
    "ask",       "answer", "orphan",   "feed",      "acknowledge", "suspend", "confirm-suspension",
    "reinstate", "revoke", "rotate",   "replace",   "group",       "admit",   "partition",
    "one-way",   "heal",   "broken",   "isolate",   "kill",        "stop",    "fill",
    "slow",      "clock",  "backup",   "restore",   "lose-disk",   "malice",  "sleep",
};
static_assert(std::size(verb_names) == static_cast<std::size_t>(Verb::count_));

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t out = 0;
    auto end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, out);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return out;
}

Error not_understood(const std::string& word) {
    return {Errc::malformed, "a plan has no \"" + word + "\""};
}

Status read_shape(std::string_view text, Shape& out) {
    std::size_t x = text.find('x');
    auto rilons = number(text.substr(0, x));
    auto missions = x == text.npos ? std::nullopt : number(text.substr(x + 1));
    bool fits = rilons && missions && *rilons >= 1 && *rilons <= rilons_max && *missions >= 1 &&
                *missions <= missions_max;
    if (!fits) return {Errc::malformed, "a shape is like 2x3, of at most 4 RILONs of 9 missions"};
    out = {static_cast<unsigned>(*rilons), static_cast<unsigned>(*missions)};
    return {};
}

Status read_setting(const std::string& word, Plan& out) {
    if (word == "silent") {
        out.silent = true;
        return {};
    }
    std::size_t is = word.find('=');
    if (is == word.npos) return not_understood(word);
    std::string name = word.substr(0, is);
    if (name == "shape") return read_shape(std::string_view(word).substr(is + 1), out.shape);
    auto value = number(std::string_view(word).substr(is + 1));
    if (!value) return not_understood(word);
    auto small = static_cast<unsigned>(*value);
    LinkQuality& q = out.quality;
    if (name == "net")
        out.net = *value;
    else if (name == "mallory")
        out.mallory = small;
    else if (name == "withheld")
        out.withheld_percent = small;
    else if (name == "delay")
        q.delay_max_ms = std::max<std::uint64_t>(1, *value);
    else if (name == "lost")
        q.live_lost_percent = small;
    else if (name == "doubled")
        q.live_doubled_percent = small;
    else if (name == "late")
        q.live_late_ms = *value;
    else if (name == "crash")
        q.crash_per_mille = small;
    else if (name == "disk")
        q.disk_error_per_mille = small;
    else if (name == "kept")
        out.kept_seconds = *value;
    else
        return not_understood(word);
    return {};
}

Result<Action> read_action(std::istringstream words) {
    std::string word;
    if (!(words >> word)) return {Errc::malformed, "a plan has an empty action"};
    auto name = std::find(std::begin(verb_names), std::end(verb_names), word);
    if (name == std::end(verb_names)) return not_understood(word);
    Action out;
    out.verb = static_cast<Verb>(std::distance(std::begin(verb_names), name));
    std::size_t at = 0;
    while (words >> word) {
        bool wait = word.front() == '@';
        auto value = number(std::string_view(word).substr(wait ? 1 : 0));
        if (!value || (!wait && at == out.n.size())) return not_understood(word);
        (wait ? out.wait_ms : out.n[at++]) = *value;
    }
    return out;
}

}  // namespace

std::string encode_plan(const Plan& plan) {
    const LinkQuality& q = plan.quality;
    std::string out = "net=" + std::to_string(plan.net) +
                      " shape=" + std::to_string(plan.shape.rilons) + "x" +
                      std::to_string(plan.shape.missions);
    auto put = [&](const char* name, std::uint64_t value) {
        if (value != 0) out += std::string(" ") + name + "=" + std::to_string(value);
    };
    if (plan.mallory.has_value()) out += " mallory=" + std::to_string(*plan.mallory);
    put("withheld", plan.withheld_percent);
    if (q.delay_max_ms != LinkQuality{}.delay_max_ms) put("delay", q.delay_max_ms);
    put("lost", q.live_lost_percent);
    put("doubled", q.live_doubled_percent);
    put("late", q.live_late_ms);
    put("crash", q.crash_per_mille);
    put("disk", q.disk_error_per_mille);
    put("kept", plan.kept_seconds);
    if (plan.silent) out += " silent";
    for (const Action& action : plan.actions) {
        out += " | " + std::string(verb_names[static_cast<std::size_t>(action.verb)]);
        std::size_t used = action.n.size();
        while (used > 0 && action.n[used - 1] == 0) --used;
        for (std::size_t i = 0; i < used; ++i) out += " " + std::to_string(action.n[i]);
        if (action.wait_ms != 0) out += " @" + std::to_string(action.wait_ms);
    }
    return out;
}

Result<Plan> parse_plan(const std::string& line) {
    Plan out;
    std::istringstream parts(line);
    std::string part;
    std::getline(parts, part, '|');
    std::istringstream settings(part);
    for (std::string word; settings >> word;)
        if (Status read = read_setting(word, out); !read.ok()) return read.error();
    while (std::getline(parts, part, '|')) {
        auto action = read_action(std::istringstream(part));
        if (!action.ok()) return action.error();
        out.actions.push_back(*action);
    }
    return out;
}

}  // namespace rilon
