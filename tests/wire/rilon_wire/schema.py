"""The project's .proto files, compiled by protoc when first imported, and the parsing of signed messages, which is
stricter than protobuf's (§8). The message classes stand here by their own names: schema.Statement."""
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from .layout import Reader, Refused, demand

SOURCE = Path(__file__).resolve().parents[3]
FILES = ("protocol/directory", "protocol/content", "protocol/alert", "node/sync")

with tempfile.TemporaryDirectory() as _out:
    subprocess.run(["protoc", f"--proto_path={SOURCE}", f"--python_out={_out}", *(f"{file}.proto" for file in FILES)],
                   check=True)
    sys.path.insert(0, _out)
    for _file in FILES:
        _module = importlib.import_module(_file.replace("/", ".") + "_pb2")
        for _name in _module.DESCRIPTOR.message_types_by_name:
            globals()[_name] = getattr(_module, _name)
    sys.path.remove(_out)

VARINT, LENGTH = 0, 2


def varint(reader):
    value = 0
    for shift in range(0, 70, 7):
        byte = reader.number(1)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise Refused("malformed", "endless varint")


def check_strict(descriptor, data):
    """No field that this version does not know, none twice (nor two bodies of a oneof), no text but UTF-8."""
    reader, seen = Reader(data), set()
    while reader.left():
        number, wire_type = divmod(varint(reader), 8)
        field = descriptor.fields_by_number.get(number)
        demand(field is not None, "unsupported", f"field {number} of {descriptor.name}")
        if field.label != field.LABEL_REPEATED:
            once = field.containing_oneof.name if field.containing_oneof else field.name
            demand(once not in seen, "malformed", f"{once} occurs twice")
            seen.add(once)
        if field.type in (field.TYPE_BYTES, field.TYPE_STRING, field.TYPE_MESSAGE):
            demand(wire_type == LENGTH, "malformed", f"wire type of {field.name}")
            value = reader.take(varint(reader))
            if field.type == field.TYPE_STRING:
                utf8(value)
            elif field.type == field.TYPE_MESSAGE:
                check_strict(field.message_type, value)
        else:
            demand(wire_type == VARINT, "malformed", f"wire type of {field.name}")
            varint(reader)


def utf8(data):
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Refused("malformed", "not UTF-8") from error


def parse_strict(kind, data):
    check_strict(kind.DESCRIPTOR, data)
    return parse(kind, data)


def parse(kind, data):
    message = kind()
    try:
        message.ParseFromString(bytes(data))
    except Exception as error:  # DecodeError's home differs between protobuf's backends.
        raise Refused("malformed", kind.DESCRIPTOR.name) from error
    return message


def encode(message):
    return message.SerializeToString(deterministic=True)
