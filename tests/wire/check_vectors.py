#!/usr/bin/env python3
"""Every object of rilon_v1.json, verified by the second implementation and made again where it can be.

RILON_VECTORS names the folder; without it the tests are skipped."""
import json
import os
import unittest
from pathlib import Path

from rilon_wire import content, crypto, entry, epoch, evidence, hpke, stream
from rilon_wire.directory import link, parse_checkpoint, sign_checkpoint
from rilon_wire.layout import Refused
from rilon_wire.statement import authorisation_message, authorise, parse_authorisations

FOLDER = os.environ.get("RILON_VECTORS")
# Of what must be refused; all else is malformed.
REASONS = {"unknown suite": "unsupported", "unknown kind": "unsupported", "body length above the limit": "too-large",
           "another network": "wrong-network", "wrong prev": "fork", "wrong origin": "structure",
           "dir_seq goes back": "structure", "epoch of an older grant": "structure",
           "epoch without a grant": "structure", "grant skips an epoch": "structure",
           "genesis whose stream_id does not recompute": "structure", "key generation without a key": "unknown-key",
           "redact names a grant": "structure", "redact names itself": "structure",
           "content after a redact, without a new grant": "structure", "signature flipped": "bad-signature"}


def unhex(value):
    """The same structure with bytes for hex."""
    if isinstance(value, dict):
        return {key: unhex(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unhex(item) for item in value]
    try:
        return bytes.fromhex(value) if isinstance(value, str) else value
    except ValueError:
        return value


@unittest.skipUnless(FOLDER, "RILON_VECTORS is not set")
class Vectors(unittest.TestCase):
    def setUp(self):
        v = self.v = unhex(json.loads(Path(FOLDER, "rilon_v1.json").read_text(encoding="utf-8")))
        self.network_id = v["network_id"]
        self.signers = [crypto.SignKey(seed) for seed in v["origin"]["sign_seeds_by_generation"]]
        self.origin = crypto.BoxKey(v["origin"]["enc_sk"])
        self.recipients = [crypto.BoxKey(r["enc_sk"]) for r in v["recipients"]]
        self.psk = epoch.Psk(int.from_bytes(v["psk_id"], "big"), v["psk"])
        self.given = {s["name"]: s for s in v["streams"]}
        self.links = [record["link"] for record in v["directory"]["records"]]

    def signer(self, generation=1):
        return stream.Signer(self.network_id, self.v["origin"]["node_id"], generation, self.signers[generation - 1])

    def entry(self, vector):
        return entry.parse_entry(vector["header"] + vector["signature"] + vector["body"])

    def stream(self, name, through=None):
        """Accepted entry by entry, signature by signature."""
        made = stream.Stream()
        for vector in self.given[name]["entries"][:None if through is None else through + 1]:
            self.offer(made, self.entry(vector))
        return made

    def offer(self, held, parsed):
        """As a receiver takes it whose directory has both keys of the origin at record 2 (§6, steps 1, 2 and 5)."""
        header = parsed.header
        if header.network_id != self.network_id:
            raise Refused("wrong-network")
        if header.generation > len(self.signers):
            raise Refused("unknown-key")
        pk = self.signers[header.generation - 1].pk
        parsed.check_signature(pk)
        held.append(parsed, pk)

    def test_identities(self):
        v = self.v["origin"]
        self.assertEqual([key.pk for key in self.signers], v["sign_pks"])
        self.assertEqual(crypto.node_id(self.network_id, self.signers[0].pk), v["node_id"])
        self.assertEqual(crypto.key_id(self.signers[0].pk), v["key_id_of_first"])
        self.assertEqual(self.origin.pk, v["enc_pk"])
        for key, given in zip(self.recipients, self.v["recipients"]):
            self.assertEqual((key.pk, crypto.key_id(key.pk)), (given["enc_pk"], given["key_id"]))

    def test_directory(self):
        v = self.v["directory"]
        before = bytes(32)
        keys = {crypto.key_id(key.pk): key for key in map(crypto.SignKey, (v["person_seed"], v["online_seed"]))}
        for record in v["records"]:
            before = link(self.network_id, record["n"], before, record["recorded_ms"], record["statement"],
                          record["authorisations"])
            self.assertEqual(before, record["link"])
            signatures = parse_authorisations(record["authorisations"])
            self.assertTrue(signatures)
            for key_id, signature in signatures.items():
                crypto.verify(keys[key_id].pk, authorisation_message(self.network_id, record["statement"]), signature)
                again = authorise(self.network_id, record["statement"], keys[key_id])
                self.assertEqual(again, key_id + signature)
        online, given = crypto.SignKey(v["online_seed"]), v["checkpoint"]
        checkpoint = parse_checkpoint(given["bytes"], online.pk)
        self.assertEqual((checkpoint.n, checkpoint.link, checkpoint.issued_ms),
                         (given["n"], before, given["issued_ms"]))
        self.assertEqual(sign_checkpoint(online, self.network_id, given["n"], before, given["issued_ms"]).encode(),
                         given["bytes"])

    def test_entries_are_accepted_and_open(self):
        for name, given in self.given.items():
            held = self.stream(name)
            for parsed, vector in zip(held.entries, given["entries"]):
                header = parsed.header
                self.assertEqual(parsed.entry_id, vector["entry_id"], vector["label"])
                self.assertEqual((header.seq, header.kind, header.flags, header.epoch, header.generation,
                                  header.dir_seq, header.nonce),
                                 tuple(vector[key] for key in ("seq", "kind", "flags", "epoch", "generation",
                                                               "dir_seq", "nonce")))
                plain = parsed.body
                if vector["encrypted"]:
                    plain = entry.open_body(parsed, given["epoch_keys"][str(header.epoch)])
                self.assertEqual(plain, vector["plaintext"], vector["label"])
                self.assertEqual(parsed.encode(), vector["header"] + vector["signature"] + vector["body"])
                absent = parsed.encode()[:entry.SIGNED]
                if vector["encrypted"]:
                    self.assertEqual(entry.parse_entry(absent, absent=True).entry_id, vector["entry_id"])
                else:
                    self.assertRaises(Refused, entry.parse_entry, absent, absent=True)

    def test_streams_are_made_again(self):
        """From keys, nonces and plaintexts alone: the same bytes."""
        for name, given in self.given.items():
            own, epoch_keys = stream.OwnStream(self.signer()), given["epoch_keys"]
            for vector in given["entries"]:
                own.signer = self.signer(vector["generation"])
                nonce, dir_seq = vector["nonce"], vector["dir_seq"]
                key = epoch_keys.get(str(vector["epoch"]))
                if vector["kind"] == entry.GENESIS:
                    superseded = entry.parse_genesis(vector["body"]).superseded
                    self.assertEqual(superseded, tuple(given["supersedes"].values()) if "supersedes" in given else None)
                    made = own.found(given["audience_id"], dir_seq, superseded, given["random"], nonce)
                elif vector["kind"] == entry.GRANT:
                    definition = given["definition"]["bytes"] if "definition" in given else None
                    made = own.grant(key, dir_seq, self.links[dir_seq], definition, nonce)
                elif vector["kind"] == entry.REDACT:
                    made = own.redact(entry.parse_redact(vector["body"]).ranges, dir_seq, nonce)
                else:
                    made = own.content(key, vector["plaintext"], dir_seq, vector["flags"], nonce, vector["kind"])
                self.assertEqual(made.encode(), vector["header"] + vector["signature"] + vector["body"],
                                 f"{name}: {vector['label']}")

    def test_epochs(self):
        for given in self.given.values():
            for number, commitment in given["key_commitments"].items():
                self.assertEqual(epoch.key_commitment(given["epoch_keys"][number], given["stream_id"], int(number)),
                                 commitment)
        b = self.given["B"]
        grant = self.stream("B").grants[0]
        definition = epoch.open_definition(grant, b["epoch_keys"]["1"])
        given = b["definition"]
        self.assertEqual(definition, epoch.Definition(given["base"], tuple(given["excluded_parties"]),
                                                      tuple(given["named_nodes"]), tuple(given["recipient_key_ids"])))
        self.assertEqual(definition.encode(), given["bytes"])
        self.assertEqual(epoch.parse_definition(given["bytes"]), definition)
        self.assertRaises(Refused, epoch.open_definition, grant, b["epoch_keys"]["1"][::-1])

    def test_slots(self):
        for given in self.v["slots"]:
            name, number = given["stream"], given["epoch"]
            grant, recipient = self.stream(name).grants[number - 1], self.recipients[given["recipient"]]
            key = self.given[name]["epoch_keys"][str(number)]
            slot = epoch.parse_slot(given["slot"])
            self.assertEqual(epoch.open_slot(slot, grant, recipient, self.psk), key)
            self.assertEqual(slot.tag, epoch.slot_tag(recipient, self.origin.pk, slot.stream_id, number))
            again = epoch.seal_slot(grant.header, key, self.origin, recipient.pk, self.psk, given["ephemeral_sk"])
            self.assertEqual(again.encode(), given["slot"])
            for other in (other for other in self.recipients if other is not recipient):
                self.assertRaises(Refused, epoch.open_slot, slot, grant, other, self.psk)
        bad = self.v["slot_with_another_psk_must_fail"]
        slot = epoch.parse_slot(bad["slot"])
        grant = next(s.grants[slot.epoch - 1] for s in map(self.stream, self.given)
                     if s.head.header.stream_id == slot.stream_id)
        recipient = self.recipients[bad["recipient"]]
        self.assertTrue(epoch.open_slot(slot, grant, recipient, self.psk))
        self.assertRaises(Refused, epoch.open_slot, slot, grant, recipient, epoch.Psk(self.psk.generation, bad["psk"]))

    def test_officer(self):
        """The certificate here is bytes without meaning: only the signatures are."""
        v = self.v["officer"]
        key = crypto.SignKey(v["seed"])
        self.assertEqual(key.pk, v["pk"])
        crypto.verify(self.signers[0].pk, content.certificate_message(self.network_id, v["generation"],
                                                                     v["certificate"]), v["certificate_signature"])
        message = content.operation_message(self.network_id, v["stream_id"], v["alert_id"], v["operation"])
        crypto.verify(key.pk, message, v["signature"])
        self.assertEqual(key.sign(message), v["signature"])
        other = content.operation_message(self.network_id, v["signature_over_another_stream_must_fail"], v["alert_id"],
                                          v["operation"])
        self.assertRaises(Refused, crypto.verify, key.pk, other, v["signature"])

    def rows(self, given):
        return tuple(evidence.AckRow(self.given[r["stream"]]["stream_id"], r["seq"],
                                     self.given[r["stream"]]["entries"][r["seq"]]["entry_id"], r["level"])
                     for r in given["rows"])

    def test_evidence(self):
        v, node_id = self.v, self.v["origin"]["node_id"]
        pk = self.signers[0].pk
        head = evidence.parse_head(v["head"]["bytes"])
        evidence.verify(head, pk)
        self.assertEqual(head.encode(), v["head"]["bytes"])
        self.assertEqual((head.seq, head.time_ms, head.generation),
                         (v["head"]["seq"], v["head"]["time_ms"], v["head"]["generation"]))
        self.assertEqual(head.entry_id, self.given["A"]["entries"][head.seq]["entry_id"])
        for given, data in ((v["ack"], v["ack"]["bytes"]), (v["sealed_ack"], v["sealed_ack"]["plain"])):
            ack = evidence.parse_ack(data)
            evidence.verify(ack, pk)
            self.assertEqual(ack.encode(), data)
            self.assertEqual((ack.counter, ack.dir_n, ack.dir_link, ack.rows),
                             (given["counter"], given["dir_n"], self.links[given["dir_n"]], self.rows(given)))
            self.assertEqual(evidence.sign(ack, self.signers[0]).encode(), data)
        given = v["sealed_ack"]
        self.assertEqual(given["to_enc_pk"], self.origin.pk)
        self.assertEqual(evidence.open_ack(given["sealed"], self.origin), given["plain"])
        self.assertEqual(evidence.seal_ack(given["plain"], self.origin.pk, given["ephemeral_sk"]), given["sealed"])
        self.assertRaises(Refused, evidence.open_ack, given["sealed"], self.recipients[0])
        crypto.verify(pk, evidence.report_message(self.network_id, node_id, v["report"]["generation"],
                                                  v["report"]["report"]), v["report"]["signature"])
        crypto.verify(pk, crypto.possession_message(self.network_id, v["possession"]["request"]),
                      v["possession"]["signature"])

    def test_what_must_be_refused(self):
        self.assertGreater(len(self.v["refused"]), 30)
        for given in self.v["refused"]:
            with self.subTest(given["label"]):
                held = self.stream("A", given["after_seq"]) if given["after_seq"] >= 0 else stream.Stream()
                with self.assertRaises(Refused) as refused:
                    self.offer(held, entry.parse_entry(given["header"] + given["signature"] + given["body"]))
                self.assertEqual(refused.exception.code, REASONS.get(given["label"], "malformed"))

    def test_fork(self):
        fork = self.v["fork"]
        one, other = self.entry(fork["one"]), self.entry(fork["other"])
        held = self.stream("A", fork["seq"])
        for half in (one, other):
            half.check_signature(self.signers[0].pk)
        self.assertNotEqual(one.entry_id, other.entry_id)
        with self.assertRaises(Refused) as refused:
            self.offer(held, other)
        self.assertEqual(refused.exception.code, "fork")


@unittest.skipUnless(FOLDER, "RILON_VECTORS is not set")
class Hpke(unittest.TestCase):
    def test_rfc9180(self):
        name = "rfc9180_x25519_hkdfsha256_chacha20poly1305.json"
        v = unhex(json.loads(Path(FOLDER, name).read_text(encoding="utf-8")))
        of_modes = [given for given in v["vectors"] if given["mode"] in ("0", "1")]
        self.assertEqual(len(of_modes), 2)
        for given in of_modes:
            recipient, first = crypto.BoxKey(given["skRm"]), given["encryptions"][0]
            zz = crypto.dh(recipient.sk, given["enc"])
            secret = hpke.shared_secret(zz, given["enc"], recipient.pk)
            psk, psk_id = given.get("psk", b""), given.get("psk_id", b"")
            self.assertEqual(secret, given["shared_secret"])
            self.assertEqual(hpke.key_schedule(secret, given["info"], psk, psk_id), (given["key"], given["base_nonce"]))
            sealed = hpke.seal(recipient.pk, given["info"], first["pt"], psk, psk_id, first["aad"], given["skEm"])
            self.assertEqual(sealed, (given["enc"], first["ct"]))
            self.assertEqual(hpke.unseal(recipient, given["enc"], given["info"], first["ct"], psk, psk_id,
                                         first["aad"]), first["pt"])


if __name__ == "__main__":
    unittest.main()
