#include "tools/rilon/resume_file.h"

#include "config/file_io.h"
#include "protocol/feed_cursor.h"
#include "tools/problem.h"

namespace rilon {
namespace {

constexpr std::string_view front = "rilon-feed 1 ";
constexpr std::size_t consumer_digits = 32;
constexpr std::size_t resume_bytes_max = 256;

bool all_in(std::string_view text, const char* characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

}  // namespace

std::string encode_resume(const ResumePoint& point) {
    return std::string(front) + point.consumer + " " + (point.cursor.empty() ? "-" : point.cursor) +
           "\n";
}

Result<ResumePoint> parse_resume(std::string_view text) {
    const Error bad = problem(Errc::malformed, "not a resume file of rilon feed",
                              "name another file, or take this one away to start anew");
    if (!text.starts_with(front) || !text.ends_with('\n')) return bad;
    text.remove_suffix(1);
    text.remove_prefix(front.size());
    if (text.size() < consumer_digits + 2 || text[consumer_digits] != ' ') return bad;
    ResumePoint out;
    out.consumer = text.substr(0, consumer_digits);
    out.cursor = text.substr(consumer_digits + 1);
    if (!all_in(out.consumer, "0123456789abcdef")) return bad;
    if (out.cursor == "-")
        out.cursor.clear();
    else if (!parse_feed_cursor(out.cursor))
        return bad;
    return out;
}

Result<ResumePoint> load_resume(const std::string& path, Rng& rng) {
    auto bytes = read_file(path, resume_bytes_max);
    if (bytes) {
        auto point = parse_resume(as_text(*bytes));
        if (point) return point;
        const Problem p = explain(point.error());
        return problem(p.code, path + ": " + p.message, p.remedy);
    }
    if (bytes.code() != Errc::not_found) return bytes.error();
    return ResumePoint{rng.bytes<Random16>().hex(), ""};
}

Status save_resume(const std::string& path, const ResumePoint& point) {
    return write_file(path, as_bytes(encode_resume(point)), FileMode::shared, Overwrite::replace);
}

}  // namespace rilon
