// Which fields a signed message may have. Protobuf skips what it doesn't know and lets the last of
// two values win; in a statement that would let two versions of the software read one signature as
// two different acts. Here an unknown field is `unsupported` and a doubled one `malformed`, as is
// text that is not UTF-8 (protobuf refuses it too, but prints about it).
#pragma once

#include <google/protobuf/message_lite.h>

#include <span>

#include "protocol/bytes.h"

namespace rilon {

struct MessageShape;

struct FieldShape {
    enum class Kind { varint, bytes, text, message };
    int number;
    Kind kind;
    bool repeated = false;
    const MessageShape* nested = nullptr;  // For message only.
};

struct MessageShape {
    std::span<const FieldShape> fields;
    int exclusive_from = 0;  // Of the fields with this number or higher at most one may be there.
};

// Errors: malformed, unsupported.
Status check_shape(ByteView bytes, const MessageShape& shape);

// What is signed.
Bytes serialised(const google::protobuf::MessageLite& message);

const MessageShape& statement_shape();
const MessageShape& person_request_shape();
const MessageShape& node_request_shape();

}  // namespace rilon
