"""What the platforms' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def outside_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package is installed, and it brings a publisher."""
    metadata = tmp_path / "chalk-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: chalk\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[smallprint.publishers]\n"
        "chalkboard = tests.platforms.outsider:Chalkboard\n"
        "broken = tests.platforms.outsider:Gone\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
