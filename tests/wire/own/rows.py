"""What the vector files are made of."""
from rilon_wire.layout import Refused


def hexed(value):
    """Bytes as hex, whatever they are in."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key.hex() if isinstance(key, bytes) else key: hexed(item) for key, item in value.items()}
    return [hexed(item) for item in value] if isinstance(value, (list, tuple)) else value


def must_refuse(code, label, parse, *args, **shown):
    """A row of what must be refused; this implementation refuses it too, for the same reason."""
    try:
        parse(*args)
    except Refused as refused:
        assert refused.code == code, f"{label}: {refused}, not {code}"
        return {"label": label, "code": code, **shown}
    raise AssertionError(f"{label} was taken")


def flipped(data, at=-1):
    out = bytearray(data)
    out[at] ^= 1
    return bytes(out)
