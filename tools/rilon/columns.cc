#include "tools/rilon/columns.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "protocol/text.h"

namespace rilon {
namespace {

// How much of the text has room.
std::string_view fitting(std::string_view text, std::size_t columns) {
    std::size_t end = 0;
    std::size_t width = 0;
    while (end < text.size()) {
        const std::string_view one = first_code_points(text.substr(end), 1);
        width += display_width(one);
        if (width > columns) break;
        end += one.size();
    }
    return text.substr(0, end);
}

}  // namespace

std::size_t columns_of(int fd) {
    winsize size{};
    if (isatty(fd) != 1 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return columns_unlimited;
    return std::max<std::size_t>(size.ws_col, columns_min);
}

std::string cut_to(std::string_view text, std::size_t columns) {
    if (columns == columns_unlimited || display_width(text) <= columns) return std::string(text);
    return std::string(fitting(text, columns == 0 ? 0 : columns - 1)) + "…";
}

std::string padded(std::string_view text, std::size_t columns) {
    const std::size_t width = display_width(text);
    return std::string(text) + std::string(width < columns ? columns - width : 0, ' ');
}

std::vector<std::string> folded(std::string_view text, std::size_t columns, std::size_t indent) {
    std::vector<std::string> out;
    std::string before;
    const std::size_t room_min = columns_min / 2;
    indent = std::min(indent, columns < room_min ? 0 : columns - room_min);
    while (true) {
        const std::size_t room = columns == columns_unlimited ? columns : columns - before.size();
        std::string_view line = fitting(text, room);
        if (line.empty()) line = first_code_points(text, 1);  // Wider than all there is.
        if (line.size() < text.size() && text[line.size()] != ' ') {
            const std::size_t blank = line.rfind(' ');
            if (blank != std::string_view::npos && line.find_first_not_of(' ') < blank)
                line = line.substr(0, blank);
        }
        text.remove_prefix(line.size());
        if (!text.empty()) {  // Without the blanks that it is divided at.
            text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
            line = line.substr(0, line.find_last_not_of(' ') + 1);
        }
        out.push_back(before + std::string(line));
        if (text.empty()) return out;
        before.assign(indent, ' ');
    }
}

}  // namespace rilon
