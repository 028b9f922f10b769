// rilon completion SHELL, and what the shells then ask at every press of the key: rilon complete.
#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "node/system.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/completion.h"
#include "tools/rilon/completion_scripts.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// Beyond it a press of the key is felt. What is not there by then is not offered.
constexpr std::uint64_t patience_ms = 80;
constexpr std::uint32_t alerts_max = 50;
constexpr std::size_t line_bytes_max = 64 * 1024;

// Between two presses of a key nobody reads an error: no words, and nothing to show.
void too_late(int) {
    constexpr char none[] = "words\n";
    if (write(STDOUT_FILENO, none, sizeof none - 1) < 0) std::_Exit(exit_other);
    std::_Exit(exit_done);
}

// Each word ends with a NUL.
std::vector<std::string> words_of_line(std::string_view input) {
    std::vector<std::string> out;
    while (!input.empty()) {
        const std::size_t end = input.find('\0');
        out.emplace_back(input.substr(0, end));
        input = end == input.npos ? std::string_view() : input.substr(end + 1);
    }
    return out;
}

// A profile named in the line that is being typed counts, wherever it stands.
std::string profile_in(const std::vector<std::string>& words, const std::string& otherwise) {
    for (std::size_t i = 0; i + 2 < words.size(); ++i)
        if (words[i] == "--profile") return words[i + 1];
    return otherwise;
}

// Asks nobody for a passphrase and waits for no node: what can't be had now is not offered.
class Asking {
   public:
    Asking(const Context& context, const std::vector<std::string>& words)
        : globals_(context.globals), terminal_(true, false) {
        globals_.no_input = true;
        globals_.timeout_ms = patience_ms;
        globals_.passphrase_file.clear();
        globals_.profile = profile_in(words, globals_.profile);
        args_ = &context.args;
        out_ = &context.out;
    }

    Result<proto::Response> ask(proto::Request& request) {
        Context context{*args_, globals_, *out_, terminal_};
        auto session = Session::open(context);
        if (!session) return session.error();
        return session->call(request);
    }

    proto::AudiencesResponse ask_audiences() {
        proto::Request request;
        request.mutable_audiences();
        auto answer = ask(request);
        return answer ? answer->audiences() : proto::AudiencesResponse{};
    }

    std::vector<Candidate> audiences() {
        std::vector<Candidate> out;
        const proto::AudiencesResponse answer = ask_audiences();
        for (const proto::AudienceRow& row : answer.audiences())
            if (row.ours())
                out.push_back({shown(row.name()), fmt::format("{} nodes", row.members_size())});
        return out;
    }
    std::vector<Candidate> nodes() {
        std::vector<Candidate> out;
        const proto::AudiencesResponse answer = ask_audiences();
        for (const proto::AudienceRow& row : answer.audiences())
            for (const proto::Reader& reader : row.members())
                out.push_back({shown(reader.name()), shown(reader.party())});
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    }
    std::vector<Candidate> alerts() {
        std::vector<Candidate> out;
        proto::Request request;
        request.mutable_list()->set_limit(alerts_max);
        auto answer = ask(request);
        if (!answer) return out;
        for (const proto::AlertRow& row : answer->alerts().rows())
            out.push_back({short_form(row.alert_id()),
                           fmt::format("{} of {}", shown(row.type()), shown(row.origin()))});
        return out;
    }

   private:
    Globals globals_;
    Terminal terminal_;
    const Args* args_;
    Output* out_;
};

std::vector<Candidate> profiles() {
    std::vector<Candidate> out;
    std::error_code failed;
    for (const auto& file : std::filesystem::directory_iterator(rilon_home(), failed))
        if (file.path().extension() == ".toml" && check_profile_name(file.path().stem().string()))
            out.push_back({shown(file.path().stem().string()), ""});
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

Result<int> run_completion(Context& context) {
    const std::string shell = context.args.word(0);
    if (const char* script = completion_script(shell); script != nullptr)
        return context.out.raw(script), exit_done;
    return problem(Errc::usage, "there is no completion for " + shown(shell),
                   "rilon completion bash, zsh or fish");
}

Result<int> run_complete(Context& context) {
    auto input = Terminal::read_input("-", line_bytes_max);
    if (!input) return input.error();
    const std::vector<std::string> words = words_of_line(*input);
    Asking asking(context, words);
    // The agent and the node each have their own patience; this ends all of it together.
    std::signal(SIGALRM, too_late);
    const itimerval limit{{0, 0}, {0, patience_ms * 1000}};
    setitimer(ITIMER_REAL, &limit, nullptr);
    const Candidates found =
        complete(words, {[&] { return asking.audiences(); }, [&] { return asking.nodes(); },
                         [&] { return asking.alerts(); }, profiles});
    const itimerval off{};
    setitimer(ITIMER_REAL, &off, nullptr);
    context.out.line(found.files ? "files" : "words");
    for (const Candidate& one : found.list) context.out.line(one.text + "\t" + one.help);
    return exit_done;
}

}  // namespace rilon
