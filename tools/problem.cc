#include "tools/problem.h"

#include "tools/exit_code.h"

namespace rilon {
namespace {

constexpr char separator = '\x1f';

}  // namespace

Error problem(Errc code, std::string_view message, std::string_view remedy) {
    std::string detail(message);
    detail += separator;
    detail += remedy;
    return {code, std::move(detail)};
}

Problem explain(const Error& error) {
    const std::size_t at = error.detail.find(separator);
    if (at == std::string::npos) return {error.code, error.detail, default_remedy(error.code)};
    Problem out{error.code, error.detail.substr(0, at), error.detail.substr(at + 1)};
    if (out.remedy.empty()) out.remedy = default_remedy(error.code);
    return out;
}

}  // namespace rilon
