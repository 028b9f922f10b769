#include "tools/rilon/operation.h"

#include <fmt/format.h>

#include "tools/problem.h"
#include "tools/rilon/view.h"

namespace rilon {

Result<proto::AlertRow> alert_named(Session& session, const std::string& alert) {
    proto::Request request;
    request.mutable_show()->set_alert(alert);
    auto response = session.call(request);
    if (!response) return response.error();
    return response->show().row();
}

std::string headline_of(const char* what, const proto::AlertRow& row) {
    return fmt::format("{} {}  {}", what, short_form(row.alert_id()), title_of(row));
}

Result<std::string> known_reason(const std::string& reason, CodeList reasons) {
    if (find_code(reasons, reason) != nullptr) return reason;
    const Code* near = nearest_code(reasons, reason);
    std::string all;
    for (const Code& c : reasons) all += (all.empty() ? "" : ", ") + std::string(c.code);
    return problem(
        Errc::usage, "no such reason: " + reason,
        near != nullptr ? "did you mean " + std::string(near->code) + "?" : "one of " + all);
}

Result<std::string> known_kind(const std::string& option, const std::string& kind) {
    if (find_code(alert_kinds(), kind) != nullptr) return kind;
    const Code* near = nearest_code(alert_kinds(), kind);
    std::string all;
    for (const Code& c : alert_kinds()) all += (all.empty() ? "" : ", ") + std::string(c.code);
    return problem(
        Errc::usage, option + " " + kind + " is no kind of alert",
        near != nullptr ? "did you mean " + std::string(near->code) + "?" : "one of " + all);
}

}  // namespace rilon
