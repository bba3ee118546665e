"""What a person saw when they decided: a hash that tells whether a question is still the same.

An interrupt's id depends on its task and its place, not on what is asked: a node that runs again, because a question
beside its own was answered, may ask something else under the same id.
"""

import hashlib
import json

from graphdeck.graphs.values import Json


def payload_hash(payload: Json) -> str:
    """SHA-256 of a payload: of its JSON form with sorted keys, without spaces, in ASCII."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
