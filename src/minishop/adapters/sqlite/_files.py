"""Whether a file is where SQLite can lock it: several processes share its WAL through memory, on one machine only."""

from __future__ import annotations

from pathlib import Path

__all__ = ["network_file_system"]

_NETWORK = frozenset({
    "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "lustre",
    "ncpfs", "nfs", "nfs4", "ocfs2", "smb2", "smb3", "smbfs", "vboxsf",
})  # fmt: skip


def network_file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """The type of the network file system that a path is on; ``None`` if it is local or nobody can tell.

    Args:
        path: Absolute; need not exist.
        mounts: The kernel's table, see proc_pid_mountinfo(5).
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    kind, depth = "", -1
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = after.split(" ")[0], len(point.parts)
    return kind if kind in _NETWORK else None
