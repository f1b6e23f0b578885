"""Lists a tree with all that must survive a backup and a restore, one sorted line for each name, without Holdfast.

Names of one file are listed with each of them; holes are told from zeros; times of access and of change are not listed.
"""

import hashlib
import os
import stat
import sys

ROOT = os.fsencode(sys.argv[1])


def attributes(path):
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return "unsupported"
    return sorted((name, os.getxattr(path, name, follow_symlinks=False).hex()) for name in names)


def content(path, size):
    """The ranges that hold data, and a hash of their bytes."""
    digest, ranges, at = hashlib.sha256(), [], 0
    with open(path, "rb") as file:
        while at < size:
            try:
                start = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                break  # a hole up to the end
            at = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            ranges.append((start, at))
            digest.update(os.pread(file.fileno(), at - start, start))
    return ranges, digest.hexdigest()


def describe(path):
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    shown = [oct(status.st_mode), status.st_uid, status.st_gid, status.st_mtime_ns, attributes(path)]
    if kind == stat.S_IFREG:
        shown += [status.st_size, content(path, status.st_size)]
    if kind == stat.S_IFLNK:
        shown.append(os.readlink(path))
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        shown.append((os.major(status.st_rdev), os.minor(status.st_rdev)))
    return shown


paths = [ROOT]
for directory, below, others in os.walk(ROOT):
    paths += [os.path.join(directory, name) for name in below + others]
names = {}  # inode -> its names
for path in paths:
    names.setdefault(os.lstat(path).st_ino, []).append(os.path.relpath(path, ROOT))
for path in sorted(paths):
    print(os.path.relpath(path, ROOT), *describe(path), sorted(names[os.lstat(path).st_ino]), sep=" | ")
