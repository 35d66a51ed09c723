"""Filesystems that several machines share are told from those of one machine."""

from __future__ import annotations

import pytest

from playhead.stores.place import is_network


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "lustre", "ceph", "fuse.sshfs", "fuse.ceph", "fuse.dfs"]
)
def test_a_filesystem_of_many_machines_is_one_on_a_network(kind: str) -> None:
    assert is_network(kind)


@pytest.mark.parametrize("kind", ["", "ext4", "xfs", "tmpfs", "overlay", "sshfs", "fuse", "fuse.", "fuse.nfs", "nfs5"])
def test_a_filesystem_of_one_machine_is_none(kind: str) -> None:
    assert not is_network(kind)
