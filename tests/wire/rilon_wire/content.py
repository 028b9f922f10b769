"""The plaintext of content (§9): an operation that an officer signed, and the certificate their node gave them."""
import os
from dataclasses import dataclass

from . import crypto, schema
from .layout import H, demand, magic, u16
from .statement import check_id, check_text

CERTIFICATE_MAX, CERTIFICATE_MS = 512, 90 * 24 * 3600 * 1000


def certificate_message(network_id, generation, certificate):
    return magic(b"OCT") + network_id + u16(generation) + H(certificate)


def operation_message(network_id, stream_id, alert_id, operation):
    return magic(b"OFF") + network_id + stream_id + alert_id + H(operation)


@dataclass(frozen=True)
class Officer:
    """An officer's key with the certificate of the node they work at."""
    key: crypto.SignKey
    certificate: bytes
    generation: int
    certificate_signature: bytes


def certify(signer, key, display_sign, role, valid_from_ms, valid_until_ms, officer_id=None):
    """`signer`: the node (stream.Signer)."""
    certificate = schema.encode(schema.OfficerCertificate(
        officer_id=officer_id or os.urandom(16), display_sign=display_sign, role=role, sign_pk=key.pk,
        node_id=signer.node_id, valid_from_ms=valid_from_ms, valid_until_ms=valid_until_ms))
    signature = signer.key.sign(certificate_message(signer.network_id, signer.generation, certificate))
    return Officer(key, certificate, signer.generation, signature)


def make_content(network_id, stream_id, officer, alert_id, operation):
    """`operation`: bytes of an Operation."""
    return schema.encode(schema.Content(
        certificate=officer.certificate, certificate_generation=officer.generation,
        certificate_signature=officer.certificate_signature, alert_id=alert_id, operation=operation,
        officer_signature=officer.key.sign(operation_message(network_id, stream_id, alert_id, operation))))


def parse_certificate(data):
    demand(len(data) <= CERTIFICATE_MAX, "malformed", "length of a certificate")
    certificate = schema.parse(schema.OfficerCertificate, data)
    check_id(certificate.officer_id)
    check_id(certificate.node_id)
    check_text(certificate.display_sign, 32, 1)
    check_text(certificate.role, 32, 1)
    crypto.sound_sign_pk(certificate.sign_pk)
    valid = certificate.valid_until_ms - certificate.valid_from_ms
    demand(0 < valid <= CERTIFICATE_MS, "malformed", "validity of a certificate")
    return certificate


def parse_content(data):
    content = schema.parse(schema.Content, data)
    check_id(content.alert_id)
    demand(1 <= content.certificate_generation <= 0xFFFF, "malformed", "generation")
    parse_certificate(content.certificate)
    return content


def verify_content(content, header, node_sign_pk):
    """Certificate and operation. `node_sign_pk(generation)`: the origin's keys in the directory at the entry's dir_seq.
    No clock: a certificate's validity is not compared with one."""
    certificate = parse_certificate(content.certificate)
    demand(certificate.node_id == header.origin, "not-authorised", "certificate of another node")
    crypto.verify(node_sign_pk(content.certificate_generation),
                  certificate_message(header.network_id, content.certificate_generation, content.certificate),
                  content.certificate_signature)
    crypto.verify(certificate.sign_pk,
                  operation_message(header.network_id, header.stream_id, content.alert_id, content.operation),
                  content.officer_signature)
    return certificate, schema.parse(schema.Operation, content.operation)
