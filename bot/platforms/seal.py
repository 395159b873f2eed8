"""A session at rest: sealed under the secret that it was got with, so that a database or a backup holds no secret.

Who can open it has the secret anyway and needs no session. When the secret changes, what was sealed under the old one
cannot be opened any more, and the bot signs in anew: just what is wanted then.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def sealed(text: str, secret: str, label: str) -> str:
    """``text`` as nobody can read it without ``secret``; ``label`` says whose it is and is not kept."""
    return _box(secret, label).encrypt(text.encode()).decode()


def opened(box: str, secret: str, label: str) -> str:
    """What `sealed` was given, or "" where this is not from the same secret and label, or is damaged."""
    from cryptography.fernet import InvalidToken

    if not box:
        return ""
    try:
        return _box(secret, label).decrypt(box.encode()).decode()
    except (InvalidToken, UnicodeError):
        return ""


@lru_cache(maxsize=4)
def _box(secret: str, label: str) -> Fernet:
    from cryptography.fernet import Fernet

    # Slow (15 ms, 8 MB) only for an operator who set a password of their own: one that was generated cannot be guessed.
    key = hashlib.scrypt(secret.encode(), salt=label.encode(), n=2**13, r=8, p=1, dklen=32)
    return Fernet(base64.urlsafe_b64encode(key))
