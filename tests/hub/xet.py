"""The storage side of the Hub's double: as much of the Xet protocol (huggingface.co/docs/xet) as a round trip needs.

A client cuts files into chunks, packs chunks into xorbs, uploads these, and then a shard that says which chunks of
which xorbs make up each file. To read a file back it asks for that list and fetches byte ranges of xorbs.
"""

import hashlib
import re
import struct
import time
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

HEADER, ENTRY = 48, 48  # bytes of a shard's header, and of each record in it
WITH_VERIFICATION, WITH_METADATA = 1 << 31, 1 << 30  # a file's flags: more records follow


def hash_text(digest: bytes) -> str:
    """A hash as Xet writes it: four little-endian 64-bit numbers in hexadecimal."""
    return "".join(f"{word:016x}" for word in struct.unpack("<4Q", digest))


@dataclass(frozen=True)
class Term:
    """A run of chunks of one xorb, in a file."""

    xorb: str
    length: int
    first: int
    end: int


@dataclass
class Store:
    """Xorbs by hash; files (as terms) by Xet hash; Xet hashes by sha256."""

    endpoint: str
    xorbs: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, list[Term]] = field(default_factory=dict)
    by_sha256: dict[str, str] = field(default_factory=dict)

    def clear(self) -> None:
        for store in (self.xorbs, self.files, self.by_sha256):
            store.clear()

    def access(self) -> dict[str, str]:
        """The headers that admit a client."""
        return {
            "X-Xet-Cas-Url": f"{self.endpoint}/cas",
            "X-Xet-Access-Token": "xet",
            "X-Xet-Token-Expiration": str(int(time.time()) + 3600),
        }

    def read_shard(self, shard: bytes) -> None:
        """Take note of the files in a shard; their section ends with a hash of all ones."""
        at = HEADER
        while (name := shard[at : at + 32]) != b"\xff" * 32:
            flags, count = struct.unpack_from("<II", shard, at + 32)
            records = [shard[at + ENTRY * (i + 1) :][:ENTRY] for i in range(count)]
            terms = [Term(hash_text(r[:32]), *struct.unpack_from("<III", r, 36)) for r in records]
            at += ENTRY * (1 + count * (2 if flags & WITH_VERIFICATION else 1))
            self.files[hash_text(name)] = terms
            if flags & WITH_METADATA:
                self.by_sha256[hash_text(shard[at : at + 32])] = hash_text(name)
                at += ENTRY

    def bounds(self, term: Term) -> list[int]:
        """Where the chunks of a term's xorb begin, up to the term's end: each has a header of 8 bytes (version, 24 bits
        of length, compression, 24 bits of length when uncompressed)."""
        bounds = [0]
        while len(bounds) <= term.end:
            bounds.append(bounds[-1] + 8 + int.from_bytes(self.xorbs[term.xorb][bounds[-1] + 1 :][:3], "little"))
        return bounds

    def content(self, name: str) -> bytes:
        """A file put together from its chunks, which must not be compressed."""
        parts = []
        for term in self.files[name]:
            xorb, bounds = self.xorbs[term.xorb], self.bounds(term)
            for i in range(term.first, term.end):
                assert xorb[bounds[i] + 4] == 0, "the double cannot decompress: set HF_XET_XORB_COMPRESSION_POLICY=none"
                parts.append(xorb[bounds[i] + 8 : bounds[i + 1]])
        return b"".join(parts)


def add_routes(app: FastAPI, store: Store, blobs: dict[str, bytes]) -> None:
    """The storage's answers; what arrives whole is put into `blobs` by its sha256."""

    @app.post("/cas/v1/xorbs/{prefix}/{name}")
    async def put_xorb(request: Request, prefix: str, name: str) -> dict:
        inserted = name not in store.xorbs
        store.xorbs[name] = await request.body()
        return {"was_inserted": inserted}

    @app.post("/cas/v1/shards")
    async def put_shard(request: Request) -> dict:
        store.read_shard(await request.body())
        for sha256, name in store.by_sha256.items():
            blobs[sha256] = store.content(name)
            assert hashlib.sha256(blobs[sha256]).hexdigest() == sha256
        return {"result": 1}

    @app.get("/cas/v1/chunks/{prefix}/{name}")
    def known_chunk(prefix: str, name: str) -> Response:
        return Response(status_code=404)

    @app.get("/cas/v1/reconstructions/{name}")
    def reconstruction(request: Request, name: str) -> Response:
        if name not in store.files:
            return Response(status_code=404)
        terms, fetch = store.files[name], {}
        wanted = re.fullmatch(r"bytes=(\d+)-\d*", request.headers.get("range", "bytes=0-"))
        if wanted and int(wanted[1]) >= sum(t.length for t in terms):
            return Response(status_code=416)
        for term in terms:
            bounds = store.bounds(term)
            fetch.setdefault(term.xorb, []).append(
                {
                    "range": {"start": term.first, "end": term.end},
                    "url": f"{store.endpoint}/cas/xorb/{term.xorb}",
                    "url_range": {"start": bounds[term.first], "end": bounds[term.end] - 1},
                }
            )
        listed = [
            {"hash": t.xorb, "unpacked_length": t.length, "range": {"start": t.first, "end": t.end}} for t in terms
        ]
        return JSONResponse({"offset_into_first_range": 0, "terms": listed, "fetch_info": fetch})

    @app.get("/cas/xorb/{name}")
    def get_xorb(request: Request, name: str) -> Response:
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"]).groups())
        data = store.xorbs[name]
        return Response(data[first : last + 1], 206, {"Content-Range": f"bytes {first}-{last}/{len(data)}"})
