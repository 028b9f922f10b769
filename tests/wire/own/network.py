"""A network that lives in the project's own vectors: fixed keys, fixed times, every kind of statement.

`Network.record` appends what must be taken, `Network.refuse` notes what must not be, at the point in the chain where it
was offered. Both ask this implementation first, so a vector never contradicts the one who made it."""
from rilon_wire import crypto, schema, statement
from rilon_wire.directory import Directory
from rilon_wire.layout import H, Refused

NOW_MS = 1_800_000_000_000
HOUR_MS, DAY_MS = 3_600_000, 24 * 3_600_000


def fixed(label, size=32):
    return H(b"rilon own vectors", label.encode())[:size]


class Keys:
    """Whoever has keys: a person, a node, a coordinator."""

    def __init__(self, name):
        self.name = name
        self.sign = crypto.SignKey(fixed(f"{name} sign"))
        self.encryption = crypto.BoxKey(fixed(f"{name} encryption"))
        self.transport = crypto.BoxKey(fixed(f"{name} transport"))


class Network:
    def __init__(self):
        self.id = fixed("network", 16)
        self.directory = Directory(self.id)
        self.now = NOW_MS
        self.accepted, self.refused, self.keys = [], [], {}
        self.statements = 0

    # --- who is there ---

    def of(self, name):
        return self.keys.setdefault(name, Keys(name))

    def node_id(self, name):
        return crypto.node_id(self.id, self.of(name).sign.pk)

    def person(self, who, party):
        keys = self.of(who)
        return statement.make_request(self.id, schema.PersonRequest(
            person_id=fixed(f"{who} id", 16), name=f"The {who}", party=party, sign_pk=keys.sign.pk,
            transport_pk=keys.transport.pk), keys.sign)

    def node(self, who, party, **other):
        keys = self.of(who)
        fields = {"name": who, "party": party, "rilon": "BKK", "sign_pk": keys.sign.pk, "enc_pk": keys.encryption.pk,
                  "transport_pk": keys.transport.pk, "software": "own vectors"}
        return statement.make_request(self.id, schema.NodeRequest(**{**fields, **other}), keys.sign)

    def coordinator(self, name, **other):
        keys = self.of(name)
        proof = crypto.possession_message(self.id, keys.sign.pk + keys.transport.pk)
        fields = {"name": name, "sign_pk": keys.sign.pk, "transport_pk": keys.transport.pk,
                  "endpoint": "tcp://rilon.example:7401", "live_endpoint": "tcp://rilon.example:7402",
                  "control_endpoint": "tcp://rilon.example:7403", "possession": keys.sign.sign(proof)}
        return schema.Coordinator(**{**fields, **other})

    # --- statements ---

    def statement(self, label, base=None, expires_ms=None, **body):
        return schema.encode(schema.Statement(
            statement_id=fixed(f"statement {label}", 16), base=len(self.directory.records) if base is None else base,
            expires_ms=self.now + 14 * DAY_MS if expires_ms is None else expires_ms, **body))

    def authorisations(self, data, signers):
        return b"".join(statement.authorise(self.id, data, self.of(name).sign) for name in signers)

    def make(self, data, signers, **other):
        fields = {"n": len(self.directory.records), "recorded_ms": self.now, "statement": data,
                  "authorisations": self.authorisations(data, signers)}
        return schema.Record(**{**fields, **other})

    def record(self, label, signers, later_ms=60_000, **fields):
        """Appends; returns the statement id."""
        self.now += later_ms
        data = self.statement(label, **fields)
        self.directory.apply(self.make(data, signers.split()))
        self.accepted.append(label)
        return fixed(f"statement {label}", 16)

    def refuse(self, code, label, signers="", data=None, record=None, **fields):
        """Offered as the next record. `data`: of the statement, instead of made from fields; `record`: what is other
        about the record."""
        data = data or self.statement(label, **fields)
        offered = self.make(data, signers.split(), **(record or {}))
        before = len(self.directory.records)
        try:
            self.directory.apply(offered)
        except Refused as refused:
            assert refused.code == code, f"{label}: {refused}, not {code}"
        else:
            raise AssertionError(f"{label} was taken")
        self.refused.append({"label": label, "after": before - 1, "code": code, "record": schema.encode(offered)})
