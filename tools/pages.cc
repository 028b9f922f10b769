// rilon-pages WHAT FILE: what is written from the table of commands while building, to be
// installed: rilon(1) and the completion of each shell. Holds no secret, so it needs no locked
// memory.
#include <cstdio>
#include <string>

#include "config/file_io.h"
#include "tools/rilon/completion_scripts.h"
#include "tools/rilon/man_page.h"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: rilon-pages man|bash|zsh|fish FILE\n", stderr);
        return 2;
    }
    const std::string what = argv[1];
    const char* script = rilon::completion_script(what);
    if (what != "man" && script == nullptr) {
        std::fprintf(stderr, "rilon-pages: no page %s\n", what.c_str());
        return 2;
    }
    const std::string text = script != nullptr ? script : rilon::man_page(RILON_VERSION);
    const rilon::Status written = rilon::write_file(
        argv[2], rilon::as_bytes(text), rilon::FileMode::shared, rilon::Overwrite::replace);
    if (written) return 0;
    std::fprintf(stderr, "rilon-pages: %s\n", written.error().detail.c_str());
    return 1;
}
