"""Error signatures: one stateless normalisation of what a failure says into a template and a fingerprint."""

from shared.signatures.signature import Signature, fingerprint_of, signature_of
from shared.signatures.template import template_of

__all__ = ["Signature", "fingerprint_of", "signature_of", "template_of"]
