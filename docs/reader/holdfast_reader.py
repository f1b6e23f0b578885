#!/usr/bin/python3
"""Restores from a Holdfast repository in a directory, without Holdfast.

Written from docs/repository-format.md alone; the numbers in brackets are its sections. It needs Python 3.11 and, of
Debian, python3-cryptography python3-argon2 python3-zstandard python3-lz4. It keeps the index in memory (some 500
bytes a chunk) and is not fast; what it restores, it has verified.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import resource
import stat
import struct
import sys
import unicodedata
import zlib
from functools import lru_cache

try:
    import argon2.low_level as argon2
    import lz4.block
    import zstandard
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
except ImportError as missing:
    sys.exit(f"holdfast_reader: {missing.name} is missing: "
             "apt-get install python3-cryptography python3-argon2 python3-zstandard python3-lz4")

MAGIC = bytes.fromhex("89 48 46 53 54 0D 0A 1A")
KIB, MIB = 1 << 10, 1 << 20
KINDS = {"keys": 1, "epochs": 2, "index": 5, "backups": 6, "runs": 7, "sessions": 8}  # [4] by the first part of the name
LABELS = {3: "pack", 4: "manifest", 5: "index", 6: "record", 7: "run", 8: "session", 9: "tombstone"}
TOMBSTONE = 9
CODECS = ("none", "zstd", "lz4", "gzip")  # [6]
BYTES, PAGES, HASHES, MANIFEST_NODE, CONTENT_NODE = range(1, 6)  # [9]
NAMES = {  # [3] whatever is called otherwise is not part of the repository
    "format": r"format/[1-9][0-9]{0,17}",
    "keys": r"keys/[0-9a-f]{32}",
    "epochs": r"epochs/[0-9a-f]{32}",
    "packs": r"packs/([0-9a-f]{2})/\1[0-9a-f]{62}",
    "index": r"index/[0-9a-f]{64}",
    "backups": r"backups/[0-9]{8}T[0-9]{6}Z-(full|incremental|transaction)-[0-9a-f]{16}",
    "runs": r"runs/[0-9a-f]{32}",
    "sessions": r"sessions/[0-9a-f]{32}/(0|[1-9][0-9]{0,17})",
}


class Refused(Exception):
    """Something is damaged, unknown or not there; the message is one line for people."""


def require(condition, what, problem):
    if not condition:
        raise Refused(f"{what}: {problem}")


# --- conventions [2] ---------------------------------------------------------------------------------------------


class Input:
    """Reads the pieces of a format from bytes, to which more parts may be added as they are needed."""

    def __init__(self, what, data=b"", parts=()):
        self.what, self.bytes, self.parts, self.at = what, data, iter(parts), 0

    def fill(self, count):
        while len(self.bytes) - self.at < count:
            part = next(self.parts, None)
            if part is None:
                return False
            self.bytes, self.at = self.bytes[self.at:] + part, 0
        return True

    def take(self, count):
        require(self.fill(count), self.what, "it ends too early")
        self.at += count
        return self.bytes[self.at - count:self.at]

    def more(self):
        return self.fill(1)

    def number(self, layout):
        return struct.unpack(">" + layout, self.take(struct.calcsize(layout)))[0]

    def u8(self):
        return self.take(1)[0]

    def varint(self, limit=1 << 63):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                break
        require(byte < 128 and value < limit, self.what, "it has a number that is too large")
        return value

    def svarint(self):
        value = self.varint(1 << 64)
        return value >> 1 ^ -(value & 1)

    def field(self):
        return self.take(self.varint())

    def rest(self):
        return self.take(len(self.bytes) - self.at)

    def end(self):
        require(not self.more(), self.what, "something follows its end")


def label(name):
    return b"holdfast/1/" + name.encode()


def text(name):
    """A name for people and JSON; bytes that are not UTF-8 become lone surrogates, as everywhere in Python."""
    return name.decode("utf-8", "surrogateescape")


def hkdf(secret, salt, info, length=32):
    return HKDF(SHA256(), length, salt or None, info).derive(secret)


def mac(key, *parts):
    return hmac.digest(key, b"".join(parts), "sha256")


def unseal(key, nonce, sealed, aad, what):
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        raise Refused(f"{what}: its seal does not fit; it is damaged or was altered") from None


def parse_json(data, what):
    try:
        value = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused(f"{what}: it is not JSON") from None
    require(isinstance(value, dict), what, "it is not a JSON object")
    return value


def decompress(codec, data, length, what):
    """Gives exactly `length` bytes [6]."""
    try:
        match codec:
            case 0:
                plain = data
            case 1:
                plain = zstandard.ZstdDecompressor(max_window_size=8 * MIB).stream_reader(data).read(length + 1)
            case 2:
                plain = lz4.block.decompress(data, uncompressed_size=length)
            case 3:
                stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
                plain = stream.decompress(data, length + 1)
                require(stream.eof and not stream.unused_data, what, "it is not one whole gzip member")
            case _:
                raise Refused(f"{what}: codec {codec} is unknown")
    except (zstandard.ZstdError, lz4.block.LZ4BlockError, zlib.error, ValueError) as problem:
        raise Refused(f"{what}: it cannot be decompressed ({problem})") from None
    require(len(plain) == length, what, "it has another length than it says")
    return plain


def open_block(codec, filter_, data, length, what):
    """The plain bytes of a block [7]."""
    if filter_ == 0:
        return decompress(codec, data, length, what)
    require(filter_ == 1, what, f"it was prepared with filter {filter_}, which this reader does not know")
    require(len(data) >= 4, what, "it is cut off")
    size = int.from_bytes(data[:4], "big")
    require(size <= 1 + length + length // 512, what, "it holds more prepared bytes than its pages have")
    return bytes(bring_back_pages(Input(what, decompress(codec, data[4:], size, what)), length, what))


# --- prepared pages [7.1] ----------------------------------------------------------------------------------------

ROW_HEADER, ENTRY_HEADER = 23, 8  # bytes of the header of a row, and of an index entry


def bring_back_pages(prepared, length, what):
    power = prepared.u8()
    size = 1 << min(power, 16)
    require(9 <= power <= 15 and length % size == 0, what, "it has an impossible page size")
    kinds = prepared.take(length // size)
    require(all(kind in (0, 1, 3, 5, 7) for kind in kinds), what, "it has a page of an unknown kind")
    plain = bytearray(length)
    starts = [page * size for page, kind in enumerate(kinds) if kind]
    for at, header in zip(starts, columns(prepared, 24, len(starts))):
        plain[at : at + 24] = header
    bounds = {at: struct.unpack_from("<HHH", plain, at + 12) for at in starts}
    for lower, upper, special in bounds.values():
        require(24 <= lower <= upper <= special <= size and lower % 4 == 0, what, "it has an impossible page")
    pointers = iter(columns(prepared, 4, sum((lower - 24) // 4 for lower, _, _ in bounds.values())))
    items = {at: join_pointers(plain, at, bounds[at], pointers, what) for at in starts}
    for header, counting, is_row in ((ROW_HEADER, 16, True), (ENTRY_HEADER, 4, False)):
        with_header = [
            at + offset
            for at in starts
            if (bounds[at][2] == size) == is_row
            for offset, length_ in items[at]
            if length_ >= header
        ]
        last = 0
        for at, column in zip(with_header, columns(prepared, header, len(with_header))):
            plain[at : at + header] = column
            last = plain[at + counting] = (last + column[counting]) % 256
    for page, kind in enumerate(kinds):
        at = page * size
        if kind == 0:
            plain[at : at + size] = prepared.take(size)
            continue
        lower, upper, special = bounds[at]
        if kind & 2:
            plain[at + lower : at + upper] = prepared.take(upper - lower)
        header = ROW_HEADER if special == size else ENTRY_HEADER
        for offset, length_ in items[at]:
            start = offset + (header if length_ >= header else 0)
            end = offset + (aligned(length_) if kind & 4 else length_)
            plain[at + start : at + end] = prepared.take(end - start)
        plain[at + special : at + size] = prepared.take(size - special)
    prepared.end()
    return plain


def columns(prepared, width, count):
    """Rows of `width` bytes, of which the first bytes come first, then the second ones, and so on."""
    return [bytes(row) for row in zip(*[prepared.take(count) for _ in range(width)])]


def aligned(length):
    return (length + 7) // 8 * 8


def join_pointers(plain, at, bounds, pointers, what):
    """Writes the item pointers of a page; the items by offset and length, the last in the page first."""
    lower, upper, special = bounds
    items, end = [], special
    for to in range(at + 24, at + lower, 4):
        pointer = int.from_bytes(next(pointers), "little")
        length = pointer >> 17
        if length:
            offset = (pointer + end - aligned(length)) & 0x7FFF
            pointer, end = pointer & ~0x7FFF | offset, offset
            items.append((offset, length))
        plain[to : to + 4] = pointer.to_bytes(4, "little")
    items.sort(reverse=True)
    end = special
    for offset, length in items:
        end -= aligned(length)
        require(offset == end, what, "it has a page whose items do not follow each other")
    require(end == upper, what, "it has a page whose items do not fill it")
    return items


# --- the store [3], [4] ------------------------------------------------------------------------------------------


class Store:
    """The objects, as files in a directory."""

    def __init__(self, root):
        self.root = root
        require(os.path.isdir(os.path.join(root, "format")), root, "there is no Holdfast repository")

    def names(self, kind):
        for directory, below, files in os.walk(os.path.join(self.root, kind)):
            below.sort()
            for file in sorted(files):
                name = os.path.relpath(os.path.join(directory, file), self.root)
                if re.fullmatch(NAMES[kind], name):
                    yield name

    def size(self, name):
        return os.stat(os.path.join(self.root, name)).st_size

    def read(self, name, at=0, length=None, limit=64 * MIB):
        try:
            with open(os.path.join(self.root, name), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                length = size if length is None else length
                require(length <= limit, name, f"it has {length} bytes, more than an object of its kind may have")
                file.seek(at)
                data = file.read(length)
        except FileNotFoundError:
            raise Refused(f"{name}: it is not there") from None
        require(len(data) == length, name, "it is shorter than it must be")
        return data


class Header:
    """The first 64 bytes of an object."""

    def __init__(self, data, name, kinds, repository):
        require(len(data) >= 64, name, "it is too short for an object")
        self.bytes = bytes(data[:64])
        magic, self.kind, version, flags, self.generation, owner, self.epoch, self.salt = struct.unpack(
            ">8sBBHI16s16s16s", self.bytes)
        require(magic == MAGIC, name, "it is not a Holdfast object")
        require(version == 1, name, f"it has version {version}; this reader knows version 1")
        require(self.kind in kinds, name, f"it is of kind {self.kind}, which does not belong there")
        require(flags == 0, name, f"it has flags {flags}, which this reader does not know")
        require(owner == repository, name, "it belongs to another repository")


# --- keys [5] ----------------------------------------------------------------------------------------------------


class Credential:
    """A passphrase, key file or recovery kit, which gives the KEK of a key object [5.1]."""

    def __init__(self, kind, path):
        self.kind = kind
        with open(path, "rb") as file:
            data = file.read(64 * KIB + 1)
        if kind == "passphrase":
            passphrase = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
            self.secret = unicodedata.normalize("NFC", passphrase).encode("utf-8")
        elif kind == "key file":
            require(32 <= len(data) <= 64 * KIB, path, "a key file has 32 to 65536 bytes")
            self.secret = data
        else:
            self.secret = self.kit(data.decode("utf-8", "replace"), path)

    @staticmethod
    def kit(page, path):  # [5.5]
        alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        page = re.sub(r"[\s-]", "", page).upper().translate(str.maketrans("OIL", "011"))
        found = re.search(f"HFK1([{alphabet}]{{52}})([{alphabet}]{{4}})", page)
        require(found, path, "there is no recovery kit in it")
        number = 0
        for character in found[1]:
            number = number << 5 | alphabet.index(character)
        kit = (number >> 4).to_bytes(32, "big")
        check = int.from_bytes(hashlib.sha256(b"holdfast recovery kit" + kit).digest()[:3], "big") >> 4
        expected = "".join(alphabet[check >> shift & 31] for shift in (15, 10, 5, 0))
        require(number & 15 == 0 and found[2] == expected, path, "the recovery kit is mistyped: its check group does not fit")
        return kit

    def kek(self, salt, kdf, what):
        if self.kind != "passphrase":
            return hkdf(self.secret, salt, label(self.kind))
        require(isinstance(kdf, dict) and kdf.get("name") == "argon2id", what, "its key derivation is unknown")
        memory, passes, lanes = (kdf.get(name) for name in ("memoryKiB", "passes", "lanes"))
        require(all(isinstance(n, int) for n in (memory, passes, lanes)) and 1 <= lanes <= 64 and 1 <= passes <= 64
                and 8 * lanes <= memory <= MIB, what, "its Argon2id parameters are out of bounds")
        return argon2.hash_secret_raw(self.secret, salt, passes, memory, lanes, 32, argon2.Type.ID, 0x13)


class Keys:
    """Opens the key objects that the credential fits, and the epochs under them."""

    def __init__(self, store, credential):
        self.roots, self.epochs, self.damages, families = {}, {}, 0, set()
        formats = sorted(store.names("format"), key=lambda name: int(name[7:]))
        require(formats, "format", "there is no format object")
        require(formats[-1] == "format/1", formats[-1], "it is newer than this reader")
        clear = store.read("format/1", limit=64 * KIB)
        form = parse_json(clear, "format/1")
        require(form.get("version") == 1, "format/1", f"version {form.get('version')} is newer than this reader")
        for feature in form.get("features", {}).get("required", []):
            raise Refused(f"format/1: it requires {feature!r}, which this reader does not know")
        require(re.fullmatch("[0-9a-f]{32}", str(form.get("repository"))), "format/1", "it has no repository id")
        self.repository = bytes.fromhex(form["repository"])
        for name in store.names("keys"):
            try:
                opened = self.open_key(name, store.read(name, limit=128 * KIB), credential, hashlib.sha256(clear).digest())
            except Refused as problem:
                warn(problem)  # another one may open
                self.damages += 1
                continue
            if opened:
                generation, root, family = opened
                self.roots[generation] = root
                families.add(family)
        require(self.roots, store.root, f"this {credential.kind} does not open it")
        require(len(families) == 1, "keys", "they disagree about the family")
        for name in store.names("epochs"):
            try:
                self.open_epoch(name, store.read(name, limit=KIB))
            except Refused as problem:
                warn(problem)  # what was written in others can be read
                self.damages += 1
        require(self.epochs, "epochs", "none opens")
        domain = hkdf(families.pop(), bytes(16), label("domain"))  # [5.4]
        self.chunk_id = hkdf(domain, b"", label("chunk id"))
        self.page_hash = hkdf(domain, b"", label("page hash"))

    def open_key(self, name, data, credential, format_hash):
        require(hashlib.sha256(data).hexdigest()[:32] == name[5:], name, "its hash is not its name; it is damaged")
        if data[16:32] != self.repository:
            return None  # left by a creation that was interrupted [3.1]
        header = Header(data, name, [KINDS["keys"]], self.repository)
        rest = Input(name, data[64:])
        clear = rest.take(min(rest.number("I"), 64 * KIB + 1))
        require(len(clear) <= 64 * KIB, name, "its description of the holder is too long")
        wrapped = rest.take(rest.number("I"))
        seal = rest.take(32)
        rest.end()
        holder = parse_json(clear, name)
        if holder.get("kind") != credential.kind:
            return None
        require(holder.get("format") == format_hash.hex(), "format/1", f"it is not the one that {name} was made for")
        kek = credential.kek(header.salt, holder.get("kdf"), name)
        try:
            payload = unseal(hkdf(kek, b"", label("wrap")), bytes(12), wrapped, header.bytes + clear + format_hash, name)
        except Refused:
            return None  # another holder's, most likely
        payload = Input(name, payload)
        generation, root, _, family = payload.number("I"), payload.take(32), payload.take(32), payload.take(32)
        payload.end()
        require(generation == header.generation, name, "its generations disagree")
        holder_mac = mac(hkdf(root, b"", label("holder")), data[:-32])
        require(hmac.compare_digest(holder_mac, seal), name, "its MAC does not fit; it is damaged or was altered")
        holder_key = X25519PrivateKey.from_private_bytes(hkdf(kek, b"", label("holder key"))).public_key()
        require(holder_key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex() == holder.get("publicKey"), name,
                "its public key is not the holder's")
        return generation, root, family

    def open_epoch(self, name, data):
        if len(data) >= 64 and data[16:32] != self.repository:
            return  # left by a creation that was interrupted [3.1]
        header = Header(data, name, [KINDS["epochs"]], self.repository)
        require(header.epoch.hex() == name.split("/")[1], name, "it is not the epoch that it is called")
        root = self.roots.get(header.generation)
        if root is None:
            return  # of a generation that this holder has not
        require(data[64:65] == b"\1", name, "its method is unknown")
        payload = unseal(hkdf(root, header.salt, label("epoch")), bytes(12), data[65:], data[:65], name)
        require(len(payload) == 40, name, "it has a wrong length")
        self.epochs[header.epoch] = payload[8:]

    def derive(self, epoch, salt, name, what):
        require(epoch in self.epochs, what, f"it needs the key of epoch {epoch.hex()}, which could not be opened")
        return hkdf(self.epochs[epoch], salt, label(name))


# --- packs, index, chunks [6] to [9] -----------------------------------------------------------------------------


class Pack:
    """A pack's directory: where its blocks and chunks lie."""

    def __init__(self, name, kind, epoch, salt, size, directory):
        self.name, self.kind, self.epoch, self.salt, self.size = name, kind, epoch, salt, size
        self.blocks, self.chunks = [], []
        require(kind in (3, 4), name, f"packs of kind {kind} are unknown")
        require(directory.take(16) == bytes(16), name, "it belongs to a domain that this reader does not know")
        at = 64
        count = directory.varint()
        require(count <= 65536, name, "it has more than 65536 blocks")
        for _ in range(count):
            codec, filter_, plain, sealed = directory.u8(), directory.u8(), directory.varint(), directory.varint()
            require(plain <= MIB and sealed <= MIB + 64 * KIB, name, "it has a block of more than 1 MiB")
            self.blocks.append((at, codec, filter_, plain, sealed))
            at += sealed
        self.end = at
        require(at <= size, name, "its blocks are longer than the pack")
        count = directory.varint()
        require(count <= 65536, name, "it has more than 65536 chunks")
        for _ in range(count):
            id_, chunk_kind = directory.take(32), directory.u8()
            require(chunk_kind in ((BYTES, PAGES), (HASHES, MANIFEST_NODE, CONTENT_NODE))[kind - 3], name,
                    f"it has a chunk of kind {chunk_kind}")
            first, offset, length = directory.varint(), directory.varint(), directory.varint()
            require(length <= 4 * MIB, name, "it has a chunk of more than 4 MiB")
            self.chunks.append((id_, chunk_kind, first, offset, length))

    def header(self, repository):
        return struct.pack(">8sBBHI16s16s16s", MAGIC, self.kind, 1, 0, 0, repository, self.epoch, self.salt)


class Repository:
    """Opens sealed objects, and finds and verifies chunks."""

    def __init__(self, root, credential):
        self.store = Store(root)
        self.keys = Keys(self.store, credential)
        self.places = {}  # chunk id -> [(pack, chunk kind, first block, offset, length), ...]
        self.named = set()  # packs that index objects name
        self.unnamed = set()  # others that turned out to be needed
        self.complete = False  # whether the packs that no index object names were looked at

    def parts(self, name, header, data, bound_name, limit):
        """The plain parts of a sealed object [6]."""
        key = self.keys.derive(header.epoch, header.salt, LABELS[header.kind], name)
        rest, part, last = Input(name, data[64:]), 0, 0
        while not last:
            front = rest.take(12)
            codec, filter_, last, zero, plain, sealed = struct.unpack(">BBBBII", front)
            require(last <= 1 and zero == 0 and plain <= MIB and sealed <= MIB + 64 * KIB, name, "a part's head is wrong")
            number = struct.pack(">Q", part)
            opened = unseal(key, bytes(4) + number, rest.take(sealed), header.bytes + front + number + bound_name, name)
            limit -= plain
            require(limit >= 0, name, "it is larger than an object of its kind may be")
            require(filter_ == 0, name, f"it was prepared with filter {filter_}, which objects of its kind are not")
            yield decompress(codec, opened, plain, name)
            part += 1
        rest.end()

    def record(self, name):
        """A sealed JSON object [12], and whether it is a tombstone [12.4]."""
        data = self.store.read(name, limit=4 * MIB + 64 * KIB)
        kind = KINDS[name.split("/")[0]]
        header = Header(data, name, [kind, TOMBSTONE] if kind == KINDS["backups"] else [kind], self.keys.repository)
        return parse_json(b"".join(self.parts(name, header, data, name.encode(), 4 * MIB)), name), header.kind == TOMBSTONE

    def add(self, pack):
        for id_, *place in pack.chunks:
            self.places.setdefault(id_, []).append((pack, *place))

    def load_index(self):  # [8]
        indexes, superseded = {}, set()
        for name in self.store.names("index"):
            try:
                packs, replaced = self.index(name)
            except Refused as problem:
                warn(problem)  # the packs say the same themselves
                continue
            indexes[name[6:]] = packs
            superseded |= replaced
        for pack in {p.name: p for name, packs in indexes.items() if name not in superseded for p in packs}.values():
            self.named.add(pack.name)
            self.add(pack)

    def index(self, name):
        data = self.store.read(name, limit=97 * MIB)
        require(hashlib.sha256(data).hexdigest() == name[6:], name, "its hash is not its name; it is damaged")
        header = Header(data, name, [KINDS["index"]], self.keys.repository)
        rest = Input(name, parts=self.parts(name, header, data, b"", 96 * MIB))
        require(rest.u8() == 1, name, "its layout is unknown")
        superseded = {rest.take(32).hex() for _ in range(rest.varint())}
        packs = []
        while (more := rest.u8()) != 0:
            require(more == 1, name, "its layout is unknown")
            pack, size, kind, epoch, salt = rest.take(32).hex(), rest.varint(), rest.u8(), rest.take(16), rest.take(16)
            pack = f"packs/{pack[:2]}/{pack}"
            packs.append(Pack(pack, kind, epoch, salt, size, Input(f"{name}, on {pack}", rest.field())))
        rest.end()
        return packs, superseded

    def load_packs(self):
        """Reads the directories of the packs that no index object named, which may be all."""
        self.complete = True
        for name in self.store.names("packs"):
            if name not in self.named:
                try:
                    self.add(self.pack(name))
                except Refused as problem:
                    warn(problem)

    def pack(self, name):
        """Reads the directory of a pack from its end [7]."""
        size = self.store.size(name)
        require(80 <= size <= 64 * MIB, name, f"it has {size} bytes, which no pack has")
        header = Header(self.store.read(name, 0, 64), name, [3, 4], self.keys.repository)
        trailer = Input(name, self.store.read(name, size - 16, 16))
        length, blocks = trailer.number("I"), trailer.number("I")
        require(trailer.take(8) == b"HFSTPACK", name, "it does not end as a pack does; it is damaged or cut off")
        require(16 <= length <= min(8 * MIB, size - 80), name, "its directory has an impossible length")
        key = self.keys.derive(header.epoch, header.salt, "pack directory", name)
        aad = header.bytes + struct.pack(">BBBBII", 2, 0, 0, 0, length - 16, blocks)
        plain = unseal(key, bytes(12), self.store.read(name, size - 16 - length, length), aad, name)
        directory = Input(name, plain)
        pack = Pack(name, header.kind, header.epoch, header.salt, size, directory)
        require(not any(plain[directory.at:]), name, "its directory does not end with zeros")
        require(len(pack.blocks) == blocks and pack.end == size - 16 - length, name, "its directory does not fit it")
        return pack

    @lru_cache(64)
    def block(self, pack, number):
        what = f"{pack.name}, block {number}"
        require(number < len(pack.blocks), what, "there is no such block")
        at, codec, filter_, plain, sealed = pack.blocks[number]
        header = pack.header(self.keys.repository)
        key = self.keys.derive(pack.epoch, pack.salt, LABELS[pack.kind], what)
        aad = header + struct.pack(">BBBBII", 1, codec, filter_, 0, plain, number)
        opened = unseal(key, struct.pack(">IQ", 0, number), self.store.read(pack.name, at, sealed), aad, what)
        return open_block(codec, filter_, opened, plain, what)

    def bytes_at(self, pack, first, offset, length):
        pieces = []
        while length > 0:
            piece = self.block(pack, first)[offset:offset + length]
            require(piece, pack.name, "it has a chunk that is not where it should be")
            pieces.append(piece)
            length, offset, first = length - len(piece), 0, first + 1
        return b"".join(pieces)

    def find(self, id_):
        """Where a chunk lies that a backup refers to [8]."""
        if id_ not in self.places and not self.complete:
            warn(f"chunk {id_.hex()}: no index object names a pack that has it, so some were lost; looking in the other packs")
            self.load_packs()
        places = self.places.get(id_, [])
        if not any(pack.name in self.named for pack, *_ in places):
            self.unnamed.update(pack.name for pack, *_ in places)
        return places

    def verified(self, id_, kind, fits):
        """The bytes of a chunk; any copy of it that is whole serves."""
        problem = Refused(f"chunk {id_.hex()}: no pack has it")
        for pack, kind_there, *place in self.find(id_):
            try:
                require(kind_there == kind, pack.name, f"chunk {id_.hex()} is of kind {kind_there}, not {kind}")
                data = self.bytes_at(pack, *place)
                require(fits(data), pack.name, f"chunk {id_.hex()} is not what its id says")
                return data
            except Refused as this:
                problem = this
        raise problem

    @lru_cache(16)
    def chunk(self, id_, kind):
        return self.verified(id_, kind, lambda data: mac(self.keys.chunk_id, bytes([kind]), data) == id_)

    @lru_cache(16)
    def pages(self, id_, page_size):
        return self.verified(id_, PAGES, lambda data: self.pages_id(page_size, self.hash_pages(data, page_size)) == id_)

    @lru_cache(1024)
    def page_hashes(self, id_, page_size):
        """The page hashes of a chunk of pages, from the chunk that holds them."""
        return self.verified(self.hashes_id(id_), HASHES, lambda hashes: self.pages_id(page_size, hashes) == id_)

    def pages_id(self, page_size, hashes):
        return mac(self.keys.chunk_id, bytes([PAGES]), struct.pack(">I", page_size), hashes)

    def hashes_id(self, pages_id):
        return mac(self.keys.chunk_id, bytes([HASHES]), pages_id)

    def hash_pages(self, data, size):
        return b"".join(mac(self.keys.page_hash, data[at:at + size])[:16] for at in range(0, len(data), size))


# --- contents and manifests [10], [11] ---------------------------------------------------------------------------


class Content:
    """The bytes of one file."""

    def __init__(self, repository, data, what):
        rest = Input(what, data)
        self.repository, self.what = repository, what
        self.kind, self.length, self.checksum = rest.u8(), rest.varint(), rest.take(32)
        self.page_size, self.depth = rest.varint(), rest.u8()
        self.list = rest.rest()
        require(self.kind in (BYTES, PAGES), what, f"its content is of unknown kind {self.kind}")
        sizes = {0} if self.kind == BYTES else {1 << power for power in range(9, 16)}
        require(self.page_size in sizes, what, f"a page size of {self.page_size} is impossible")
        require(self.depth <= 8, what, "its tree of content is too deep")

    def extents(self, data=None, depth=None):
        """(chunk id or None for a hole, offset in the chunk, length) ..."""
        rest = Input(self.what, self.list if data is None else data)
        depth = self.depth if depth is None else depth
        if depth == 0:
            ids = [rest.take(32) for _ in range(rest.varint())]
            for _ in range(rest.varint()):
                reference, length = rest.varint(), rest.varint()
                require(reference <= len(ids), self.what, "an extent refers to a chunk that is not listed")
                yield (ids[reference - 1], rest.varint(), length) if reference else (None, 0, length)
        else:
            for _ in range(rest.varint()):
                node, length = rest.take(32), rest.varint()
                below = self.repository.chunk(node, CONTENT_NODE)
                require(below[0] == depth - 1, self.what, "a node of its content has the wrong depth")
                for extent in self.extents(below[1:], depth - 1):
                    yield extent
                    length -= extent[2]
                require(length == 0, self.what, "a node of its content has the wrong length")
        rest.end()

    def read(self, write=None):
        """Hands (offset, bytes) to `write`, holes left out, and checks all checksums; without `write` pages are not read."""
        seal = hmac.new(self.repository.keys.chunk_id, bytes([15 + self.kind]), "sha256")
        at = 0
        for id_, offset, length in self.extents():
            if self.kind == BYTES or (id_ and length % self.page_size):
                data = b"" if id_ is None else self.repository.chunk(id_, BYTES)[offset:offset + length]
                seal.update(id_ or bytes(32))
                if self.kind == BYTES:
                    seal.update(struct.pack(">Q", length))
            else:
                data = self.read_pages(id_, offset, length, seal, write)
            if id_ is not None and write:
                require(len(data) == length, self.what, "its content refers to more than a chunk has")
                write(at, data)
            at += length
        if self.kind == PAGES:
            seal.update(struct.pack(">Q", self.length))
        require(at == self.length, self.what, "its content has the wrong length")
        require(seal.digest() == self.checksum, self.what, "its content does not have its checksum")

    def read_pages(self, id_, offset, length, seal, write):
        size = self.page_size
        require(offset % size == 0 and length % size == 0, self.what, "its content splits a page")
        if id_ is None:
            for done in range(0, length, 4096 * size):
                seal.update(bytes(16 * min(4096, (length - done) // size)))
            return b""
        if write:
            data = self.repository.pages(id_, size)[offset:offset + length]
            hashes = self.repository.hash_pages(data, size)
        else:
            data = b""
            require(self.repository.find(id_), self.what, f"chunk {id_.hex()}: no pack has it")
            hashes = self.repository.page_hashes(id_, size)[offset // size * 16:(offset + length) // size * 16]
        require(len(hashes) == length // size * 16, self.what, "its content refers to more than a chunk has")
        seal.update(hashes)
        return data


TYPES = {1: "file", 2: "directory", 3: "symlink", 4: "fifo", 5: "socket", 6: "character device", 7: "block device"}
ENTRY = {  # number: (name, how to read its value) [11]
    1: ("path", Input.rest),
    2: ("type", lambda value: TYPES.get(value.u8())),
    3: ("mode", Input.varint),
    4: ("uid", Input.varint),
    5: ("gid", Input.varint),
    6: ("user", lambda value: text(value.rest())),
    7: ("group", lambda value: text(value.rest())),
    8: ("mtime", lambda value: [value.svarint(), value.varint()]),
    9: ("ctime", lambda value: [value.svarint(), value.varint()]),
    10: ("inode", Input.varint),
    11: ("device", Input.varint),
    12: ("links", Input.varint),
    13: ("rdev", lambda value: [value.varint(), value.varint()]),
    14: ("target", Input.rest),
    15: ("xattrs", lambda value: (value.field(), value.rest())),
    16: ("content", Input.rest),
    17: ("flags", Input.varint),
}


def path_order(path):
    return path.replace(b"/", b"\0")


class Manifest:
    """The entries of one source of a backup, as dictionaries, in path order."""

    def __init__(self, repository, source):
        self.repository, self.what, self.root = repository, f"source {source['name']}", source["manifest"]

    def __iter__(self):
        root, before, count, total = self.root, None, 0, 0
        require(0 <= root["depth"] <= 16, self.what, "its manifest is too deep")
        for entry in self.node(bytes.fromhex(root["root"]), root["depth"]):
            order = path_order(entry["path"])
            require(before is None or before < order, self.what, "its entries are not in order")
            before, count = order, count + 1
            total += entry["content"].length if "content" in entry else 0
            yield entry
        require((count, total) == (root["entries"], root["bytes"]), self.what, "its manifest has other totals than its record")

    def node(self, id_, depth):
        rest = Input(f"{self.what}, manifest node {id_.hex()}", self.repository.chunk(id_, MANIFEST_NODE))
        require(rest.u8() == depth, rest.what, "it has the wrong depth")
        while rest.more():
            if depth == 0:
                yield self.entry(rest.field())
                continue
            child, first, count, total = rest.take(32), rest.field(), rest.varint(), rest.varint()
            for entry in self.node(child, depth - 1):
                require(first in (None, entry["path"]), rest.what, "a node below begins with another path than it says")
                first, count = None, count - 1
                total -= entry["content"].length if "content" in entry else 0
                yield entry
            require(count == 0 and total == 0, rest.what, "a node below has other totals than it says")

    def entry(self, data):
        entry, fields, before = {"xattrs": {}}, Input(f"{self.what}, an entry", data), 0
        while fields.more():
            number, value = fields.varint(), Input(fields.what, fields.field())
            require(number > before or number == before and (number == 15 or number >= 64), fields.what, "its fields are not in order")
            before = number
            if number not in ENTRY:
                require(number >= 64, fields.what, f"it has field {number}, which this reader does not know")
                continue
            name, read = ENTRY[number]
            if name == "xattrs":
                attribute, attribute_value = read(value)
                require(not entry["xattrs"] or attribute > max(entry["xattrs"]), fields.what, "its extended attributes are not in order")
                entry["xattrs"][attribute] = attribute_value
            else:
                entry[name] = read(value)
            value.end()
        require("path" in entry and entry.get("type"), fields.what, "it lacks a path or a known type")
        what = f"{self.what}, {text(entry['path'])!r}"
        path = entry["path"]
        require(not path or not {b"", b".", b".."} & set(path.split(b"/")), what, "its path could lead elsewhere")
        require(b"\0" not in path, what, "its path has a NUL")
        require(path or entry["type"] == "directory", what, "the root is not a directory")
        if "content" in entry:
            require(entry["type"] == "file", what, "it has content but is not a file")
            entry["content"] = Content(self.repository, entry["content"], what)
        return entry


def identity(entry):
    """What all names of one file have in common and nothing else has, or None for what has one name [11]."""
    if entry["type"] == "directory" or entry.get("links", 1) < 2 or not entry.get("inode"):
        return None
    common = {"mode": 0, "uid": 0, "gid": 0, "mtime": [0, 0], "ctime": [0, 0], "device": 0} | entry
    for name in ("path", "links", "flags"):
        common.pop(name, None)
    if content := entry.get("content"):
        common["content"] = (content.kind, content.length, content.checksum, content.page_size)
    return hashlib.sha256(repr(sorted(common.items())).encode("utf-8", "surrogateescape")).digest()


def as_json(source, entry):
    shown = {"source": source["name"]} | entry
    for name in ("path", "target"):
        if name in shown:
            shown[name] = text(shown[name])
    shown["xattrs"] = {text(name): value.hex() for name, value in entry["xattrs"].items()}
    if content := entry.get("content"):
        shown["content"] = {"kind": ("bytes", "pages")[content.kind - 1], "length": content.length, "depth": content.depth,
                            "pageSize": content.page_size, "checksum": content.checksum.hex()}
    return json.dumps(shown)


# --- extraction --------------------------------------------------------------------------------------------------


class Extraction:
    """Writes entries into a new directory. It keeps the directories from there down to the current one open and never
    goes by a path, so no link can lead it elsewhere; a directory gets its metadata when it is left."""

    def __init__(self, directory):
        os.mkdir(directory, 0o700)
        self.open = [(b"", os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW), None)]
        self.linked = {}  # identity of a file -> path of the first of its names
        self.inodes = set()  # (device, inode) of those

    def add(self, entry):
        path = entry["path"]
        if not path:
            self.open[0] = (b"", self.open[0][1], entry)
            return
        parent = self.enter(path.rpartition(b"/")[0])
        name, kind = path.rpartition(b"/")[2], entry["type"]
        same = identity(entry)
        if same in self.linked:
            os.link(self.linked[same], name, src_dir_fd=self.open[0][1], dst_dir_fd=parent, follow_symlinks=False)
        elif kind == "directory":
            os.mkdir(name, 0o700, dir_fd=parent)
            self.push(path, parent, name, entry)
        elif kind == "file":
            if "content" not in entry:
                warn(f"{text(path)!r}: its content is not in the backup; left out")
                return
            file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=parent)
            try:
                os.ftruncate(file, entry["content"].length)
                entry["content"].read(lambda at, data: write_all(file, at, data))
                self.restore(f"/proc/self/fd/{file}", entry)
            finally:
                os.close(file)
        elif kind == "symlink":
            os.symlink(entry["target"], name, dir_fd=parent)
            self.restore(b"/proc/self/fd/%d/%s" % (parent, name), entry, follow=False)
        else:
            if kind.endswith("device") and os.geteuid() != 0:
                warn(f"{text(path)!r}: only root can make devices; left out")
                return
            form = {"fifo": stat.S_IFIFO, "socket": stat.S_IFSOCK, "character device": stat.S_IFCHR}.get(kind, stat.S_IFBLK)
            os.mknod(name, form | 0o600, os.makedev(*entry.get("rdev", (0, 0))), dir_fd=parent)
            self.restore(b"/proc/self/fd/%d/%s" % (parent, name), entry)
        if same and same not in self.linked:
            inode = entry.get("device", 0), entry["inode"]
            if inode in self.inodes:
                warn(f"{text(path)!r}: not linked to the other names of its inode, for which the backup holds something else")
            self.inodes.add(inode)
            self.linked[same] = path

    def enter(self, path):
        """Leaves directories that are done; makes those that have no entry; gives the last one's descriptor."""
        while self.open[-1][0] and not (path + b"/").startswith(self.open[-1][0] + b"/"):
            self.leave()
        here, descriptor, _ = self.open[-1]
        for name in filter(None, path[len(here):].split(b"/")):
            here = here + b"/" + name if here else name
            os.mkdir(name, 0o755, dir_fd=descriptor)
            descriptor = self.push(here, descriptor, name, None)
        return descriptor

    def push(self, path, parent, name, entry):
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        self.open.append((path, descriptor, entry))
        return descriptor

    def leave(self):
        _, descriptor, entry = self.open.pop()
        if entry:
            self.restore(f"/proc/self/fd/{descriptor}", entry)
        os.close(descriptor)

    def finish(self):
        while self.open:
            self.leave()

    def restore(self, at, entry, follow=True):
        if os.geteuid() == 0 and "uid" in entry and "gid" in entry:
            os.chown(at, entry["uid"], entry["gid"], follow_symlinks=follow)
        for name, value in entry["xattrs"].items():
            try:
                os.setxattr(at, name, value, follow_symlinks=follow)
            except OSError as problem:
                warn(f"{text(entry['path'])!r}: attribute {text(name)} not set: {problem.strerror}")
        if follow and "mode" in entry:
            os.chmod(at, entry["mode"] & (0o7777 if os.geteuid() == 0 else 0o1777))  # set-id is for the owner it was given by
        if "mtime" in entry:
            seconds, nanoseconds = entry["mtime"]
            os.utime(at, ns=(seconds * 10**9 + nanoseconds,) * 2, follow_symlinks=follow)


def write_all(file, at, data):
    while data:
        written = os.pwrite(file, data, at)
        at, data = at + written, data[written:]


def warn(problem):
    print(f"holdfast_reader: {problem}", file=sys.stderr)


# --- commands ----------------------------------------------------------------------------------------------------


def open_backup(repository, name):
    """A backup record whose name and checksum were checked, or None for a tombstone [12.1]."""
    record, tombstone = repository.record(name)
    if tombstone:
        return None
    require(record.get("id") == name[8:], name, "its record is that of another backup")
    roots = b"".join(bytes.fromhex(source["manifest"]["root"]) for source in record["sources"])
    checksum = "hmac-sha256:" + mac(repository.keys.chunk_id, b"\x12", roots).hex()
    require(record.get("checksum") == checksum, name, "its checksum does not fit its sources")
    return record


def all_backups(repository):
    """All backups in order; a damaged record hides no other."""
    records = []
    for name in repository.store.names("backups"):
        try:
            records += filter(None, [open_backup(repository, name)])
        except Refused as problem:
            warn(f"passed over: {problem}")
    return sorted(records, key=lambda record: (record["sequence"], record["id"]))


def chosen(repository, arguments):
    """The backup and the sources that the command line names."""
    if arguments.backup == "latest":
        backups = all_backups(repository)
        require(backups, repository.store.root, "there is no backup in it")
        backup = backups[-1]
    else:
        name = f"backups/{arguments.backup}"
        require(re.fullmatch(NAMES["backups"], name), arguments.backup, "that is not the name of a backup")
        backup = open_backup(repository, name)
        require(backup, name, "this backup was never completed")
    sources = [source for source in backup["sources"] if arguments.source in (None, source["name"])]
    require(sources, backup["id"], f"it has no source {arguments.source!r}")
    return sources


def list_backups(repository, _):
    for record in all_backups(repository):
        shown = {name: record.get(name) for name in ("id", "sequence", "type", "status", "timestamp", "size", "storedBytes")}
        shown["sources"] = [{"name": s["name"], "type": s["type"]} | s["manifest"] for s in record["sources"]]
        print(json.dumps(shown))


def show(repository, arguments):
    path = os.fsencode(arguments.path or "").strip(b"/")
    for source in chosen(repository, arguments):
        for entry in Manifest(repository, source):
            if not path or entry["path"] == path or entry["path"].startswith(path + b"/"):
                print(as_json(source, entry))


def extract(repository, arguments):
    sources = chosen(repository, arguments)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # one for each level of directories
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.makedirs(arguments.to, exist_ok=True)
    for source in sources:
        name = source["name"]
        require(name not in ("", ".", "..") and not set("/\0") & set(name), repr(name), "a source must not be called so")
        extraction = Extraction(os.path.join(arguments.to, name))
        for entry in Manifest(repository, source):
            extraction.add(entry)
        extraction.finish()


class Verification:
    """Goes on after what is damaged, and names it."""

    def __init__(self, repository):
        self.repository, self.damages = repository, repository.keys.damages
        self.counts = {"packs": 0, "blocks": 0, "chunks": 0, "indexes": 0, "records": 0, "backups": 0, "contents": 0}
        self.codecs = {}
        self.prepared = 0  # blocks of prepared pages

    def attempt(self, action, *arguments):
        try:
            return action(*arguments)
        except Refused as problem:
            self.damages += 1
            warn(problem)
            return None

    def run(self):
        repository = self.repository
        repository.places.clear()
        repository.complete = True  # all packs are looked at here
        directories = {}
        for name in repository.store.names("packs"):
            if pack := self.attempt(repository.pack, name):
                directories[name] = pack
                repository.add(pack)
        indexes = {name: self.attempt(repository.index, name) for name in repository.store.names("index")}
        superseded = {old for index in indexes.values() if index for old in index[1]}
        for name, index in indexes.items():
            if index and name[6:] not in superseded:
                repository.named |= {pack.name for pack in index[0]}
                self.attempt(self.index, name, index[0], directories)
        for pack in directories.values():
            self.attempt(self.pack, pack)
        for name in [*repository.store.names("runs"), *repository.store.names("sessions")]:
            self.attempt(repository.record, name)
            self.counts["records"] += 1
        for name in repository.store.names("backups"):
            if backup := self.attempt(open_backup, repository, name):
                self.counts["backups"] += 1
                for source in backup["sources"]:
                    self.attempt(self.source, source)
        if repository.unnamed:
            self.damages += 1
            warn(f"index: no index object names {len(repository.unnamed)} packs that backups need, such as "
                 f"{min(repository.unnamed)}: index objects were lost; what is in the packs can be read all the same")
        print(json.dumps(self.counts | {"codecs": self.codecs, "prepared": self.prepared, "damages": self.damages}))
        return 1 if self.damages else 0

    def index(self, name, packs, directories):
        for pack in packs:
            there = directories.get(pack.name)
            if not there:  # harmless if other packs have its chunks [8]
                lost = sum(id_ not in self.repository.places for id_, *_ in pack.chunks)
                require(lost == 0, name, f"it names {pack.name}, which is damaged or not there, and {lost} chunks that only it has")
                continue
            require(vars(pack) == vars(there), name, f"it has another directory of {pack.name} than that pack")
        self.counts["indexes"] += 1

    def pack(self, pack):
        data = self.repository.store.read(pack.name)
        require(hashlib.sha256(data).hexdigest() == pack.name[9:], pack.name, "its hash is not its name; it is damaged")
        ending = {}
        for chunk in pack.chunks:
            _, _, block, offset, length = chunk
            while offset + length > pack.blocks[block][3]:
                offset, length, block = 0, offset + length - pack.blocks[block][3], block + 1
                require(block < len(pack.blocks), pack.name, "it has a chunk that is longer than it")
            ending.setdefault(block, []).append(chunk)
        for block, (_, codec, filter_, *_) in enumerate(pack.blocks):
            self.repository.block(pack, block)
            self.prepared += filter_ == 1
            self.codecs[CODECS[codec]] = self.codecs.get(CODECS[codec], 0) + 1
            for chunk in ending.get(block, []):
                self.attempt(self.chunk, pack, *chunk)
        self.counts["packs"] += 1
        self.counts["blocks"] += len(pack.blocks)

    def chunk(self, pack, id_, kind, *place):
        repository, data = self.repository, self.repository.bytes_at(pack, *place)
        sizes = [1 << power for power in (13, 12, 14, 15, 11, 10, 9)]  # of a page; the chunk has its id with one of them [9]
        if kind == PAGES:
            fits = any(repository.pages_id(size, repository.hash_pages(data, size)) == id_
                       for size in sizes if len(data) % size == 0 and 1 <= len(data) // size <= 128)
        elif kind == HASHES:
            fits = any(repository.hashes_id(repository.pages_id(size, data)) == id_ for size in sizes)
        else:
            fits = mac(repository.keys.chunk_id, bytes([kind]), data) == id_
        require(fits, pack.name, f"chunk {id_.hex()} is not what its id says")
        self.counts["chunks"] += 1

    def source(self, source):
        for entry in Manifest(self.repository, source):
            if "content" in entry:
                self.attempt(entry["content"].read)
                self.counts["contents"] += 1


def command_line():
    parser = argparse.ArgumentParser(
        description="Restores from a Holdfast repository in a directory, without Holdfast.",
        usage="holdfast_reader.py REPOSITORY (--passphrase-file F | --key-file F | --kit-file F) [--no-index] COMMAND",
        epilog="commands: list | show BACKUP [--source NAME] [PATH] | extract BACKUP --to DIR [--source NAME] | verify; "
               "BACKUP is the name of a backup, or latest; each source is extracted to DIR/<its name>, which must be new")
    holder = parser.add_mutually_exclusive_group(required=True)
    for option, kind in (("--passphrase-file", "passphrase"), ("--key-file", "key file"), ("--kit-file", "recovery kit")):
        holder.add_argument(option, metavar="F", dest="credential", type=lambda path, kind=kind: (kind, path))
    parser.add_argument("--no-index", action="store_true", help="read the directories of all packs, not the index")
    parser.add_argument("--source", metavar="NAME", help="only this source")
    parser.add_argument("--to", metavar="DIR", help="where to extract")
    for name in ("repository", "command"):
        parser.add_argument(name, choices=COMMANDS if name == "command" else None)
    for name in ("backup", "path"):
        parser.add_argument(name, nargs="?")
    arguments = parser.parse_intermixed_args()
    if (arguments.command in ("show", "extract")) != bool(arguments.backup):
        parser.error("show and extract need a BACKUP, list and verify none")
    if (arguments.command == "extract") != bool(arguments.to) or (arguments.path and arguments.command != "show"):
        parser.error("extract needs --to DIR; PATH goes with show only")
    return arguments


COMMANDS = {"list": list_backups, "show": show, "extract": extract, "verify": lambda *given: Verification(given[0]).run()}


def main():
    arguments = command_line()
    try:
        repository = Repository(arguments.repository, Credential(*arguments.credential))
        if arguments.command != "verify":  # which looks at everything itself
            (repository.load_packs if arguments.no_index else repository.load_index)()
        return COMMANDS[arguments.command](repository, arguments) or 0
    except (Refused, OSError) as problem:
        warn(problem)
        return 1
    except (KeyError, TypeError, ValueError) as problem:
        warn(f"a record or a holder's description lacks something or has it wrong: {problem!r}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
