"""What the directory says at one record (§3, §8): persons, parties, RILONs, nodes, audiences."""
from dataclasses import dataclass, field

from .layout import demand


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
    statement_id: bytes   # of the SUSPEND that began it
    by: bytes             # person id of who made it
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
    rotated_ms: list = field(default_factory=list)  # when its encryption key was replaced lately

    @property
    def generation(self):
        return len(self.sign_pks)

    @property
    def good_standing(self):
        return self.suspension is None and self.revoked is None

    def sign_pk(self, generation):
        demand(1 <= generation <= self.generation, "unknown-key", "generation")
        return self.sign_pks[generation - 1]


@dataclass
class Group:
    name: str
    members: set  # empty: closed
    until_ms: int


@dataclass
class State:
    root: Root | None = None
    rilons: dict = field(default_factory=dict)
    parties: dict = field(default_factory=dict)
    nodes: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)  # by audience id; a closed one stays known
    features: set = field(default_factory=set)
    statements: set = field(default_factory=set)
    owners: dict = field(default_factory=dict)  # public key: (owner, use), for ever
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
