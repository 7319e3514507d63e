"""What a failed run's detection keeps of its error: the signature that the database counts."""

from typing import Any

from shared.execution import Execution
from shared.signatures import signature_of


def signature_evidence(execution: Execution) -> dict[str, Any]:
    """``{"error_signature": {"fingerprint", "template"}}`` of a failed run that says why; otherwise nothing.

    The trigger on ``public.detections`` counts it once per detection, see ``public.error_signatures``.
    """
    signature = signature_of(execution.error_message) if execution.failed else None
    if signature is None or not signature.fingerprint:
        return {}
    return {"error_signature": {"fingerprint": signature.fingerprint, "template": signature.template}}
