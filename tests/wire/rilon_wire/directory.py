"""The directory (§8): a chain of records, and the state that every node makes of it.

`Directory.apply` takes a record or refuses it whole. States are kept one per record, because entries are judged by the
directory that their origin had."""
import copy
from dataclasses import dataclass, field, replace

from . import crypto
from .layout import H, Reader, Refused, demand, magic, u64
from .statement import (check_endpoint, check_id, check_matches, check_node_name, check_party_code, check_text,
                        authorisation_message, parse_authorisations, parse_node_request, parse_person,
                        parse_statement, seats_taken)

LAPSE_MS = 72 * 3600 * 1000
CHECKPOINT = 136


@dataclass
class Root:
    version: int
    persons: list
    threshold: int
    online_pk: bytes
    coordinators: dict  # node id: schema.Coordinator
    network_audience: bytes
    psk_generation: int


@dataclass
class Rilon:
    code: str
    name: str
    host: str
    chair: object
    deputies: list
    all_audience: bytes
    missions_audience: bytes


@dataclass
class Party:
    code: str
    name: str
    under: str
    administrators: list


@dataclass
class Suspension:
    statement_id: bytes
    persons: set   # who made and confirmed it
    lapses_ms: int | None


@dataclass
class Node:
    node_id: bytes
    request: object     # schema.NodeRequest: name, party, rilon, endpoints
    sign_pks: list      # by generation, from 1
    enc_pk: bytes
    transport_pk: bytes
    cuts: dict = field(default_factory=dict)  # of replaced generations: {generation: {stream_id: (seq, entry_id)}}
    suspension: Suspension | None = None
    revoked: dict | None = None               # its cuts

    @property
    def generation(self):
        return len(self.sign_pks)

    @property
    def good_standing(self):
        return self.suspension is None and self.revoked is None

    def sign_pk(self, generation):
        demand(1 <= generation <= self.generation, "unknown_key", "generation")
        return self.sign_pks[generation - 1]


@dataclass
class Group:
    name: str
    members: set
    until_ms: int


@dataclass
class State:
    root: Root | None = None
    rilons: dict = field(default_factory=dict)
    parties: dict = field(default_factory=dict)
    nodes: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)  # audience id: open group
    features: set = field(default_factory=set)
    statements: set = field(default_factory=set)
    names: set = field(default_factory=set)     # of nodes and coordinators, for ever
    owners: dict = field(default_factory=dict)  # public key: (owner, use), for ever
    audiences: set = field(default_factory=set)  # ids ever used
    changed: dict = field(default_factory=dict)  # subject: number of the record that changed it last

    def is_under(self, party, above):
        """Whether `party` is `above` or stands under it."""
        while party and party != above:
            party = self.parties[party].under if party in self.parties else ""
        return bool(party)

    def in_good_standing(self):
        return {node_id for node_id, node in self.nodes.items() if node.good_standing}

    def members(self, audience_id):
        """Node ids in good standing of a standing audience; None if the directory does not know it."""
        good = self.in_good_standing()
        if audience_id == self.root.network_audience:
            return good
        if audience_id in self.groups:
            return good & self.groups[audience_id].members
        for rilon in self.rilons.values():
            there = {node_id for node_id in good if self.nodes[node_id].request.rilon == rilon.code}
            if audience_id == rilon.all_audience:
                return there
            if audience_id == rilon.missions_audience:
                return {n for n in there if not self.is_under(self.nodes[n].request.party, rilon.host)}
        return None

    def derived_members(self, definition, origin):
        """Of a derived audience: the base less who is excluded, of those only who is named (if any are)."""
        base = self.members(definition.base) or set()
        chosen = {n for n in base if (not definition.named or n in definition.named)
                  and not any(self.is_under(self.nodes[n].request.party, code) for code in definition.excluded)}
        return chosen | (base & {origin})

    # Who may take a seat, as key ids.
    def rso(self):
        return {person.key_id for person in self.root.persons}

    def chair(self, code):
        return {self.rilons[code].chair.key_id}

    def chair_or_deputy(self, code):
        return self.chair(code) | {person.key_id for person in self.rilons[code].deputies}

    def administrators(self, party):
        return {person.key_id for person in self.parties[party].administrators} if party in self.parties else set()

    def persons(self):
        """Everyone whose key is in force."""
        for rilon in self.rilons.values():
            yield rilon.chair
            yield from rilon.deputies
        for party in self.parties.values():
            yield from party.administrators
        if self.root:
            yield from self.root.persons


def link(network_id, n, before, recorded_ms, statement, authorisations):
    return H(magic(b"DIR"), network_id, u64(n), before, u64(recorded_ms), H(statement), H(authorisations))


class Directory:
    def __init__(self, network_id):
        self.network_id = network_id
        self.records, self.links, self.states = [], [], []

    @property
    def state(self):
        return self.states[-1]

    def at(self, n):
        demand(n < len(self.states), "parked", "directory record not here yet")
        return self.states[n]

    def apply(self, record):
        n = len(self.records)
        demand(record.n == n, "gap", "number of the record")
        last_ms = self.records[-1].recorded_ms if self.records else 0
        demand(last_ms <= record.recorded_ms <= 1 << 56, "malformed", "recorded_ms")
        state = _Judge(self.network_id, self.state if self.states else State(), record).judge()
        before = self.links[-1] if self.links else bytes(32)
        self.links.append(link(self.network_id, n, before, record.recorded_ms, record.statement,
                               record.authorisations))
        self.records.append(record)
        self.states.append(state)


class _Judge:
    """One record against the state before it. Each statement's method checks its rules, makes the state after it, and
    says who must have signed (groups of seats) and what it is about (subjects, which must not have changed since)."""

    def __init__(self, network_id, last, record):
        self.network_id, self.n, self.record = network_id, record.n, record
        self.before = copy.deepcopy(last)
        self.pass_time()
        self.state = copy.deepcopy(self.before)
        self.statement = parse_statement(record.statement)
        self.signatures = parse_authorisations(record.authorisations)

    def judge(self):
        statement, kind = self.statement, self.statement.WhichOneof("body")
        body = getattr(statement, kind)
        demand((kind == "root" and body.version == 1) == (self.n == 0), "not_permitted", "founding ROOT")
        demand(statement.base <= self.n, "malformed", "base")
        demand(kind == "suspend" or self.record.recorded_ms <= statement.expires_ms, "expired")
        demand(statement.statement_id not in self.before.statements, "duplicate", "statement_id")
        self.state.statements.add(statement.statement_id)
        groups, *subjects = getattr(self, kind)(body)
        for subject in subjects:
            demand(self.before.changed.get(subject, -1) < statement.base, "stale", f"{subject[0]} has changed since")
            self.state.changed[subject] = self.n
        self.check_signatures(groups)
        return self.state

    def pass_time(self):
        """Suspensions lapse and groups end by the record's own time, before the record is judged."""
        now, state = self.record.recorded_ms, self.before
        for node in state.nodes.values():
            if node.suspension and node.suspension.lapses_ms is not None and node.suspension.lapses_ms <= now:
                node.suspension = None
                state.changed["standing", node.node_id] = self.n
        for audience, group in list(state.groups.items()):
            if 0 < group.until_ms <= now:
                del state.groups[audience]
                state.changed["audience", audience] = self.n

    def check_signatures(self, groups):
        """All good, all by keys in force, and every seat taken."""
        persons = [*self.before.persons(), *(self.state.root.persons if self.state.root else [])]
        keys = {person.key_id: (person.sign_pk, person.person_id) for person in persons}
        keys.update({crypto.key_id(node.sign_pks[-1]): (node.sign_pks[-1], node.node_id)
                     for node in self.before.nodes.values()})
        message = authorisation_message(self.network_id, self.record.statement)
        for key_id, signature in self.signatures.items():
            demand(key_id in keys, "unknown_key", "a signature by a key that is not in force")
            crypto.verify(keys[key_id][0], message, signature)
        demand(seats_taken(groups, {key_id: keys[key_id][1] for key_id in self.signatures}), "not_permitted",
               "a seat is not taken")

    # --- seats, from the state before ---

    def admission(self, party, rilon):
        before = self.before
        return [[before.administrators(party), before.rso(), before.chair_or_deputy(rilon)]]

    def rso_threshold(self):
        return [[self.before.rso()] * self.before.root.threshold]

    def suspenders(self, node, but=()):
        before = self.before
        may = before.rso() | before.chair(node.request.rilon) | before.administrators(node.request.party)
        return [[may - {person.key_id for person in before.persons() if person.person_id in but}]]

    # --- what bodies are made of ---

    def own(self, pk, owner, use, again=False):
        """Every key has one owner and one use, for ever. `again`: its owner may show it once more."""
        owners = self.state.owners
        demand(pk not in owners or (again and owners[pk] == (owner, use)), "not_permitted", "a key used before")
        owners[pk] = (owner, use)

    def person(self, signed, party=None):
        person = parse_person(self.network_id, signed)
        demand(party in (None, person.party), "not_permitted", "a person of another party")
        self.own(person.sign_pk, person.person_id, "sign", again=True)
        self.own(person.transport_pk, person.person_id, "transport", again=True)
        return person

    def people(self, requests, most, party=None):
        demand(len(requests) <= most, "malformed", "too many persons")
        people = [self.person(signed, party) for signed in requests]
        demand(len({person.person_id for person in people}) == len(people), "malformed", "a person twice")
        return people

    def new_name(self, name):
        check_node_name(name)
        demand(name not in self.state.names, "not_permitted", "a name used before")
        self.state.names.add(name)

    def new_audience(self, audience):
        demand(check_id(audience) not in self.state.audiences, "not_permitted", "an audience id used before")
        self.state.audiences.add(audience)

    def node(self, node_id):
        demand(node_id in self.state.nodes, "not_found", "node")
        return self.state.nodes[node_id]

    def suspended_by(self, suspend_id):
        for node in self.state.nodes.values():
            if node.suspension and node.suspension.statement_id == suspend_id:
                return node
        raise Refused("not_found", "suspension")

    def cuts(self, cuts):
        out = {check_id(cut.stream_id, 32): (cut.seq, check_id(cut.entry_id, 32)) for cut in cuts}
        demand(len(out) == len(cuts), "malformed", "two cuts of one stream")
        return out

    # --- the network ---

    def root(self, body):
        old, state = self.before.root, self.state
        demand(body.version == (old.version + 1 if old else 1), "malformed", "version")
        check_text(body.network_name, 120, 1)
        persons = self.people(body.persons, 16, "RSO")
        demand(2 <= body.threshold <= min(8, len(persons)), "malformed", "threshold")
        self.own(crypto.sound_sign_pk(body.online_pk), "online", "sign", again=True)
        demand(len(body.coordinators) <= 8, "malformed", "too many coordinators")
        coordinators = {}
        for coordinator in body.coordinators:
            node_id = self.coordinator(coordinator, old)
            coordinators[node_id] = coordinator
        demand(len(coordinators) == len(body.coordinators), "malformed", "a coordinator twice")
        if old:
            demand(body.network_audience == old.network_audience, "not_permitted", "network_audience")
            demand(body.psk_generation >= old.psk_generation, "not_permitted", "psk_generation goes back")
        else:
            self.new_audience(body.network_audience)
        state.root = Root(body.version, persons, body.threshold, body.online_pk, coordinators, body.network_audience,
                          body.psk_generation)
        new_threshold = [{person.key_id for person in persons}] * body.threshold
        return ([new_threshold] + (self.rso_threshold() if old else [])), ("root",)

    def coordinator(self, body, old):
        crypto.sound_sign_pk(body.sign_pk)
        crypto.sound_box_pk(body.transport_pk)
        crypto.verify(body.sign_pk, crypto.possession_message(self.network_id, body.sign_pk + body.transport_pk),
                      body.possession)
        node_id = crypto.node_id(self.network_id, body.sign_pk)
        self.own(body.sign_pk, node_id, "sign", again=True)
        self.own(body.transport_pk, node_id, "transport", again=True)
        for endpoint in (body.endpoint, body.live_endpoint, body.control_endpoint):
            check_endpoint(endpoint)
        if old is None or node_id not in old.coordinators or old.coordinators[node_id].name != body.name:
            self.new_name(body.name)
        return node_id

    def activate(self, body):
        demand(body.feature not in self.state.features, "not_permitted", "active already")
        self.state.features.add(body.feature)
        return self.rso_threshold(), ("feature", body.feature)

    # --- RILONs, parties, groups ---

    def establish(self, body):
        check_matches("[A-Z0-9]{2,8}", body.code, "code of a RILON")
        demand(body.code not in self.state.rilons, "not_permitted", "a RILON of this code is there")
        check_text(body.name, 120)
        check_party_code(body.host)
        self.new_audience(body.all_audience)
        self.new_audience(body.missions_audience)
        chair, deputies = self.officers_of_rilon(body.chair, body.deputies)
        self.state.rilons[body.code] = Rilon(body.code, body.name, body.host, chair, deputies, body.all_audience,
                                             body.missions_audience)
        return self.rso_threshold(), ("rilon", body.code)

    def officers_of_rilon(self, chair, deputies):
        chair, deputies = self.person(chair), self.people(deputies, 16)
        demand(chair.person_id not in {d.person_id for d in deputies}, "malformed", "the chair as deputy")
        return chair, deputies

    def change(self, body):
        demand(body.code in self.state.rilons, "not_found", "RILON")
        rilon = self.state.rilons[body.code]
        if body.name:
            check_text(body.name, 120)
            rilon.name = body.name
        if body.HasField("chair"):
            rilon.chair = self.person(body.chair)
        if body.deputies or body.replace_deputies:
            rilon.deputies = self.people(body.deputies, 16)
        demand(rilon.chair.person_id not in {d.person_id for d in rilon.deputies}, "malformed", "the chair as deputy")
        return self.rso_threshold(), ("rilon", body.code)

    def add_party(self, body):
        check_party_code(body.code)
        check_text(body.name, 120)
        if body.under:
            demand(body.under in self.state.parties, "not_found", "the party above")
        administrators = self.people(body.administrators, 16, body.code)
        self.state.parties[body.code] = Party(body.code, body.name, body.under, administrators)
        above, levels = body.under, 0
        while above:
            levels += 1
            demand(above != body.code and levels <= 8, "not_permitted", "a circle of parties, or too deep")
            above = self.state.parties[above].under
        return self.rso_threshold(), ("party", body.code)

    def group(self, body):
        state = self.state
        check_matches("[A-Za-z0-9-]{2,32}", body.name, "name of a group")
        if body.audience not in state.groups:
            self.new_audience(body.audience)
        others = {group.name for audience, group in state.groups.items() if audience != body.audience}
        demand(body.name not in others | set(state.rilons) | {"network"}, "not_permitted", "name of another audience")
        demand(len(body.members) <= 2048, "malformed", "too many members")
        demand(all(self.node(node_id).revoked is None for node_id in body.members), "not_permitted", "revoked member")
        demand(body.until_ms == 0 or body.until_ms > self.record.recorded_ms, "not_permitted", "until_ms is over")
        if body.members:
            state.groups[body.audience] = Group(body.name, set(body.members), body.until_ms)
        else:
            state.groups.pop(body.audience, None)
        chairs = {rilon.chair.key_id for rilon in self.before.rilons.values()}
        return [[self.before.rso(), chairs]], ("audience", body.audience)

    # --- nodes ---

    def add_node(self, body):
        request = parse_node_request(self.network_id, body.request)
        demand(request.party in self.state.parties and request.rilon in self.state.rilons, "not_found",
               "party or RILON")
        node_id = crypto.node_id(self.network_id, request.sign_pk)
        demand(node_id not in self.state.nodes, "not_permitted", "a node of this id is there")
        self.new_name(request.name)
        self.own(request.sign_pk, node_id, "sign")
        self.own(request.enc_pk, node_id, "encryption")
        self.own(request.transport_pk, node_id, "transport")
        self.state.nodes[node_id] = Node(node_id, request, [request.sign_pk], request.enc_pk, request.transport_pk)
        return (self.admission(request.party, request.rilon),)

    def replace_key(self, body):
        node = self.node(body.node_id)
        demand(node.revoked is None, "not_permitted", "a revoked node")
        demand(body.new_sign_pk or body.new_transport_pk, "malformed", "no key")
        if body.new_sign_pk:
            crypto.sound_sign_pk(body.new_sign_pk)
            crypto.verify(body.new_sign_pk, crypto.possession_message(self.network_id, node.node_id + body.new_sign_pk),
                          body.possession)
            self.own(body.new_sign_pk, node.node_id, "sign")
            node.cuts[node.generation] = self.cuts(body.cuts)
            node.sign_pks.append(body.new_sign_pk)
        if body.new_transport_pk:
            self.own(crypto.sound_box_pk(body.new_transport_pk), node.node_id, "transport")
            node.transport_pk = body.new_transport_pk
        return self.admission(node.request.party, node.request.rilon), ("keys", node.node_id)

    def rotate_encryption(self, body):
        node = self.node(body.node_id)
        demand(node.good_standing, "not_permitted", "not in good standing")
        self.own(crypto.sound_box_pk(body.new_enc_pk), node.node_id, "encryption")
        node.enc_pk = body.new_enc_pk
        return [[{crypto.key_id(node.sign_pks[-1])}]], ("encryption", node.node_id)

    def suspend(self, body):
        node = self.node(body.node_id)
        check_text(body.reason, 500)
        demand(node.revoked is None, "not_permitted", "a revoked node")
        standing = node.suspension
        again = standing is not None and not body.key_compromised
        groups = self.suspenders(node, standing.persons if again else ())
        persons = self.signers()
        lasting = body.key_compromised or len(persons) > 1 or again
        node.suspension = Suspension(self.statement.statement_id, persons,
                                     None if lasting else self.record.recorded_ms + LAPSE_MS)
        self.state.changed["standing", node.node_id] = self.n
        demand(self.before.changed.get(("reinstate", node.node_id), -1) < self.statement.base, "stale")
        return (groups,)

    def signers(self):
        return {person.person_id for person in self.before.persons() if person.key_id in self.signatures}

    def confirm_suspend(self, body):
        node = self.suspended_by(body.suspend_id)
        groups = self.suspenders(node, node.suspension.persons)
        node.suspension.persons |= self.signers()
        node.suspension.lapses_ms = None
        return (groups,)

    def reinstate(self, body):
        node = self.suspended_by(body.suspend_id)
        node.suspension = None
        return (self.admission(node.request.party, node.request.rilon), ("standing", node.node_id),
                ("reinstate", node.node_id))

    def revoke(self, body):
        node, before = self.node(body.node_id), self.before
        check_text(body.reason, 500)
        demand(node.revoked is None, "not_permitted", "revoked already")
        node.revoked = self.cuts(body.cuts)
        self.state.changed["standing", node.node_id] = self.n
        for subject in ("reinstate", "keys"):
            demand(before.changed.get((subject, node.node_id), -1) < self.statement.base, "stale", subject)
        return ([[before.rso(), before.chair_or_deputy(node.request.rilon)]],)


# --- checkpoints ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Checkpoint:
    network_id: bytes
    n: int
    link: bytes
    issued_ms: int
    signature: bytes = b""

    def signed(self):
        return magic(b"CHK") + self.network_id + u64(self.n) + self.link + u64(self.issued_ms)

    def encode(self):
        return self.signed() + self.signature


def sign_checkpoint(key, network_id, n, link_n, issued_ms):
    checkpoint = Checkpoint(network_id, n, link_n, issued_ms)
    return replace(checkpoint, signature=key.sign(checkpoint.signed()))


def parse_checkpoint(data, online_pk):
    r = Reader(data)
    r.expect(magic(b"CHK"), "magic")
    checkpoint = Checkpoint(r.take(16), r.number(8), r.take(32), r.number(8), r.take(64))
    r.end()
    crypto.verify(online_pk, checkpoint.signed(), checkpoint.signature)
    return checkpoint
