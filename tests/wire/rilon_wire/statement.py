"""What a record of the directory says (§8): the shape of statements and requests, and who signed them.

Shape only: everything here can be judged without knowing the directory."""
import re
import unicodedata
from dataclasses import dataclass

from . import crypto, schema
from .layout import H, Reader, demand, magic

STATEMENT_MAX, REQUEST_MAX, SIGNATURES_MAX = 65_536, 2_048, 16
FORBIDDEN_MARKS = {"\u061c", "\u200e", "\u200f", "\u2028", "\u2029", *map(chr, range(0x202A, 0x202F)),
                   *map(chr, range(0x2066, 0x206A))}


# --- texts ----------------------------------------------------------------------------------------


def check_text(text, most, least=0):
    demand(least <= len(text) <= most, "malformed", "length of a text")
    demand(not any(c in FORBIDDEN_MARKS or unicodedata.category(c) == "Cc" for c in text), "malformed",
           "control character")


def check_matches(pattern, text, what):
    demand(re.fullmatch(pattern, text), "malformed", what)


def check_party_code(code):
    check_matches("[A-Z][A-Z0-9]{2,7}", code, "party code")


def check_rilon_code(code):
    check_matches("[A-Z][A-Z0-9]{1,7}", code, "code of a RILON")


def check_node_name(name):
    check_matches("[a-z](-?[a-z0-9])*", name, "node name")
    demand(len(name) <= 32, "malformed", "node name")


def check_endpoint(endpoint):
    if endpoint:
        check_matches(r"tcp://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]{2,}\]):[1-9][0-9]{0,4}", endpoint, "endpoint")
        demand(len(endpoint) <= 255 and int(endpoint.rpartition(":")[2]) <= 65535, "malformed", "endpoint")


def check_id(data, size=16):
    demand(len(data) == size, "malformed", "length of an id")
    return data


# --- requests -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    person_id: bytes
    name: str
    party: str
    sign_pk: bytes
    transport_pk: bytes

    @property
    def key_id(self):
        return crypto.key_id(self.sign_pk)


def parse_request(kind, network_id, signed):
    """The message inside a SignedRequest, whose maker has shown to hold its signing key."""
    demand(1 <= len(signed.request) <= REQUEST_MAX, "malformed", "length of a request")
    request = schema.parse_strict(kind, signed.request)
    crypto.sound_sign_pk(request.sign_pk)
    crypto.sound_box_pk(request.transport_pk)
    crypto.verify(request.sign_pk, crypto.possession_message(network_id, signed.request), signed.possession)
    return request


def parse_person(network_id, signed):
    request = parse_request(schema.PersonRequest, network_id, signed)
    demand(any(check_id(request.person_id)), "malformed", "a person without an id")
    check_text(request.name, 120, 1)
    check_party_code(request.party)
    return Person(request.person_id, request.name, request.party, request.sign_pk, request.transport_pk)


def parse_node_request(network_id, signed):
    request = parse_request(schema.NodeRequest, network_id, signed)
    check_node_name(request.name)
    check_party_code(request.party)
    check_rilon_code(request.rilon)
    crypto.sound_box_pk(request.enc_pk)
    check_endpoint(request.endpoint)
    check_endpoint(request.live_endpoint)
    demand(request.endpoint or not request.live_endpoint, "malformed", "live_endpoint alone")
    check_text(request.software, 64)
    return request


def make_request(network_id, message, key):
    request = schema.encode(message)
    return schema.SignedRequest(request=request, possession=key.sign(crypto.possession_message(network_id, request)))


def fingerprint(request):
    """Twelve proquint words to read out by telephone."""
    consonants, vowels = "bdfghjklmnprstvz", "aiou"

    def word(number):
        return (consonants[number >> 12] + vowels[number >> 10 & 3] + consonants[number >> 6 & 15]
                + vowels[number >> 4 & 3] + consonants[number & 15])
    digest = H(request)
    return " ".join(word(int.from_bytes(digest[i:i + 2], "big")) for i in range(0, 24, 2))


# --- statements -----------------------------------------------------------------------------------


def parse_statement(data):
    """A Statement with exactly one body. Its bytes are what is signed and hashed: keep them."""
    demand(len(data) <= STATEMENT_MAX, "malformed", "length of a statement")
    statement = schema.parse_strict(schema.Statement, data)
    demand(statement.WhichOneof("body"), "malformed", "no body")
    demand(len(statement.statement_id) == 16 and any(statement.statement_id), "malformed", "statement_id")
    return statement


# --- authorisations -------------------------------------------------------------------------------


def authorisation_message(network_id, statement):
    return magic(b"DST") + network_id + H(statement)


def authorise(network_id, statement, key):
    return crypto.key_id(key.pk) + key.sign(authorisation_message(network_id, statement))


def parse_authorisations(data):
    """{key id: signature}."""
    r, out = Reader(data), {}
    while r.left():
        key_id, signature = r.take(16), r.take(64)
        demand(key_id not in out, "malformed", "a key signs twice")
        out[key_id] = signature
    demand(len(out) <= SIGNATURES_MAX, "malformed", "too many signatures")
    return out


def seats_taken(groups, signers):
    """`groups`: lists of seats, a seat being the key ids that may take it. `signers`: {key id: person id}.
    Within a group each seat needs another person; a largest matching decides (augmenting paths)."""
    def all_taken(seats):
        seat_of = {}

        def find(seat, tried):
            for person in {signers[key] for key in seats[seat] if key in signers} - tried:
                tried.add(person)
                if person not in seat_of or find(seat_of[person], tried):
                    seat_of[person] = seat
                    return True
            return False
        return all(find(seat, set()) for seat in range(len(seats)))
    return all(all_taken(seats) for seats in groups)

