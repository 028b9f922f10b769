"""The RILON wire in Python, written from docs/wire.md and the schema files it names and from nothing else.

A second implementation: that it understands the first one, and the first one it, is what shows that the page is
complete. It is also meant to be read. Section numbers in these files are those of docs/wire.md.

    layout     fixed layouts, hashes, refusals                    §1
    crypto     signatures, AEAD, key agreement                    §1, §3
    hpke       RFC 9180, as far as slots and sealed acks need it  §7, §11
    schema     the project's .proto files; strict parsing         §8
    entry      entries and their bodies                           §4, §5
    stream     the structure rules; an origin's own stream        §4
    epoch      grants, sealed definitions, slots                  §7
    statement  what a record of the directory may say             §8
    state      what the directory says at one record              §3, §8
    rules      what each statement needs and does                 §8
    directory  the chain of records; checkpoints                  §8
    accept     when an entry of a stream is taken                 §6
    content    officers: certificates, signed operations          §9
    evidence   acks, heads, reports                               §11
    sync       frames between peers                               §12
    files      what people hand over                              §15
    peer       a member that talks to peers                       §12, §14

No clock and no randomness of its own except where a caller leaves out what would make the bytes repeatable.
"""
