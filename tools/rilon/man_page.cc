#include "tools/rilon/man_page.h"

#include <fmt/format.h>

#include "tools/exit_code.h"
#include "tools/rilon/command.h"

namespace rilon {
namespace {

constexpr const char* description_text = R"(.SH DESCRIPTION
Officers of immigration services post alerts with
.BR rilon ,
read, search and withdraw them.
It talks to a daemon of the officer's own mission,
.BR rilond (8),
which exchanges them with the other missions of a RILON.
Who can read an alert is decided by keys: you see every reader before you post,
and who is left out never gets it, not even sealed.
.PP
Data is on standard output, talk and errors on standard error.
Every error says what happened, why, and what to do.
Personal data need not be on a command line, where others see it:
.BR \- ", " "\-\-mrz \-"
and the questions take it instead.
.PP
A day at work with it is in
.IR officer\-guide.md ,
and
.B "rilon help"
has short pages on exit codes, JSON, security and audiences.
)";

constexpr const char* environment_text = R"(.SH ENVIRONMENT
.TP
.B RILON_HOME
the folder of profiles, instead of
.I ~/.config/rilon
.TP
.B RILON_PROFILE
the profile, where
.B \-\-profile
does not name one
.TP
.B XDG_RUNTIME_DIR
where the agent of
.B "rilon unlock"
listens and drafts are kept
.TP
.BR VISUAL ", " EDITOR
what opens a draft
.TP
.B NO_COLOR
no colours
.SH FILES
.TP
.I ~/.config/rilon/NAME.toml
a profile,
.BR rilon.toml (5)
.TP
.I ~/.config/rilon/policy.toml
the mission's policy,
.BR rilon.toml (5)
.TP
.I ~/.config/rilon/NAME.key
an officer's key, under a passphrase
.SH SEE ALSO
.BR rilon.toml (5),
.BR rilond.toml (5),
.BR rilond (8)
)";

// "-f,--file" and "FILE": \fB-f\fR, \fB--file\fR \fIFILE\fR.
std::string option_head(const OptionSpec& option) {
    std::string out;
    std::string_view rest(option.names);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        if (!out.empty()) out += ", ";
        out += "\\fB" + roff_text(rest.substr(0, comma)) + "\\fR";
        rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    }
    if (option.value != nullptr) out += " \\fI" + roff_text(option.value) + "\\fR";
    return out;
}

std::string option_list(std::span<const OptionSpec> options) {
    std::string out;
    for (const OptionSpec& option : options) {
        std::string_view help(option.help);
        std::string said = roff_text(help);
        // "may be repeated" is in the table as a flag, and in some texts.
        if (option.repeat && help.find("repeated") == help.npos) said += "; may be repeated";
        out += ".TP\n" + option_head(option) + "\n" + said + "\n";
    }
    return out;
}

std::string command_part(const CommandSpec& spec) {
    std::string head = std::string("rilon ") + spec.path;
    if (*spec.positionals != '\0') head += std::string(" ") + spec.positionals;
    return ".SS \"" + roff_text(head) + "\"\n" + roff_text(spec.summary) + "\n" +
           option_list(spec.options);
}

}  // namespace

std::string roff_text(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        char32_t c = size == 1 ? lead : lead & (0x7fu >> size);
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
        // A request begins a line with a dot or an apostrophe, an argument ends with a quote.
        if (i == 0 && (c == '.' || c == '\'')) out += "\\&";
        if (size > 1)
            out += fmt::format("\\[u{:04X}]", static_cast<std::uint32_t>(c));
        else if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '"')
            out += "\\(dq";
        else if (c == '\'')
            out += "\\(aq";
        else if (c == '^' || c == '~' || c == '`')
            out += c == '^' ? "\\(ha" : c == '~' ? "\\(ti" : "\\(ga";
        else
            out.push_back(static_cast<char>(c));
        i += size;
    }
    return out;
}

std::string man_page(std::string_view version) {
    std::string out = fmt::format(
        ".\\\" Written by the table of commands (tools/rilon/man_page.cc).\n"
        ".TH RILON 1 \"\" \"rilon {}\" \"RILON\"\n"
        ".SH NAME\nrilon \\- alerts between immigration liaison officers, sealed for their "
        "readers\n"
        ".SH SYNOPSIS\n.B rilon\n[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]\n",
        roff_text(version));
    out += description_text;
    out += ".SH COMMANDS\n";
    for (const CommandSpec& spec : command_table()) out += command_part(spec);
    out += ".SH OPTIONS OF EVERY COMMAND\n" + option_list(global_options());
    out += ".SH EXIT STATUS\n";
    for (const ExitMeaning& one : exit_meanings())
        out += fmt::format(".TP\n.B {}\n{}\n", one.code, roff_text(one.meaning));
    return out + environment_text;
}

}  // namespace rilon
