// A piece of an attachment, of the newest revision. Every check of the alert is made again; the
// whole is checked by who puts it together.
#include "node/chunks.h"
#include "node/query_rows.h"

namespace rilon {

Result<proto::AttachmentResponse> run_attachment(const proto::AttachmentRequest& request,
                                                 const QueryContext& context) {
    auto found = context.index.find(request.alert());
    if (!found.ok()) return found.error();
    if (!found->readable() || found->expired(context.sure))
        return {Errc::not_found, "the alert is withdrawn or over, and its attachments with it"};
    const EntryRef& content = found->revisions.back();
    auto opened = open_operation(content, context);
    if (!opened.ok()) return opened.error();
    const proto::Alert* alert = alert_of(opened->operation);
    if (alert == nullptr || request.attachment() == 0)
        return {Errc::not_found, "there is no such attachment; they are counted from 1"};
    const std::size_t attachment = request.attachment() - 1;
    auto data = read_piece(context.store, content, *alert, attachment, request.piece());
    if (!data.ok()) return data.error();
    proto::AttachmentResponse out;
    *out.mutable_attachment() = alert->attachments(static_cast<int>(attachment));
    out.set_attachments(static_cast<std::uint32_t>(alert->attachments_size()));
    out.set_data(std::string(as_text(*data)));
    wipe(*data);
    out.set_pieces(static_cast<std::uint32_t>(parse_attachment(out.attachment())->chunks()));
    return out;
}

}  // namespace rilon
