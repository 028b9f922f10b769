#include "tools/rilon/operation.h"

#include <fmt/format.h>

#include "tools/problem.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

constexpr std::size_t note_bytes_max = 4096;

Result<std::string> known_code(const std::string& otherwise, const std::string& code,
                               CodeList list) {
    if (find_code(list, code) != nullptr) return code;
    const Code* near = nearest_code(list, code);
    std::string all;
    for (const Code& c : list) all += (all.empty() ? "" : ", ") + std::string(c.code);
    return problem(
        Errc::usage, otherwise,
        near != nullptr ? "did you mean " + std::string(near->code) + "?" : "one of " + all);
}

}  // namespace

Result<proto::AlertRow> alert_named(Session& session, const std::string& alert) {
    proto::Request request;
    request.mutable_show()->set_alert(alert);
    auto response = session.call(request);
    if (!response) return response.error();
    return response->show().row();
}

std::string words_after_id(const Context& context) {
    const std::vector<std::string>& words = context.args.words();
    std::string text;
    for (std::size_t i = 1; i < words.size(); ++i) text += (text.empty() ? "" : " ") + words[i];
    return text;
}

Result<std::string> text_or_input(std::string text) {
    if (text != "-") return text;
    auto input = Terminal::read_input("-", note_bytes_max);
    if (!input) return input.error();
    while (!input->empty() && input->back() == '\n') input->pop_back();
    return input;
}

std::string headline_of(const char* what, const proto::AlertRow& row) {
    return fmt::format("{} {}  {}", what, short_form(row.alert_id()), title_of(row));
}

void put_onward(Output& out, const proto::Onward& one) {
    if (out.json()) return out.line(json_onward(one));
    for (const std::string& line : onward_lines(one, out.columns())) out.line(line);
}

Status wish_readers_again(const Args& args, const proto::AlertRow& row,
                          proto::PrepareRequest& prepare) {
    if (Status s = read_wish(args, *prepare.mutable_wish()); !s) return s;
    if (args.has("to") || row.narrowed()) return {};  // Narrowed: who still reads it is known.
    // Who was left out then must not slip in now: the officer names the readers again.
    if (row.audience().empty() || row.audience().find(' ') != std::string::npos)
        return problem(Errc::usage, "this alert went to " + row.audience(),
                       "give --to and what else named its readers");
    prepare.mutable_wish()->set_audience(row.audience());
    return {};
}

Result<std::string> known_reason(const std::string& reason, CodeList reasons) {
    return known_code("no such reason: " + reason, reason, reasons);
}

Result<std::string> known_kind(const std::string& option, const std::string& kind) {
    return known_code(option + " " + kind + " is no kind of alert", kind, alert_kinds());
}

}  // namespace rilon
