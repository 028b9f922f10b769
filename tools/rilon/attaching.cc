#include "tools/rilon/attaching.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "config/file_io.h"
#include "protocol/attachment.h"
#include "protocol/crypto.h"
#include "tools/picture.h"
#include "tools/problem.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

// What a pipe or a device would give, and when, nobody knows: a file that stays as it is.
Status is_plain_file(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return problem(errno == ENOENT ? Errc::not_found : Errc::io, "it can't be opened",
                       "look at its name and rights");
    struct stat info {};
    const bool known = fstat(fd, &info) == 0;
    close(fd);
    if (!known || !S_ISREG(info.st_mode))
        return problem(Errc::usage, "it is no file", "name a JPEG or PNG file");
    if (info.st_size == 0) return problem(Errc::usage, "it is empty", "name a JPEG or PNG file");
    if (static_cast<std::uint64_t>(info.st_size) > picture_file_bytes_max)
        return problem(Errc::too_large,
                       fmt::format("it has {}, more than {}",
                                   bytes_text(static_cast<std::uint64_t>(info.st_size)),
                                   bytes_text(picture_file_bytes_max)),
                       "export it smaller");
    return {};
}

Result<Picture> read_picture(const std::string& path) {
    if (Status plain = is_plain_file(path); !plain) return plain.error();
    auto bytes = read_file(path, picture_file_bytes_max);
    if (!bytes) return bytes.error();
    auto picture = clean_picture(*bytes, attachment_bytes_max);
    wipe(*bytes);
    return picture;
}

Error of_file(const std::string& path, const Error& error) {
    const Problem why = explain(error);
    return problem(why.code, "--attach " + shown(path) + ": " + why.message, why.remedy);
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
    if (bytes < 1024) return fmt::format("{} bytes", bytes);
    if (bytes < 1024 * 1024) return fmt::format("{} KiB", (bytes + 512) / 1024);
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

Status attach_files(Context& context, proto::Alert& alert, std::vector<Bytes>& attached) {
    attached.resize(static_cast<std::size_t>(alert.attachments_size()));
    const std::vector<std::string> files = context.args.all("attach");
    const std::vector<std::string> captions = context.args.all("caption");
    if (captions.size() > files.size())
        return problem(Errc::usage, "more captions than files",
                       "give --attach FILE before each --caption TEXT");
    if (attached.size() + files.size() > static_cast<std::size_t>(attachments_max))
        return problem(Errc::usage,
                       fmt::format("an alert has {} attachments at most", attachments_max),
                       "leave some out, or post a second alert");
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto picture = read_picture(files[i]);
        if (!picture) return of_file(files[i], picture.error());
        proto::Attachment& one = *alert.add_attachments();
        one.set_media_type(std::string(picture->media_type));
        one.set_size(picture->bytes.size());
        one.set_hash(hash({picture->bytes}).str());
        if (i < captions.size()) one.set_caption(captions[i]);
        context.out.talk(fmt::format(
            "attachment {}: {}, {} × {}, {}; {}", alert.attachments_size(), picture->media_type,
            picture->width, picture->height, bytes_text(picture->bytes.size()),
            picture->reduced ? "made smaller to fit, nothing but the picture"
                             : "nothing but the picture"));
        attached.push_back(std::move(picture->bytes));
    }
    return {};
}

Status detach(const Args& args, proto::Alert& alert) {
    std::vector<int> numbers;
    for (const std::string& text : args.all("detach")) {
        int number = 0;
        const char* end = text.data() + text.size();
        auto read = std::from_chars(text.data(), end, number);
        if (read.ec != std::errc{} || read.ptr != end || number < 1 ||
            number > alert.attachments_size())
            return problem(Errc::usage,
                           fmt::format("--detach {}: the alert has {} attachments", shown(text),
                                       alert.attachments_size()),
                           "rilon show has their numbers");
        numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number)
        alert.mutable_attachments()->DeleteSubrange(*number - 1, 1);
    return {};
}

std::string attach_words(const Args& args) {
    std::string out;
    for (const char* option : {"attach", "caption"})
        for (const std::string& value : args.all(option))
            out += fmt::format(" --{} {}", option, shown(value));
    return out;
}

Status hand_over(Session& session, const std::string& ticket, const std::vector<Bytes>& attached) {
    constexpr std::size_t at_once = 128u << 10;
    for (std::size_t i = 0; i < attached.size(); ++i)
        for (std::size_t from = 0; from < attached[i].size(); from += at_once) {
            const ByteView rest = ByteView(attached[i]).subspan(from);
            proto::Request request;
            request.mutable_attach()->set_ticket(ticket);
            request.mutable_attach()->set_attachment(static_cast<std::uint32_t>(i + 1));
            request.mutable_attach()->set_offset(from);
            request.mutable_attach()->set_data(
                std::string(as_text(rest.first(std::min(at_once, rest.size())))));
            auto response = session.call(request);
            if (!response) return response.error();
        }
    return {};
}

}  // namespace rilon
