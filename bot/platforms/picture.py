"""A post's picture as parts carry it: what is frozen of it beside its bytes, and the proof that these are the same.

A picture is uploaded anew with each attempt to post: what a platform was given and nobody used, it throws away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.errors import PlatformError, PlatformFailure
from bot.model import Part, Picture

MEDIA_TYPE = "image/png"


def frozen(picture: Picture) -> dict[str, Any]:
    """What a part's payload says of its picture."""
    return {"alt": picture.alt, "height": picture.height, "sha256": picture.sha256, "width": picture.width}


def taken(part: Part, facts: Mapping[str, Any]) -> bytes:
    """The picture of a part.

    Raises:
        PlatformError: ``REJECTED``, it is not the one that was frozen.
    """
    if hashlib.sha256(part.picture).hexdigest() != facts["sha256"]:
        raise PlatformError(
            PlatformFailure.REJECTED,
            f"The stored picture of {part.key} is lost or damaged: discard the post, or restore the newest backup.",
            about=part.key,
        )
    return part.picture
