"""Operations as officers sign them: every kind of alert, every field of the schema set in one or another of them."""
from rilon_wire import schema

from .network import DAY_MS, NOW_MS, fixed

KINDS = [field.name for field in schema.Alert.DESCRIPTOR.oneofs_by_name["kind"].fields]
COMMON = ("alert_id", "revision", "created_ms", "part", "title", "tlp", "protection", "valid_from_ms")


def filled(kind, *but):
    """A message with every field set, but for those named; of a oneof none."""
    message = kind()
    for field in kind.DESCRIPTOR.fields:
        if field.containing_oneof or field.name in but:
            continue
        value = value_of(field)
        if field.label == field.LABEL_REPEATED:
            getattr(message, field.name).extend([value, value])
        elif field.type == field.TYPE_MESSAGE:
            getattr(message, field.name).CopyFrom(value)
        else:
            setattr(message, field.name, value)
    return message


def value_of(field):
    if field.type == field.TYPE_MESSAGE:
        return filled(getattr(schema, field.message_type.name))
    if field.type == field.TYPE_STRING:
        return f"{field.name} \u0e01\u0e23"
    if field.type == field.TYPE_BYTES:
        return fixed(f"value of {field.name}", 16)
    if field.type == field.TYPE_BOOL:
        return True
    if field.type == field.TYPE_ENUM:
        return field.enum_type.values[-1].number
    return 1_000 + field.number


def alert(kind, whole=False):
    """Of this kind; with every common field, or with the few that none is without."""
    out = filled(schema.Alert) if whole else schema.Alert(
        alert_id=fixed("alert", 16), revision=1, created_ms=NOW_MS, part="person", title=f"A {kind}", tlp="TLP_AMBER",
        protection="PROTECTION_NONE", valid_from_ms=NOW_MS, purge_after_ms=NOW_MS + 365 * DAY_MS)
    getattr(out, kind).CopyFrom(value_of(schema.Alert.DESCRIPTOR.fields_by_name[kind]))
    return out


def encoded(**body):
    return schema.encode(schema.Operation(**body))


OPERATIONS = {f"publish {kind}": encoded(publish=alert(kind)) for kind in KINDS}
OPERATIONS["publish everything"] = encoded(publish=alert("visa_refusal", whole=True))
OPERATIONS["supersede"] = encoded(supersede=schema.Supersede(alert=alert("visa_refusal")))
OPERATIONS["withdraw"] = encoded(withdraw=filled(schema.Withdraw))
OPERATIONS["confirm"] = encoded(confirm=filled(schema.Confirm))
OPERATIONS["dispute"] = encoded(dispute=filled(schema.Dispute))
OPERATIONS["hit"] = encoded(hit=filled(schema.Hit))
# A newer version's field inside what is known is kept and does no harm.
OPERATIONS["publish with a field to come"] = encoded(
    publish=schema.parse(schema.Alert, schema.encode(alert("bulletin")) + b"\x82\x3e\x05later"))


def too_many(field, kind, count):
    out = alert("bulletin")
    getattr(out, field).extend([kind()] * count)
    return encoded(publish=out)


REFUSED = [
    ("malformed", "no body", b""),
    ("unsupported", "an operation to come", b"\xa2\x06\x05later"),
    ("unsupported", "a kind of alert to come", encoded(publish=schema.Alert(alert_id=fixed("alert", 16)))),
    ("malformed", "cut short", OPERATIONS["publish bulletin"][:-1]),
    ("malformed", "text that is not UTF-8", OPERATIONS["publish bulletin"].replace(b"A bulletin", b"A \xffulletin")),
    ("too-large", "21 persons", too_many("persons", schema.PersonRecord, 21)),
    ("too-large", "21 documents", too_many("documents", schema.DocumentRecord, 21)),
    ("too-large", "51 links", too_many("links", schema.Link, 51)),
]
