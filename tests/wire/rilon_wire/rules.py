"""The rules of each statement (§8): whom it needs, what it is about, what it does."""
import copy

from . import crypto
from .layout import Refused, demand
from .state import Group, Node, Party, Rilon, Root, State, Suspension
from .statement import (authorisation_message, check_endpoint, check_id, check_matches, check_node_name,
                        check_party_code, check_rilon_code, check_text, parse_authorisations, parse_node_request,
                        parse_person, parse_statement, seats_taken)

LAPSE_MS = 72 * 3600 * 1000
ROTATIONS, ROTATIONS_WITHIN_MS = 4, 30 * 24 * 3600 * 1000


class Judge:
    """One record against the state before it. Each statement's method checks its rules, makes the state after it, and
    says who must have signed (groups of seats) and what it is about (subjects, which must not have changed since)."""

    def __init__(self, network_id, last, record):
        self.network_id, self.n, self.record = network_id, record.n, record
        self.before = copy.deepcopy(last) if last else State()
        self.pass_time()
        self.state = copy.deepcopy(self.before)
        self.statement = parse_statement(record.statement)
        self.kind = self.statement.WhichOneof("body")
        self.signatures = parse_authorisations(record.authorisations)

    def judge(self):
        statement, kind = self.statement, self.kind
        body = getattr(statement, kind)
        demand((kind == "root" and body.version == 1) == (self.n == 0), "structure", "founding ROOT")
        demand(statement.base <= self.n, "structure", "base")
        demand(kind == "suspend" or self.record.recorded_ms <= statement.expires_ms, "invalid", "the draft expired")
        demand(statement.statement_id not in self.before.statements, "duplicate", "statement_id")
        self.state.statements.add(statement.statement_id)
        groups, *subjects = getattr(self, kind)(body)
        for subject in subjects:
            demand(self.before.changed.get(subject, -1) < statement.base, "invalid", f"{subject[0]} has changed since")
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
        for audience, group in state.groups.items():
            if group.members and 0 < group.until_ms <= now:
                group.members = set()
                state.changed["audience", audience] = self.n

    def check_signatures(self, groups):
        """All good, all by keys in force, and every seat taken. More signatures than seats do no harm."""
        persons = [*self.before.persons(), *self.state.root.persons]
        keys = {person.key_id: (person.sign_pk, person.person_id) for person in persons}
        if self.kind == "rotate_encryption":
            node = self.before.nodes[self.statement.rotate_encryption.node_id]
            keys[crypto.key_id(node.sign_pks[-1])] = node.sign_pks[-1], node.node_id
        message = authorisation_message(self.network_id, self.record.statement)
        for key_id, signature in self.signatures.items():
            demand(key_id in keys, "unknown-key", "a signature by a key that is not in force")
            crypto.verify(keys[key_id][0], message, signature)
        demand(seats_taken(groups, {key_id: keys[key_id][1] for key_id in self.signatures}), "not-authorised",
               "a seat is not taken")

    # --- seats, from the state before ---

    def admission(self, party, rilon):
        before = self.before
        return [[before.administrators(party), before.rso(), before.chair_or_deputy(rilon)]]

    def rso_threshold(self):
        return [[self.before.rso()] * self.before.root.threshold]

    def suspenders(self, node, but=None):
        before = self.before
        may = before.rso() | before.chair(node.request.rilon) | before.administrators(node.request.party)
        return may - {person.key_id for person in before.persons() if person.person_id == but}

    # --- what bodies are made of ---

    def own(self, pk, owner, use, again=False):
        """Every key has one owner and one use, for ever. `again`: its owner may show it once more."""
        owners = self.state.owners
        demand(pk not in owners or (again and owners[pk] == (owner, use)), "invalid", "a key used before")
        owners[pk] = (owner, use)

    def person(self, signed, party=None):
        person = parse_person(self.network_id, signed)
        demand(party in (None, person.party), "invalid", "a person of another party")
        self.own(person.sign_pk, person.person_id, "sign", again=True)
        self.own(person.transport_pk, person.person_id, "transport", again=True)
        return person

    def people(self, requests, most, party=None):
        demand(len(requests) <= most, "malformed", "too many persons")
        people = [self.person(signed, party) for signed in requests]
        demand(len({person.person_id for person in people}) == len(people), "invalid", "a person twice")
        return people

    def new_audience(self, audience):
        demand(any(check_id(audience)), "malformed", "an audience without an id")
        demand(self.state.root is None or self.state.members(audience) is None, "invalid", "audience id in use")

    def node(self, node_id):
        demand(node_id in self.state.nodes, "invalid", "node")
        return self.state.nodes[node_id]

    def signers(self, seat):
        """Person ids, in the order of their signatures, of those who may take this seat."""
        person_of = {person.key_id: person.person_id for person in self.before.persons()}
        return list(dict.fromkeys(person_of[key_id] for key_id in self.signatures if key_id in seat))

    def suspended_by(self, suspend_id):
        for node in self.state.nodes.values():
            if node.suspension and node.suspension.statement_id == suspend_id:
                return node
        raise Refused("invalid", "suspension")

    def cuts(self, cuts):
        demand(len(cuts) <= 512, "malformed", "too many cuts")
        out = {check_id(cut.stream_id, 32): (cut.seq, check_id(cut.entry_id, 32)) for cut in cuts}
        demand(len(out) == len(cuts), "invalid", "two cuts of one stream")
        return out

    # --- the network ---

    def root(self, body):
        old, state = self.before.root, self.state
        demand(body.version == (old.version + 1 if old else 1), "invalid", "version")
        check_text(body.network_name, 120, 1)
        persons = self.people(body.persons, 16, "RSO")
        demand(2 <= body.threshold <= min(8, len(persons)), "invalid", "threshold")
        self.own(crypto.sound_sign_pk(body.online_pk), "online", "sign", again=True)
        demand(len(body.coordinators) <= 8, "malformed", "too many coordinators")
        coordinators = {self.coordinator(coordinator): coordinator for coordinator in body.coordinators}
        names = [coordinator.name for coordinator in body.coordinators]
        names += [node.request.name for node in state.nodes.values()]
        demand(len(coordinators) == len(body.coordinators) and len(set(names)) == len(names), "invalid",
               "a coordinator twice, or with a node's name")
        if old:
            demand(body.network_audience == old.network_audience, "invalid", "network_audience")
            demand(body.psk_generation >= old.psk_generation, "invalid", "psk_generation goes back")
        else:
            self.new_audience(body.network_audience)
        state.root = Root(body.version, persons, body.threshold, body.online_pk, coordinators, body.network_audience,
                          body.psk_generation)
        new_threshold = [{person.key_id for person in persons}] * body.threshold
        return ([new_threshold] + (self.rso_threshold() if old else [])), ("root",)

    def coordinator(self, body):
        check_node_name(body.name)
        crypto.sound_sign_pk(body.sign_pk)
        crypto.sound_box_pk(body.transport_pk)
        crypto.verify(body.sign_pk, crypto.possession_message(self.network_id, body.sign_pk + body.transport_pk),
                      body.possession)
        node_id = crypto.node_id(self.network_id, body.sign_pk)
        self.own(body.sign_pk, node_id, "sign", again=True)
        self.own(body.transport_pk, node_id, "transport", again=True)
        demand(body.endpoint, "malformed", "a coordinator without an endpoint")
        for endpoint in (body.endpoint, body.live_endpoint, body.control_endpoint):
            check_endpoint(endpoint)
        return node_id

    def activate(self, body):
        check_matches("[a-z0-9.-]{1,64}", body.feature, "feature")
        demand(body.feature not in self.state.features, "invalid", "active already")
        self.state.features.add(body.feature)
        return self.rso_threshold(), ("feature", body.feature)

    # --- RILONs, parties, groups ---

    def establish(self, body):
        check_rilon_code(body.code)
        demand(body.code not in self.open_names(), "invalid", "an audience of this name is there")
        check_text(body.name, 120, 1)
        check_party_code(body.host)
        self.new_audience(body.all_audience)
        self.new_audience(body.missions_audience)
        demand(body.all_audience != body.missions_audience, "invalid", "one id for two audiences")
        chair, deputies = self.officers_of_rilon(body.chair, body.deputies)
        self.state.rilons[body.code] = Rilon(body.code, body.name, body.host, chair, deputies, body.all_audience,
                                             body.missions_audience)
        return self.rso_threshold(), ("rilon", body.code)

    def officers_of_rilon(self, chair, deputies):
        chair, deputies = self.person(chair), self.people(deputies, 16)
        demand(chair.person_id not in {d.person_id for d in deputies}, "invalid", "the chair as deputy")
        return chair, deputies

    def change(self, body):
        demand(body.code in self.state.rilons, "invalid", "RILON")
        rilon = self.state.rilons[body.code]
        if body.name:
            check_text(body.name, 120)
            rilon.name = body.name
        if body.HasField("chair"):
            rilon.chair = self.person(body.chair)
        if body.deputies or body.replace_deputies:
            rilon.deputies = self.people(body.deputies, 16)
        demand(rilon.chair.person_id not in {d.person_id for d in rilon.deputies}, "invalid", "the chair as deputy")
        return self.rso_threshold(), ("rilon", body.code)

    def add_party(self, body):
        check_party_code(body.code)
        check_text(body.name, 120, 1)
        if body.under:
            demand(body.under in self.state.parties, "invalid", "the party above")
        administrators = self.people(body.administrators, 16, body.code)
        self.state.parties[body.code] = Party(body.code, body.name, body.under, administrators)
        above, levels = body.under, 0
        while above:
            levels += 1
            demand(above != body.code and levels <= 8, "invalid", "a circle of parties, or too deep")
            above = self.state.parties[above].under
        return self.rso_threshold(), ("party", body.code)

    def open_names(self, but=None):
        """Names of audiences, by which officers call them."""
        rilons, groups = self.state.rilons, self.state.groups
        return {"network", *rilons, *(group.name for audience, group in groups.items()
                                      if group.members and audience != but)}

    def group(self, body):
        state = self.state
        check_matches("[A-Za-z0-9][A-Za-z0-9-]{1,31}", body.name, "name of a group")
        if body.audience not in state.groups:
            self.new_audience(body.audience)
        demand(body.name not in self.open_names(but=body.audience), "invalid", "name of another audience")
        members = set(body.members)
        demand(len(body.members) <= 2048, "malformed", "too many members")
        demand(len(members) == len(body.members), "invalid", "a member twice")
        demand(all(self.node(node_id).revoked is None for node_id in members), "invalid", "a revoked member")
        open_now = body.audience in state.groups and state.groups[body.audience].members
        demand(members or open_now, "invalid", "closes a group that is not open")
        demand(body.until_ms == 0 or body.until_ms > self.record.recorded_ms, "invalid", "until_ms is over")
        state.groups[body.audience] = Group(body.name, members, body.until_ms)
        chairs = {rilon.chair.key_id for rilon in self.before.rilons.values()}
        return [[self.before.rso(), chairs]], ("audience", body.audience)

    # --- nodes ---

    def add_node(self, body):
        request = parse_node_request(self.network_id, body.request)
        demand(request.party in self.state.parties and request.rilon in self.state.rilons, "invalid",
               "party or RILON")
        node_id = crypto.node_id(self.network_id, request.sign_pk)
        demand(node_id not in self.state.nodes, "invalid", "a node of this id is there")
        names = {node.request.name for node in self.state.nodes.values()}
        names |= {coordinator.name for coordinator in self.state.root.coordinators.values()}
        demand(request.name not in names, "invalid", "the name is or was another's")
        self.own(request.sign_pk, node_id, "sign")
        self.own(request.enc_pk, node_id, "encryption")
        self.own(request.transport_pk, node_id, "transport")
        self.state.nodes[node_id] = Node(node_id, request, [request.sign_pk], request.enc_pk, request.transport_pk)
        return (self.admission(request.party, request.rilon),)

    def replace_key(self, body):
        node = self.node(body.node_id)
        demand(node.revoked is None, "invalid", "a revoked node")
        demand(body.new_sign_pk or body.new_transport_pk, "malformed", "no key")
        if body.new_sign_pk:
            crypto.sound_sign_pk(body.new_sign_pk)
            crypto.verify(body.new_sign_pk, crypto.possession_message(self.network_id, node.node_id + body.new_sign_pk),
                          body.possession)
            self.own(body.new_sign_pk, node.node_id, "sign")
            demand(node.generation < 0xFFFF, "invalid", "no generation left")
            node.cuts[node.generation] = self.cuts(body.cuts)
            node.sign_pks.append(body.new_sign_pk)
        else:
            demand(not body.cuts and not body.possession, "malformed", "cuts or a proof without a new signing key")
        if body.new_transport_pk:
            self.own(crypto.sound_box_pk(body.new_transport_pk), node.node_id, "transport")
            node.transport_pk = body.new_transport_pk
        return self.admission(node.request.party, node.request.rilon), ("keys", node.node_id)

    def rotate_encryption(self, body):
        node = self.node(body.node_id)
        demand(node.good_standing, "invalid", "not in good standing")
        recent = [at for at in node.rotated_ms if self.record.recorded_ms - at < ROTATIONS_WITHIN_MS]
        demand(len(recent) < ROTATIONS, "invalid", "too many rotations")
        self.own(crypto.sound_box_pk(body.new_enc_pk), node.node_id, "encryption")
        node.enc_pk, node.rotated_ms = body.new_enc_pk, [*recent, self.record.recorded_ms]
        return [[{crypto.key_id(node.sign_pks[-1])}]], ("encryption", node.node_id)

    def suspend(self, body):
        node, before = self.node(body.node_id), self.before
        check_text(body.reason, 500)
        demand(node.revoked is None, "invalid", "a revoked node")
        demand(before.changed.get(("reinstate", node.node_id), -1) < self.statement.base, "invalid", "reinstated since")
        standing, may = node.suspension, self.suspenders(node)
        persons = self.signers(may)
        if standing:
            demand(standing.lapses_ms is not None, "invalid", "suspended already, and that does not lapse")
            standing.lapses_ms = None  # The second confirms the first, which stays the one in force.
            if not body.key_compromised:
                may = self.suspenders(node, but=standing.by)
        else:
            lapses = not body.key_compromised and len(persons) < 2
            node.suspension = Suspension(self.statement.statement_id, persons[0] if persons else b"",
                                         self.record.recorded_ms + LAPSE_MS if lapses else None)
        self.state.changed["standing", node.node_id] = self.n
        return ([[may]],)

    def confirm_suspend(self, body):
        node = self.suspended_by(body.suspend_id)
        demand(node.suspension.lapses_ms is not None, "invalid", "it does not lapse")
        node.suspension.lapses_ms = None
        return ([[self.suspenders(node, but=node.suspension.by)]],)

    def reinstate(self, body):
        node = self.suspended_by(body.suspend_id)
        node.suspension = None
        return (self.admission(node.request.party, node.request.rilon), ("standing", node.node_id),
                ("reinstate", node.node_id))

    def revoke(self, body):
        node, before = self.node(body.node_id), self.before
        check_text(body.reason, 500)
        demand(node.revoked is None, "invalid", "revoked already")
        node.revoked, node.suspension = self.cuts(body.cuts), None
        self.state.changed["standing", node.node_id] = self.n
        for subject in ("reinstate", "keys"):
            demand(before.changed.get((subject, node.node_id), -1) < self.statement.base, "invalid", subject)
        return ([[before.rso(), before.chair_or_deputy(node.request.rilon)]],)
