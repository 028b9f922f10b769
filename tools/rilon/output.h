// Where the command line speaks: data on stdout, talk on stderr. Everything that came from outside
// is escaped by whoever formats it (protocol/text.h) before it gets here.
#pragma once

#include <string>
#include <string_view>

#include "protocol/partial_date.h"
#include "protocol/units.h"
#include "tools/rilon/command.h"

namespace rilon {

enum class Paint { plain, strong, good, warning, bad, faint };

class Output {
   public:
    explicit Output(const Globals& globals);

    bool json() const { return json_; }
    bool verbose() const { return verbose_; }
    // One line of data.
    void line(std::string_view text);
    // Data as it is, without a newline added.
    void raw(std::string_view text);
    // Flushes stdout; false when what reads us is gone.
    bool flush();
    // Stdout is a pipe that nobody reads any more, as `| head` leaves it: no reason to complain.
    bool reader_gone() const;
    // One line of talk; nothing with --quiet, and nothing under --json.
    void talk(std::string_view text);
    // One line of talk that even --quiet shows: a warning the officer has to see.
    void warn(std::string_view text);
    // Columns of the terminal behind stdout and stderr (columns.h).
    std::size_t columns() const { return columns_out_; }
    std::size_t columns_talk() const { return columns_err_; }
    // The text in colours, if stdout (or stderr) is a terminal that has them and nobody forbade it.
    std::string paint(Paint paint, std::string_view text) const;
    std::string paint_talk(Paint paint, std::string_view text) const;

   private:
    bool json_;
    bool quiet_;
    bool verbose_;
    bool color_out_;
    bool color_err_;
    std::size_t columns_out_;
    std::size_t columns_err_;
};

// An error as it is shown: on stderr, as text or as one JSON object.
void show_error(const Error& error, bool json);

// "2026-11-23 22:14" in local time; "never" for 0.
std::string local_time(std::uint64_t ms);
// "3 min ago", "2 d ago".
std::string ago(std::uint64_t ms, std::uint64_t now_ms);
std::uint64_t now_ms();
CivilDate civil_today();  // In UTC.

// Everything hostile written out, one line.
std::string shown(std::string_view text);

}  // namespace rilon
