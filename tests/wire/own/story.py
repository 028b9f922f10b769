"""What happens in the network of the vectors, record by record, and what its nodes write meanwhile.

Parties AUS, NZL, THA, and THP under THA; one RILON, BKK, hosted by THA; a node each. Streams of aus-bkk for the RILON
and for a derived audience. nzl-bkk is suspended and reinstated, aus-bkk's key is replaced, thp-bkk is revoked, and
tha-bkk is suspended when the story ends."""
import copy
from dataclasses import replace

from rilon_wire import crypto, epoch, schema

from .network import DAY_MS, HOUR_MS, fixed
from .writing import Writing

RSO = "rso-1 rso-2"
ADMIT_AUS, ADMIT_NZL, ADMIT_THA = "admin-aus rso-1 chair", "admin-nzl rso-2 deputy", "admin-tha rso-1 deputy"


class Story(Writing):
    def __init__(self):
        super().__init__()
        self.founding()
        self.parties_and_rilon()
        self.nodes_join()
        self.aus_writes()
        self.group_and_suspension()
        self.keys_change()
        self.the_end()
        self.many_new_encryption_keys()

    # --- records ---

    def root(self, version, persons, **other):
        people = [self.person(name, "RSO") for name in persons.split()]
        fields = {"version": version, "network_name": "Own vectors", "threshold": 2, "persons": people,
                  "online_pk": self.of("online").sign.pk, "coordinators": [self.coordinator("rso")],
                  "network_audience": fixed("audience network", 16), "psk_generation": version}
        return schema.Root(**{**fields, **other})

    def founding(self):
        root = self.root(1, "rso-1 rso-2 rso-3")
        self.refuse("not-authorised", "ROOT by one person", "rso-1", root=root)
        self.refuse("invalid", "ROOT with a threshold of one", RSO, root=self.root(1, "rso-1 rso-2", threshold=1))
        self.refuse("structure", "ROOT of version 2 first", RSO, root=self.root(2, "rso-1 rso-2"))
        mixed = self.root(1, "rso-1")
        mixed.persons.append(self.person("rso-2", "AUS"))
        self.refuse("invalid", "ROOT with a person of a party", RSO, root=mixed)
        self.refuse("bad-signature", "ROOT with a coordinator that shows no key", RSO, root=self.root(
            1, "rso-1 rso-2", coordinators=[self.coordinator("rso", possession=bytes(64))]))
        self.refuse("invalid", "ROOT with an online key of small order", RSO,
                    root=self.root(1, "rso-1 rso-2", online_pk=bytes(32)))
        self.record("ROOT", RSO, root=root)

    def party(self, code, administrator="", under=""):
        people = [self.person(administrator, code)] if administrator else []
        return schema.AddParty(code=code, name=f"Party {code}", under=under, administrators=people)

    def parties_and_rilon(self):
        bkk = schema.EstablishRilon(
            code="BKK", name="Bangkok", host="THA", chair=self.person("chair", "AUS"),
            deputies=[self.person("deputy", "NZL")], all_audience=fixed("audience BKK", 16),
            missions_audience=fixed("audience BKK/missions", 16))
        self.refuse("not-authorised", "ESTABLISH by one person", "rso-1", establish=bkk)
        self.refuse("unknown-key", "ESTABLISH, a stranger signs too", f"{RSO} stranger", establish=bkk)
        self.malformed_statements(bkk)
        self.record("ESTABLISH BKK", RSO, establish=bkk)
        self.refuse("invalid", "ESTABLISH of what is there", RSO, establish=bkk)
        self.refuse("duplicate", "a statement that was applied", RSO, data=self.directory.records[1].statement)
        self.record("ADD PARTY AUS", "rso-2 rso-3", add_party=self.party("AUS", "admin-aus"))
        self.record("ADD PARTY NZL", RSO, add_party=self.party("NZL", "admin-nzl"))
        self.record("ADD PARTY THA", RSO, add_party=self.party("THA", "admin-tha"))
        self.record("ADD PARTY THP", RSO, add_party=self.party("THP", "admin-thp", under="THA"))
        self.refuse("invalid", "ADD PARTY in a circle", RSO, add_party=self.party("THA", under="THP"))
        self.refuse("invalid", "ADD PARTY with an administrator of another", RSO, add_party=schema.AddParty(
            code="IOM", name="IOM", administrators=[self.person("admin-iom", "AUS")]))
        self.refuse("malformed", "ADD PARTY with a direction mark in its name", RSO,
                    add_party=schema.AddParty(code="IOM", name="I\u202eMO"))
        self.refuse("malformed", "ADD PARTY without a name", RSO, add_party=schema.AddParty(code="IOM"))

    def malformed_statements(self, bkk):
        """One good statement, and what is not quite it."""
        good = self.statement("ESTABLISH, damaged", establish=bkk)
        authorisations = self.authorisations(good, RSO.split())
        for code, label, data in (
                ("unsupported", "a statement with an unknown field", good + b"\xf8\x06\x01"),
                ("malformed", "a statement with a field twice", good + b"\x10\x01"),
                ("malformed", "a statement with two bodies", good + b"\xb2\x01\x03\x0a\x01x"),
                ("malformed", "a statement with text that is not UTF-8", good.replace(b"Bangkok", b"Bang\xffok")),
                ("malformed", "a statement with a field of another wire type", good + b"\x1d\0\0\0\0"),
                ("malformed", "a statement that ends early", good[:-1]),
                ("malformed", "a statement without an id", good.replace(fixed("statement ESTABLISH, damaged", 16),
                                                                         bytes(16))),
                ("malformed", "a statement that says nothing", self.statement("nothing"))):
            self.refuse(code, label, RSO, data=data)
        swapped = authorisations[:16] + authorisations[96:160] + authorisations[80:96] + authorisations[16:80]
        for code, label, record in (
                ("bad-signature", "authorisations with signatures swapped", {"authorisations": swapped}),
                ("malformed", "authorisations cut short", {"authorisations": authorisations[:-1]}),
                ("malformed", "a key that signs twice", {"authorisations": authorisations + authorisations[:80]}),
                ("not-authorised", "no authorisations", {"authorisations": b""}),
                ("structure", "a record with another number", {"n": 2}),
                ("structure", "a record before the last", {"recorded_ms": self.now - 1}),
                ("structure", "a record in no calendar", {"recorded_ms": (1 << 56) + 1})):
            self.refuse(code, label, RSO, data=good, record=record)
        self.refuse("invalid", "a draft that expired", RSO, establish=bkk, expires_ms=self.now - 1)
        self.refuse("structure", "a draft against records to come", RSO, establish=bkk, base=99)
        self.refuse("invalid", "a draft whose subject changed since", RSO, base=0, root=self.root(2, "rso-1 rso-2"))

    def nodes_join(self):
        aus = self.node("aus-bkk", "AUS", endpoint="tcp://[2001:db8::7]:7401", live_endpoint="tcp://aus.example:7402")
        admit = schema.AddNode(request=aus)
        self.refuse("not-authorised", "ADD NODE without the party", "rso-1 rso-2 chair", add_node=admit)
        self.refuse("not-authorised", "ADD NODE without the chair", "rso-1 admin-aus admin-nzl", add_node=admit)
        self.refuse("bad-signature", "ADD NODE of one who shows no key", ADMIT_AUS, add_node=schema.AddNode(
            request=schema.SignedRequest(request=aus.request, possession=self.node("aus-bkk", "NZL").possession)))
        self.refuse("malformed", "ADD NODE with a name of capitals", ADMIT_AUS,
                    add_node=schema.AddNode(request=self.node("AUS-BKK", "AUS")))
        self.refuse("invalid", "ADD NODE with the coordinator's name", ADMIT_AUS,
                    add_node=schema.AddNode(request=self.node("aus-bkk", "AUS", name="rso")))
        self.refuse("invalid", "ADD NODE with a person's key", ADMIT_AUS, add_node=schema.AddNode(
            request=self.node("aus-bkk", "AUS", transport_pk=self.of("chair").transport.pk)))
        self.refuse("invalid", "ADD NODE with an encryption key of small order", ADMIT_AUS,
                    add_node=schema.AddNode(request=self.node("aus-bkk", "AUS", enc_pk=bytes(32))))
        self.refuse("malformed", "ADD NODE with a live endpoint alone", ADMIT_AUS, add_node=schema.AddNode(
            request=self.node("aus-bkk", "AUS", live_endpoint="tcp://aus.example:7402")))
        self.record("ADD NODE aus-bkk", ADMIT_AUS, add_node=admit)
        self.refuse("invalid", "ADD NODE of what is there", ADMIT_AUS, add_node=admit)
        self.record("ADD NODE nzl-bkk", ADMIT_NZL, add_node=schema.AddNode(request=self.node("nzl-bkk", "NZL")))
        self.record("ADD NODE tha-bkk", ADMIT_THA, add_node=schema.AddNode(request=self.node("tha-bkk", "THA")))
        self.record("ADD NODE thp-bkk", "admin-thp rso-3 deputy",
                    add_node=schema.AddNode(request=self.node("thp-bkk", "THP")))

    def group_and_suspension(self):
        group = schema.Group(audience=fixed("audience forgers", 16), name="forgers",
                             members=[self.node_id("aus-bkk"), self.node_id("nzl-bkk")],
                             until_ms=self.now + 30 * DAY_MS)
        self.refuse("not-authorised", "GROUP by a deputy", "rso-1 deputy", group=group)
        self.refuse("invalid", "GROUP with the name of a RILON", "rso-1 chair",
                    group=schema.Group(audience=group.audience, name="BKK", members=group.members))
        self.refuse("invalid", "GROUP with a member twice", "rso-1 chair",
                    group=schema.Group(audience=group.audience, name="forgers", members=[group.members[0]] * 2))
        self.record("GROUP forgers", "rso-1 chair", group=group)

        nzl = schema.Suspend(node_id=self.node_id("nzl-bkk"), reason="laptop lost")
        self.refuse("not-authorised", "SUSPEND by a deputy", "deputy", suspend=nzl)
        self.refuse("not-authorised", "SUSPEND by another party's administrator", "admin-aus", suspend=nzl)
        suspended = self.record("SUSPEND nzl-bkk", "chair", suspend=nzl)
        self.aus_writes_while_nzl_is_suspended()
        confirm = schema.ConfirmSuspend(suspend_id=suspended)
        self.refuse("not-authorised", "CONFIRM by who suspended", "chair", confirm_suspend=confirm)
        self.refuse("not-authorised", "SUSPEND once more by who suspended", "chair", suspend=nzl)
        self.refuse("invalid", "CONFIRM of another suspension", "rso-1",
                    confirm_suspend=schema.ConfirmSuspend(suspend_id=fixed("nothing", 16)))
        self.refuse("invalid", "ENCRYPTION KEY of a suspended node", "nzl-bkk", rotate_encryption=self.rotation())
        self.record("CONFIRM SUSPEND", "admin-nzl", confirm_suspend=confirm)
        self.refuse("invalid", "CONFIRM of what stands", "rso-1", confirm_suspend=confirm)
        self.refuse("invalid", "REINSTATE drafted before the suspension", ADMIT_NZL, base=11,
                    reinstate=schema.Reinstate(suspend_id=suspended))
        self.record("REINSTATE nzl-bkk", ADMIT_NZL, later_ms=80 * HOUR_MS,
                    reinstate=schema.Reinstate(suspend_id=suspended))
        self.refuse("invalid", "SUSPEND drafted before the reinstatement", "rso-1", base=13, suspend=nzl)
        self.record("SUSPEND thp-bkk", "rso-1", suspend=schema.Suspend(node_id=self.node_id("thp-bkk"), reason="?"))

    def rotation(self, keys="nzl-bkk 2"):
        return schema.RotateEncryption(node_id=self.node_id("nzl-bkk"), new_enc_pk=self.of(keys).encryption.pk)

    def replacement(self, cuts=(), **other):
        """A new signing key and a new transport key for aus-bkk."""
        keys, node_id = self.of("aus-bkk 2"), self.node_id("aus-bkk")
        proof = crypto.possession_message(self.id, node_id + keys.sign.pk)
        fields = {"node_id": node_id, "new_sign_pk": keys.sign.pk, "possession": keys.sign.sign(proof),
                  "new_transport_pk": keys.transport.pk, "cuts": cuts}
        return schema.ReplaceKey(**{**fields, **other})

    def cut(self, name, seq):
        stream = self.streams[name]
        return schema.Cut(stream_id=stream.stream_id, seq=seq, entry_id=stream.entries[seq].entry_id)

    def keys_change(self):
        self.refuse("not-authorised", "ENCRYPTION KEY by a person", "admin-nzl", rotate_encryption=self.rotation())
        self.refuse("unknown-key", "ENCRYPTION KEY by another node", "aus-bkk", rotate_encryption=self.rotation())
        self.refuse("unknown-key", "ADD PARTY, a node signs too", f"{RSO} aus-bkk", add_party=self.party("IOM"))
        # 80 hours later the suspension of thp-bkk, which nobody confirmed, has lapsed.
        self.record("ENCRYPTION KEY of nzl-bkk", "nzl-bkk", later_ms=80 * HOUR_MS, rotate_encryption=self.rotation())
        cuts = [self.cut("BKK", 4)]
        self.refuse("bad-signature", "REPLACE KEY that shows no key", ADMIT_AUS,
                    replace_key=self.replacement(cuts, possession=bytes(64)))
        self.refuse("malformed", "REPLACE KEY with too many cuts", ADMIT_AUS, replace_key=self.replacement([
            schema.Cut(stream_id=fixed(f"stream {i}"), seq=i, entry_id=fixed(f"entry {i}")) for i in range(513)]))
        self.refuse("invalid", "REPLACE KEY with two cuts of a stream", ADMIT_AUS,
                    replace_key=self.replacement(cuts + [self.cut("BKK", 3)]))
        self.refuse("malformed", "REPLACE KEY with cuts and no signing key", ADMIT_AUS,
                    replace_key=self.replacement(cuts, new_sign_pk=b"", possession=b""))
        self.refuse("malformed", "REPLACE KEY without a key", ADMIT_AUS,
                    replace_key=schema.ReplaceKey(node_id=self.node_id("aus-bkk")))
        self.record("REPLACE KEY of aus-bkk", ADMIT_AUS, replace_key=self.replacement(cuts))
        self.refuse("invalid", "REPLACE KEY with a key it had before", ADMIT_AUS, replace_key=self.replacement())
        self.aus_writes_with_its_new_key()
        self.record("CHANGE BKK", RSO, change=schema.ChangeRilon(
            code="BKK", name="Greater Bangkok", chair=self.person("chair-2", "CAN"), replace_deputies=True))
        self.refuse("unknown-key", "GROUP by the chair who left", "rso-1 chair", group=schema.Group(
            audience=fixed("audience others", 16), name="others", members=[self.node_id("aus-bkk")]))
        self.refuse("invalid", "CHANGE of a RILON that is not there", RSO, change=schema.ChangeRilon(code="KUL"))
        self.record("ACTIVATE", RSO, activate=schema.Activate(feature="chunks"))
        self.refuse("invalid", "ACTIVATE again", RSO, activate=schema.Activate(feature="chunks"))
        self.refuse("malformed", "ACTIVATE of no name", RSO, activate=schema.Activate(feature="No name"))

    def the_end(self):
        self.thp_writes()
        revoke = schema.Revoke(node_id=self.node_id("thp-bkk"), reason="mission closed",
                               cuts=[self.cut("of thp-bkk", 1)])
        self.refuse("not-authorised", "REVOKE by the RSO alone", RSO, revoke=revoke)
        self.record("REVOKE thp-bkk", "rso-2 chair-2", revoke=revoke)
        self.refuse("invalid", "REVOKE again", "rso-2 chair-2", revoke=revoke)
        self.offer("quarantined", "an entry of a revoked node, beyond its cut", "of thp-bkk", "content",
                   self.epoch_keys["of thp-bkk", 1], b"", dir_seq=self.newest - 1)
        self.refuse("invalid", "SUSPEND of a revoked node", "rso-1",
                    suspend=schema.Suspend(node_id=self.node_id("thp-bkk")))
        new = self.root(2, "rso-1 rso-4")
        self.refuse("not-authorised", "ROOT without the old persons", "rso-1 rso-4", root=new)
        self.refuse("not-authorised", "ROOT without the new persons", RSO, root=new)
        self.refuse("invalid", "ROOT with another network audience", f"{RSO} rso-4",
                    root=self.root(2, "rso-1 rso-4", network_audience=fixed("audience other", 16)))
        self.refuse("invalid", "ROOT that skips a version", f"{RSO} rso-4", root=self.root(3, "rso-1 rso-4"))
        # 30 days later: the group has ended before this record is judged.
        self.record("ROOT 2", f"{RSO} rso-4", later_ms=30 * DAY_MS, root=new)
        self.refuse("invalid", "GROUP closed twice", "rso-4 chair-2",
                    group=schema.Group(audience=fixed("audience forgers", 16), name="forgers"))
        self.record("SUSPEND tha-bkk", "rso-4 chair-2", suspend=schema.Suspend(
            node_id=self.node_id("tha-bkk"), reason="key seen elsewhere", key_compromised=True))
        self.new_stream("of tha-bkk", "tha-bkk")
        self.offer("quarantined", "an entry of a suspended node", "of tha-bkk", "found",
                   self.directory.state.rilons["BKK"].all_audience, dir_seq=self.newest - 1)
        self.new_stream("of the group", "aus-bkk", 2)
        self.offer("not-member", "an entry for a group that ended", "of the group", "found",
                   fixed("audience forgers", 16))
        self.refuse("invalid", "SUSPEND of what is suspended for good", "rso-1",
                    suspend=schema.Suspend(node_id=self.node_id("tha-bkk")))

    def many_new_encryption_keys(self):
        for number in range(3, 7):
            self.record(f"ENCRYPTION KEY {number} of nzl-bkk", "nzl-bkk", later_ms=DAY_MS,
                        rotate_encryption=self.rotation(f"nzl-bkk {number}"))
        self.refuse("invalid", "ENCRYPTION KEY, a fifth within 30 days", "nzl-bkk",
                    rotate_encryption=self.rotation("nzl-bkk 7"))
        self.record("ENCRYPTION KEY 7 of nzl-bkk", "nzl-bkk", later_ms=27 * DAY_MS,
                    rotate_encryption=self.rotation("nzl-bkk 7"))

    # --- streams ---

    def aus_writes(self):
        bkk, links = self.directory.state.rilons["BKK"], self.directory.links
        officer, none = self.officer("aus-bkk", 1), fixed("key of no epoch")
        self.found("BKK", "aus-bkk", bkk.all_audience)
        self.offer("structure", "a grant with another directory's link", "BKK", "grant", none,
                   dir_link=links[self.newest - 1])
        self.offer("structure", "a definition sealed for a standing audience", "BKK", "grant", none,
                   dir_link=links[self.newest], definition=epoch.Definition(bkk.all_audience).encode())
        self.grant("BKK")
        self.say("BKK", "refusal", "publish visa_refusal", officer)
        self.say("BKK", "fraud", "publish everything", officer, precedence=3)
        self.say("BKK", "refusal", "supersede", officer)
        self.offer("parked", "an entry of a record to come", "BKK", "content", none, b"", dir_seq=self.newest + 1)
        self.new_stream("of tha-bkk", "tha-bkk")
        self.offer("not-member", "the host's node among the missions", "of tha-bkk", "found", bkk.missions_audience)

    def aus_writes_while_nzl_is_suspended(self):
        """Also when the members are the same again: they were not, in between."""
        self.offer("stale-epoch", "content for readers of whom one has left", "BKK", "content",
                   self.epoch_keys["BKK", 1], b"")

    def aus_writes_with_its_new_key(self):
        audience = self.directory.state.rilons["BKK"].all_audience
        old, new, key = self.officer("aus-bkk", 1), self.officer("aus-bkk", 2), self.epoch_keys["BKK", 1]
        self.offer("quarantined", "an entry with the old key, beyond its cut", "BKK", "redact", [(2, 2)])
        self.streams["BKK"].signer = self.signer("aus-bkk", 2)
        self.offer("stale-epoch", "content for readers who left and came back", "BKK", "content", key, b"")
        self.grant("BKK")
        self.say("BKK", "refusal", "withdraw", new)
        self.write("BKK", "redact", [(2, 2), (4, 4)])
        self.grant("BKK")
        self.say("BKK", "sighting", "confirm", old, precedence=2)  # A certificate by the key before is one still.
        self.fork()
        for operation in ("publish travel_fraud", "publish visa_cancellation", "publish lost_stolen",
                          "publish facilitator", "publish lookout", "publish bulletin", "publish border_incident",
                          "publish with a field to come"):
            self.say("BKK", operation, operation, new)
        head = self.streams["BKK"].head
        self.found("BKK again", "aus-bkk", audience, generation=2,
                   superseded=(head.header.stream_id, head.header.seq, head.entry_id))
        self.derived(audience, new)

    def fork(self):
        """Another entry of the seq that was written last."""
        stream = copy.deepcopy(self.streams["BKK"])
        stream.entries.pop()
        self.other_half = self.make_entry(stream, "the other half of a fork", "content", self.epoch_keys["BKK", 3], b"")
        self.offer_made("fork", "another entry of a seq that is there", "BKK", self.other_half)

    def recipients(self, definition, origin):
        nodes = self.directory.state.nodes
        readers = self.directory.state.derived_members(definition, origin) - {origin}
        return replace(definition, recipients=tuple(sorted(crypto.key_id(nodes[node].enc_pk) for node in readers)))

    def derived(self, base, officer):
        """Without the host and who stands under it."""
        aus, link = self.node_id("aus-bkk"), self.directory.links[self.newest]
        definition = self.recipients(epoch.Definition(base, ("THA",)), aus)
        self.found("without THA", "aus-bkk", fixed("audience without THA", 16), generation=2)
        self.offer("structure", "a derived stream without a definition", "without THA", "grant",
                   fixed("key of no epoch"), dir_link=link)
        self.grant("without THA", definition)
        self.say("without THA", "note", "publish bulletin", officer)
        self.found("with wrong recipients", "aus-bkk", fixed("audience with wrong recipients", 16), generation=2)
        tha = crypto.key_id(self.of("tha-bkk").encryption.pk)
        self.grant("with wrong recipients", replace(definition, recipients=(tha,)))

    def thp_writes(self):
        self.found("of thp-bkk", "thp-bkk", self.directory.state.rilons["BKK"].all_audience)
        self.grant("of thp-bkk")
