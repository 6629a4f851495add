"""The work record: the canonical JSON that IPFS keeps for a work and whose digest stands on chain."""

from __future__ import annotations

import re
from dataclasses import dataclass

from creditline import canonical
from creditline.errors import Invalid, TooLarge
from creditline.ids import Address, Bytes32, WorkId, address, bytes32, work_id
from creditline.text import require_line
from creditline.works.terms import Terms, read_terms

TYPE = "creditline/work/1"
TITLE_MAX = 300
CREDIT_MAX = 300
RECORD_BYTES_MAX = 16 * 1024
SIDE_MAX = 2**20
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
_PDQ = re.compile(r"[0-9a-f]{64}")
_CID = re.compile(r"b[a-z2-7]{58}")


@dataclass(frozen=True)
class PictureFacts:
    """What the decoder says of a picture. `pdq` is a 256-bit perceptual code in hex, quality 0 to 100."""

    content_hash: Bytes32
    pixel_hash: Bytes32
    media_type: str
    width: int
    height: int
    pdq: str
    pdq_quality: int

    def __post_init__(self) -> None:
        sizes_fit = 1 <= self.width <= SIDE_MAX and 1 <= self.height <= SIDE_MAX
        if not (
            sizes_fit
            and self.media_type in MEDIA_TYPES
            and _PDQ.fullmatch(self.pdq)
            and 0 <= self.pdq_quality <= 100
        ):
            raise Invalid("These are no facts of a picture.", "Send the picture again.")


@dataclass(frozen=True)
class WorkRecord:
    """`author` is the name to credit; `picture` the CID of the bytes, or None when the creator keeps them private."""

    creator: Address
    title: str
    author: str
    facts: PictureFacts
    terms: Terms
    picture: str | None

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise Invalid("A work has no title.", "Give every work a title; a file name will do.")
        require_line(self.title, "The title", TITLE_MAX)
        require_line(self.author, "The author's name", CREDIT_MAX)
        if self.picture is not None and not _CID.fullmatch(self.picture):
            raise Invalid(
                "The picture of a work is not named by a CID.", "Publish it again, or leave it out."
            )

    @property
    def work_id(self) -> WorkId:
        return work_id(self.creator, self.facts.content_hash)

    def document(self) -> canonical.JSON:
        facts = self.facts
        return {
            "type": TYPE,
            "creator": self.creator,
            "title": self.title,
            "author": self.author,
            "content_hash": facts.content_hash,
            "pixel_hash": facts.pixel_hash,
            "media_type": facts.media_type,
            "width": facts.width,
            "height": facts.height,
            "fingerprints": {"pdq": facts.pdq, "pdq_quality": facts.pdq_quality},
            "terms": self.terms.document(),
            "picture": self.picture,
        }

    def encode(self) -> bytes:
        return canonical.encode(self.document())

    def digest(self) -> Bytes32:
        """The `recordHash` of the registry."""
        return bytes32(canonical.digest(self.encode()))


def read_record(data: bytes) -> WorkRecord:
    """Read a record fetched by its digest. Raises `Invalid` for anything that `encode` would not have written."""
    if len(data) > RECORD_BYTES_MAX:
        raise TooLarge(f"The work record has {len(data)} bytes.", f"A record has at most {RECORD_BYTES_MAX}.")
    document = canonical.decode(data)
    try:
        if document["type"] != TYPE:
            raise Invalid(f"Unknown record type {document['type']!r}.", f"This version reads {TYPE}.")
        prints = document["fingerprints"]
        facts = PictureFacts(
            content_hash=bytes32(document["content_hash"]),
            pixel_hash=bytes32(document["pixel_hash"]),
            media_type=str(document["media_type"]),
            width=int(document["width"]),
            height=int(document["height"]),
            pdq=str(prints["pdq"]),
            pdq_quality=int(prints["pdq_quality"]),
        )
        record = WorkRecord(
            creator=address(document["creator"]),
            title=str(document["title"]),
            author=str(document["author"]),
            facts=facts,
            terms=read_terms(document["terms"]),
            picture=document["picture"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(
            f"The work record is malformed: {error!r}.", f"Compare it with a {TYPE} record."
        ) from error
    if record.encode() != data:
        raise Invalid(
            "The work record holds something that a record does not have.",
            f"Compare it with a {TYPE} record.",
        )
    return record
