#include "config/armour.h"

#include <sodium.h>

#include <array>
#include <optional>

namespace rilon {
namespace {

struct Label {
    ArmourKind kind;
    std::string_view text;
};
constexpr std::array labels{
    Label{ArmourKind::network, "NETWORK FILE"},
    Label{ArmourKind::node_request, "NODE REQUEST"},
    Label{ArmourKind::person_request, "PERSON REQUEST"},
    Label{ArmourKind::officer_request, "OFFICER REQUEST"},
    Label{ArmourKind::coordinator_request, "COORDINATOR REQUEST"},
    Label{ArmourKind::grant, "GRANT"},
    Label{ArmourKind::draft, "DRAFT"},
    Label{ArmourKind::key, "KEY"},
};
constexpr std::string_view begin = "-----BEGIN RILON ";
constexpr std::string_view end = "-----END RILON ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t line_chars = 64;
constexpr std::string_view blanks = " \t\r\n";

std::string base64(ByteView bytes) {
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant);
    out.pop_back();  // The zero that libsodium ends it with.
    return out;
}

std::optional<ArmourKind> kind_of(std::string_view label) {
    for (const Label& known : labels)
        if (known.text == label) return known.kind;
    return std::nullopt;
}

std::string trimmed(std::string_view text) {
    std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
    std::string out;
    out.reserve(text.size() + 1);
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out.push_back(text[i]);
    out.push_back('\n');
    return out;
}

// The lines between the first and the last, joined.
std::string inner_lines(std::string_view text, std::size_t from, std::size_t to) {
    std::string out;
    for (char c : text.substr(from, to - from))
        if (c != '\n') out.push_back(c);
    return out;
}

}  // namespace

std::string_view armour_label(ArmourKind kind) {
    for (const Label& known : labels)
        if (known.kind == kind) return known.text;
    RILON_ASSERT(false);
}

std::string encode_armour(ArmourKind kind, ByteView bytes) {
    RILON_ASSERT(!bytes.empty());
    std::string label(armour_label(kind));
    std::string text = base64(bytes);
    std::string out = std::string(begin) + label + std::string(dashes) + "\n";
    for (std::size_t i = 0; i < text.size(); i += line_chars)
        out += text.substr(i, line_chars) + "\n";
    return out + std::string(end) + label + std::string(dashes) + "\n";
}

Result<Armoured> parse_armour(std::string_view given) {
    if (given.size() > armour_text_max)
        return {Errc::too_large, "the file is longer than any RILON file is (8 MiB)"};
    std::string text = trimmed(given);
    std::size_t line = text.find('\n');
    if (!text.starts_with(begin) || line == std::string::npos)
        return {Errc::malformed, "not a RILON file: it does not begin with \"-----BEGIN RILON\""};
    std::string_view head = std::string_view(text).substr(begin.size(), line - begin.size());
    if (!head.ends_with(dashes)) return {Errc::malformed, "the BEGIN line is damaged"};
    std::string_view label = head.substr(0, head.size() - dashes.size());
    auto kind = kind_of(label);
    if (!kind) return {Errc::malformed, "a RILON file of a kind that this version does not know"};
    std::size_t last = text.rfind(end);
    if (last == std::string::npos || last <= line)
        return {Errc::malformed, "the END line is missing: the file was cut short; copy it again"};
    std::string body = inner_lines(text, line + 1, last);
    if (body.empty())
        return {Errc::malformed, "nothing between BEGIN and END; copy the file again"};
    Bytes bytes(body.size());
    std::size_t size = 0;
    const char* stop = nullptr;
    if (sodium_base642bin(bytes.data(), bytes.size(), body.data(), body.size(), nullptr, &size,
                          &stop, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        stop != body.data() + body.size() || size == 0)
        return {Errc::malformed, "the base64 text is damaged; copy the file again"};
    bytes.resize(size);
    if (encode_armour(*kind, bytes) != text)
        return {Errc::malformed, "the lines are not as RILON writes them; copy the file again"};
    return Armoured{*kind, std::move(bytes)};
}

Result<Bytes> parse_armour_of(ArmourKind kind, std::string_view text) {
    auto found = parse_armour(text);
    if (!found) return found.error();
    if (found->kind != kind)
        return {Errc::malformed, "this is a RILON " + std::string(armour_label(found->kind)) +
                                     "; a RILON " + std::string(armour_label(kind)) +
                                     " is needed here"};
    return std::move(found->bytes);
}

}  // namespace rilon
