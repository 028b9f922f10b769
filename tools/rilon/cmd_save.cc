// rilon save: an attachment as a file, under the name that the reader types and no other.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "config/file_io.h"
#include "protocol/attachment.h"
#include "protocol/crypto.h"
#include "tools/exit_code.h"
#include "tools/picture.h"
#include "tools/problem.h"
#include "tools/rilon/attaching.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"

namespace rilon {
namespace {

Result<std::uint32_t> attachment_number(const Args& args) {
    const std::string text = args.get("attachment", "1");
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc{} && read.ptr == end && number >= 1 && number <= attachments_max)
        return number;
    return problem(Errc::usage, "--attachment " + shown(text) + " is no number of an attachment",
                   "rilon show has their numbers");
}

struct Fetched {
    proto::AttachmentResponse about;  // The last piece's.
    Bytes bytes;
};

// Nothing leaves here that is not what the officer signed.
Result<Fetched> fetch_attachment(Session& session, const std::string& alert, std::uint32_t number) {
    Fetched out;
    for (std::uint32_t piece = 0, pieces = 1; piece < pieces; ++piece) {
        proto::Request request;
        request.mutable_attachment()->set_alert(alert);
        request.mutable_attachment()->set_attachment(number);
        request.mutable_attachment()->set_piece(piece);
        auto response = session.call(request);
        if (!response) return response.error();
        out.about = response->attachment();
        pieces = std::min<std::uint32_t>(out.about.pieces(), chunks_of_one_max);
        const ByteView data = as_bytes(out.about.data());
        out.bytes.insert(out.bytes.end(), data.begin(), data.end());
    }
    auto info = parse_attachment(out.about.attachment());
    if (info && out.bytes.size() == info->size && hash({out.bytes}) == info->hash) return out;
    return problem(Errc::bad_signature, "what came is not what the alert's officer signed",
                   "try again; if it stays so, tell the author and your node's administrator");
}

}  // namespace

Result<int> run_save(Context& context) {
    auto number = attachment_number(context.args);
    if (!number) return number.error();
    const std::string& path = context.args.word(1);
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
        return problem(Errc::usage, shown(path) + " is there already, and is not overwritten",
                       "name a new file");
    auto session = Session::open(context);
    if (!session) return session.error();
    auto fetched = fetch_attachment(*session, context.args.word(0), *number);
    if (!fetched) return fetched.error();
    const proto::Attachment& one = fetched->about.attachment();
    if (Status good = check_picture(fetched->bytes, one.media_type()); !good)
        return problem(
            Errc::bad_signature,
            "not saved, for a viewer might not bear it: " + explain(good.error()).message,
            "ask the author what it is");
    Status written = write_file(path, fetched->bytes, FileMode::secret, Overwrite::refuse);
    wipe(fetched->bytes);
    if (!written) return written.error();
    if (context.out.json()) {
        context.out.line(json_saved(one, *number, path));
        return exit_done;
    }
    context.out.line(fmt::format("✓ {}: attachment {} of {}, {}, {}", shown(path), *number,
                                 fetched->about.attachments(), shown(one.media_type()),
                                 bytes_text(one.size())));
    context.out.talk("It is a copy that no withdrawal reaches: delete it when it is not needed.");
    return exit_done;
}

}  // namespace rilon
