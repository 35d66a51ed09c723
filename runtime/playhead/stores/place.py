"""The place: whether a folder can hold a store, and making the folder and the database in it."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from playhead.errors import StoreUnsuitable
from playhead.stores.database import FILE, draft_database
from playhead.stores.refusals import unmakeable

_MOUNTS: Final = Path("/proc/self/mountinfo")

# Filesystems shared between machines: SQLite's log needs memory that all who open the file share.
_NETWORK: Final = frozenset({
    "nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "afs", "coda", "ncpfs", "lustre", "gpfs", "beegfs", "fhgfs",
    "ceph", "glusterfs", "orangefs", "pvfs2", "panfs", "ocfs2", "gfs2", "acfs",
})  # fmt: skip
# ... and those in user space, whose types begin with ``fuse.``.
_IN_USER_SPACE: Final = frozenset({
    "sshfs", "s3fs", "goofys", "gcsfuse", "mount-s3", "mountpoint-s3", "rclone", "blobfuse", "blobfuse2",
    "davfs", "davfs2", "curlftpfs", "ceph", "ceph-fuse", "glusterfs", "juicefs", "seaweedfs", "moosefs", "mfs",
    "lizardfs", "saunafs", "hdfs", "dfs", "cvmfs2", "eosxd", "alluxio", "smbnetfs",
})  # fmt: skip


def check_folder(folder: Path) -> None:
    """`StoreUnsuitable` if others own or could change what the folder holds, or if it is on a network."""
    if folder.is_symlink():
        raise StoreUnsuitable(f"{folder} is a symbolic link; name the folder it leads to: {folder.resolve()}")
    status = folder.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise StoreUnsuitable(f"{folder} is a file; a store needs a folder: name another place for it.")
    if hasattr(os, "getuid"):  # not on Windows, where the mode bits say nothing either
        _check_owner(folder, status)
    kind = filesystem_of(folder)
    if is_network(kind):
        raise StoreUnsuitable(
            f"{folder} is on a network filesystem ({kind}), where a store could lose events. Put the store on"
            " a disk of this machine, or use MemoryStore()."
        )


def make_folder(folder: Path) -> None:
    """Make the folder if it is missing, for its owner only."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)
    except (FileExistsError, NotADirectoryError) as error:
        raise _in_the_way(folder) from error
    except OSError as error:
        raise unmakeable(folder, error) from error


def _in_the_way(folder: Path) -> StoreUnsuitable:
    """What to say when the folder, or one above it, cannot be made because something else has its name."""
    found = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
    what = "a symbolic link that leads nowhere" if found.is_symlink() else "a file"
    return StoreUnsuitable(f"{found} is {what}; a store needs a folder: name another place for it.")


def make_database(folder: Path) -> None:
    """Put an empty database into the folder, all at once, unless somebody else was quicker.

    It is made aside and linked into place when complete, so that nobody ever sees half of one.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as aside:
            draft = draft_database(Path(aside))
            draft.chmod(0o600)  # SQLite gives the files beside it the same mode.
            with suppress(FileExistsError):
                os.link(draft, folder / FILE)
        sync_folder(folder)
    except OSError as error:
        raise unmakeable(folder, error) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut; Windows can neither do that nor needs it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def filesystem_of(folder: Path, mounts: Path = _MOUNTS) -> str:
    """The type of the filesystem the folder is on, such as ``ext4``; "" where the system does not tell."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in lines:
        # 36 35 0:31 / /home rw,relatime shared:1 - nfs4 server:/home rw,vers=4.2
        mount, _, source = line.partition(" - ")
        if mount.split(" ")[2:3] == [number]:
            return source.partition(" ")[0]
    return ""


def is_network(kind: str) -> bool:
    """Whether filesystems of this type are shared between machines."""
    return kind in _NETWORK or (kind.startswith("fuse.") and kind.removeprefix("fuse.") in _IN_USER_SPACE)


def _check_owner(folder: Path, status: os.stat_result) -> None:
    if status.st_uid != os.getuid():
        raise StoreUnsuitable(
            f"{folder} belongs to another user (number {status.st_uid}), who could change what is in it."
            " Name a folder of your own, or copy this one."
        )
    if stat.S_IMODE(status.st_mode) & 0o022:
        raise StoreUnsuitable(
            f"Other users can write to {folder}, and so change what is in it. Close it to them first:"
            f" chmod go-w {folder}"
        )
