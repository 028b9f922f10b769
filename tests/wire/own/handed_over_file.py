"""files.json: what people hand over, armoured."""
from rilon_wire import crypto, files, schema, statement

from .network import fixed
from .rows import flipped, must_refuse


def handed_over(story):
    chain = story.directory
    pin = schema.NetworkFile(network_id=story.id, first=chain.records[0])
    whole = schema.NetworkFile(network_id=story.id, first=chain.records[0], more=chain.records[1:])
    grant = schema.Grant(network=pin, psk_generation=1, psk=story.psks[0].key, node_id=story.node_id("nzl-bkk"))
    nzl, ephemeral = story.of("nzl-bkk"), crypto.BoxKey(fixed("ephemeral of a grant"))
    sealed = files.seal_grant(schema.encode(grant), nzl.encryption.pk, ephemeral)
    assert files.open_grant(sealed, nzl.encryption) == grant
    person, node = story.person("chair", "AUS"), story.node("nzl-bkk", "NZL")
    draft = schema.Draft(statement=chain.records[1].statement, authorisations=chain.records[1].authorisations[:80])
    founding = files.coordinator_request(story.id, story.of("online").sign.pk, story.coordinator("rso"))
    assert files.parse_coordinator_request(founding)[2] == story.coordinator("rso")
    texts = [("NETWORK FILE", schema.encode(pin)), ("NETWORK FILE", schema.encode(whole)),
             ("PERSON REQUEST", schema.encode(person)), ("NODE REQUEST", schema.encode(node)),
             ("COORDINATOR REQUEST", founding), ("GRANT", sealed),
             ("DRAFT", schema.encode(draft))]
    for label, data in texts:
        assert files.dearmour(label, files.armour(label, data)) == data
    return {
        "armour": [{"label": label, "bytes": data, "text": files.armour(label, data)} for label, data in texts],
        "armour_forgiven": [{"label": label, "text": text, "bytes": schema.encode(draft)}
                            for label, text in forgiven(files.armour("DRAFT", schema.encode(draft)))],
        "armour_refused": [must_refuse("malformed", label, files.dearmour, "DRAFT", text, text=text)
                           for label, text in damaged(files.armour("DRAFT", schema.encode(draft)))],
        "network_files_refused": [
            must_refuse(code, label, files.parse_network_file, schema.encode(file), bytes=schema.encode(file))
            for code, label, file in (
                ("malformed", "an id of 15 bytes", schema.NetworkFile(network_id=story.id[1:], first=pin.first)),
                ("bad-signature", "of another network", schema.NetworkFile(network_id=fixed("elsewhere", 16),
                                                                           first=pin.first)),
                ("structure", "a record left out", schema.NetworkFile(network_id=story.id, first=pin.first,
                                                                      more=chain.records[2:])))],
        "grant": {"to_sk": nzl.encryption.sk, "ephemeral_sk": ephemeral.sk, "sealed": sealed,
                  "psk_generation": 1, "psk": grant.psk, "node_id": grant.node_id},
        "grants_refused": [must_refuse("cannot-open", label, files.open_grant, data, key, sealed=data, to_sk=key.sk)
                           for label, data, key in (("a flipped byte", flipped(sealed), nzl.encryption),
                                                    ("cut short", sealed[:-1], nzl.encryption),
                                                    ("to another", sealed, story.of("aus-bkk").encryption))],
        "requests": [{"label": label, "request": signed.request, "possession": signed.possession,
                      "fingerprint": statement.fingerprint(signed.request)}
                     for label, signed in (("person", person), ("node", node))]}


def forgiven(text):
    return [("blank space around", f"\n  \t{text}\n \n"), ("CRLF", text.replace("\n", "\r\n"))]


def damaged(text):
    lines = text.splitlines()
    body = lines[1:-1]

    def with_body(changed):
        return "\n".join([lines[0], *changed, lines[-1], ""])
    return [("another label at its end", text.replace("END RILON DRAFT", "END RILON GRANT")),
            ("an unknown label", text.replace("DRAFT", "DRAUGHT")),
            ("a line too long", with_body([body[0] + body[1], *body[2:]])),
            ("a blank line within", with_body([body[0], "", *body[1:]])),
            ("a blank within a line", with_body([body[0][:10] + " " + body[0][10:], *body[1:]])),
            ("a character of another alphabet", with_body(["_" + body[0][1:], *body[1:]])),
            ("no end", "\n".join(lines[:-1]) + "\n"), ("nothing inside", with_body([])),
            ("something after it", text + "x")]
