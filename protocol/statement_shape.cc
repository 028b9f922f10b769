#include "protocol/statement_shape.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <set>

#include "protocol/text.h"

namespace rilon {
namespace {

using google::protobuf::internal::WireFormatLite;
using Kind = FieldShape::Kind;

constexpr FieldShape varint(int number) {
    return {number, Kind::varint};
}
constexpr FieldShape bytes(int number) {
    return {number, Kind::bytes};
}
constexpr FieldShape text(int number) {
    return {number, Kind::text};
}
constexpr FieldShape many_bytes(int number) {
    return {number, Kind::bytes, true};
}
constexpr FieldShape nested(int number, const MessageShape& shape) {
    return {number, Kind::message, false, &shape};
}
constexpr FieldShape many(int number, const MessageShape& shape) {
    return {number, Kind::message, true, &shape};
}

constexpr FieldShape person_fields[] = {bytes(1), text(2), text(3), bytes(4), bytes(5)};
constexpr MessageShape person_shape{person_fields};
constexpr FieldShape node_fields[] = {text(1),  text(2), text(3), bytes(4), bytes(5),
                                      bytes(6), text(7), text(8), text(9)};
constexpr MessageShape node_shape{node_fields};

constexpr FieldShape request_fields[] = {bytes(1), bytes(2)};
constexpr MessageShape request_shape{request_fields};
constexpr FieldShape coordinator_fields[] = {text(1), bytes(2), bytes(3), text(4),
                                             text(5), text(6),  bytes(7)};
constexpr MessageShape coordinator_shape{coordinator_fields};
constexpr FieldShape root_fields[] = {varint(1), text(2),  many(3, request_shape),
                                      varint(4), bytes(5), many(6, coordinator_shape),
                                      bytes(7),  varint(8)};
constexpr MessageShape root_shape{root_fields};
constexpr FieldShape establish_fields[] = {
    text(1),  text(2), text(3), nested(4, request_shape), many(5, request_shape),
    bytes(6), bytes(7)};
constexpr MessageShape establish_shape{establish_fields};
constexpr FieldShape change_fields[] = {text(1), text(2), nested(3, request_shape),
                                        many(4, request_shape), varint(5)};
constexpr MessageShape change_shape{change_fields};
constexpr FieldShape party_fields[] = {text(1), text(2), text(3), many(4, request_shape)};
constexpr MessageShape party_shape{party_fields};
constexpr FieldShape add_node_fields[] = {nested(1, request_shape)};
constexpr MessageShape add_node_shape{add_node_fields};
constexpr FieldShape cut_fields[] = {bytes(1), varint(2), bytes(3)};
constexpr MessageShape cut_shape{cut_fields};
constexpr FieldShape replace_fields[] = {bytes(1), bytes(2), bytes(3), bytes(4),
                                         many(5, cut_shape)};
constexpr MessageShape replace_shape{replace_fields};
constexpr FieldShape group_fields[] = {bytes(1), text(2), many_bytes(3), varint(4)};
constexpr MessageShape group_shape{group_fields};
constexpr FieldShape suspend_fields[] = {bytes(1), varint(2), text(3)};
constexpr MessageShape suspend_shape{suspend_fields};
constexpr FieldShape one_id_fields[] = {bytes(1)};
constexpr MessageShape one_id_shape{one_id_fields};  // ConfirmSuspend, Reinstate.
constexpr FieldShape activate_fields[] = {text(1)};
constexpr MessageShape activate_shape{activate_fields};
constexpr FieldShape revoke_fields[] = {bytes(1), many(2, cut_shape), text(3)};
constexpr MessageShape revoke_shape{revoke_fields};
constexpr FieldShape rotate_fields[] = {bytes(1), bytes(2)};
constexpr MessageShape rotate_shape{rotate_fields};

constexpr FieldShape orphan_fields[] = {bytes(1), many_bytes(2), text(3)};
constexpr MessageShape orphan_shape{orphan_fields};

constexpr int first_body = 10;
constexpr FieldShape statement_fields[] = {
    bytes(1),
    varint(2),
    varint(3),
    nested(10, root_shape),
    nested(11, establish_shape),
    nested(12, change_shape),
    nested(13, party_shape),
    nested(14, add_node_shape),
    nested(15, replace_shape),
    nested(16, group_shape),
    nested(17, suspend_shape),
    nested(18, one_id_shape),
    nested(19, one_id_shape),
    nested(20, revoke_shape),
    nested(21, rotate_shape),
    nested(22, activate_shape),
    nested(23, orphan_shape),
};
constexpr MessageShape whole_statement_shape{statement_fields, first_body};

const FieldShape* field_of(const MessageShape& shape, int number) {
    for (const FieldShape& field : shape.fields)
        if (field.number == number) return &field;
    return nullptr;
}

Status check_wire_type(const FieldShape& field, WireFormatLite::WireType type) {
    auto wanted = field.kind == Kind::varint ? WireFormatLite::WIRETYPE_VARINT
                                             : WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (type == wanted) return {};
    return {Errc::malformed, fmt::format("field {} of the wrong type", field.number)};
}

// Reads one value; for a message gives its bytes' extent for the nested check.
Status check_value(google::protobuf::io::CodedInputStream& in, ByteView bytes_in,
                   const FieldShape& field) {
    const Error ends_early{Errc::malformed, "a message that ends early"};
    if (field.kind == Kind::varint) {
        std::uint64_t ignored = 0;
        return in.ReadVarint64(&ignored) ? Status{} : Status{ends_early};
    }
    std::uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return ends_early;
    auto start = static_cast<std::size_t>(in.CurrentPosition());
    if (size > bytes_in.size() - start || !in.Skip(static_cast<int>(size))) return ends_early;
    if (field.kind == Kind::bytes) return {};
    if (field.kind == Kind::text)
        return is_utf8(as_text(bytes_in.subspan(start, size)))
                   ? Status{}
                   : Status{Errc::malformed, "text that is not UTF-8"};
    return check_shape(bytes_in.subspan(start, size), *field.nested);
}

}  // namespace

// Recursion is as deep as the shapes are: three.
Status check_shape(ByteView bytes_in, const MessageShape& shape) {
    google::protobuf::io::CodedInputStream in(bytes_in.data(), static_cast<int>(bytes_in.size()));
    std::set<int> seen;
    bool exclusive_seen = false;
    while (static_cast<std::size_t>(in.CurrentPosition()) < bytes_in.size()) {
        std::uint32_t tag = in.ReadTag();
        if (tag == 0) return {Errc::malformed, "a message that can't be read"};
        int number = WireFormatLite::GetTagFieldNumber(tag);
        const FieldShape* field = field_of(shape, number);
        if (field == nullptr)
            return {Errc::unsupported,
                    fmt::format("field {} is not known to this version", number)};
        if (Status s = check_wire_type(*field, WireFormatLite::GetTagWireType(tag)); !s) return s;
        if (!seen.insert(number).second && !field->repeated)
            return {Errc::malformed, fmt::format("field {} twice", number)};
        if (shape.exclusive_from > 0 && number >= shape.exclusive_from) {
            if (exclusive_seen) return {Errc::malformed, "a statement that says two things"};
            exclusive_seen = true;
        }
        if (Status s = check_value(in, bytes_in, *field); !s) return s;
    }
    return {};
}

Bytes serialised(const google::protobuf::MessageLite& message) {
    std::string text = message.SerializeAsString();
    return to_bytes(as_bytes(text));
}

const MessageShape& statement_shape() {
    return whole_statement_shape;
}
const MessageShape& person_request_shape() {
    return person_shape;
}
const MessageShape& node_request_shape() {
    return node_shape;
}

}  // namespace rilon
