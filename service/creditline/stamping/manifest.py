"""C2PA manifests: the only module that touches the C2PA library. Call it in the bounded child of `stamping_child`.

The library is told to ask no network: a manifest may name addresses, and whoever reads one must not be made to call them.
"""

from __future__ import annotations

import json
from io import BytesIO

import c2pa
from c2pa import C2paError
from cryptography.x509 import load_pem_x509_certificates

from creditline import __version__, canonical
from creditline.canonical import JSON
from creditline.errors import Corrupt, Invalid, Misconfigured, Missing, NotAPicture
from creditline.stamping.credential import Credential

RECEIPT_LABEL = "org.creditline.receipt"

_SETTINGS: JSON = {
    "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    # A thumbnail would decode the picture, and be larger than everything else together.
    "builder": {"thumbnail": {"enabled": False}},
}
_GENERATIONS_MAX = 32
_TEXT_MAX = 200
_PROBLEMS_MAX = 20


def embed(picture: bytes, media_type: str, receipt: bytes, credential: Credential) -> bytes:
    """The picture with a canonical `receipt` in a sealed manifest. One that it had stays in it, as the new one's parent."""
    definition = {
        "claim_generator_info": [{"name": "Creditline", "version": __version__}],
        "assertions": [{"label": RECEIPT_LABEL, "data": {"document": receipt.decode()}, "kind": "Json"}],
    }
    info = c2pa.C2paSignerInfo(credential.algorithm, credential.certificates, credential.key, None)
    try:
        signer = c2pa.Signer.from_info(info)
    except C2paError as error:
        raise _wrong_certificate(error) from None
    stamped = BytesIO()
    try:
        builder = c2pa.Builder(definition, context=c2pa.Context.from_dict(_SETTINGS))
        if has_manifest(picture, media_type):
            builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        else:
            source = c2pa.C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA
            builder.set_intent(c2pa.C2paBuilderIntent.CREATE, source)
        builder.sign(signer, media_type, BytesIO(picture), stamped)
    except C2paError.Signature as error:
        raise _wrong_certificate(error) from None
    except C2paError as error:
        raise NotAPicture(
            f"The picture cannot be stamped: {_plain(str(error))}.",
            "Save it again without metadata, or report it without a stamp.",
        ) from None
    return stamped.getvalue()


def has_manifest(picture: bytes, media_type: str) -> bool:
    """Whether there is one, in whatever state."""
    try:
        _open(picture, media_type, b"")
    except C2paError.ManifestNotFound:
        return False
    except C2paError:
        return True
    return True


def extract(data: bytes, media_type: str, authorities: bytes) -> JSON:
    """What `reader.Stamp` holds but for the picture, and `is_first`: whether there is no manifest but the receipt's.

    Raises `Missing` where there is no receipt, `Corrupt` where the manifest cannot be read, and `Invalid` for
    `authorities` that are no certificates in PEM.
    """
    _require_certificates(authorities)
    try:
        store = json.loads(_open(data, media_type, authorities).json())
    except C2paError as error:
        # A manifest that lies elsewhere is none for us: nothing is fetched. The library has no class for it.
        if isinstance(error, C2paError.ManifestNotFound) or str(error).startswith("Remote"):
            raise Missing(
                "The picture carries no manifest, so no receipt.",
                "Saving or sending a picture often drops it: look for the file as the service gave it out.",
            ) from None
        raise Corrupt(
            f"The picture's manifest cannot be read: {_plain(str(error))}.",
            "The file was changed: look for it as the service gave it out.",
        ) from None
    manifest = _with_receipt(store)
    signature, statuses = manifest.get("signature_info") or {}, store.get("validation_status") or []
    return {
        "receipt": _receipt(manifest),
        "state": str(store["validation_state"]).lower(),
        "signer": _plain(str(signature.get("issuer") or "")),
        "problems": [_plain(str(status["code"])) for status in statuses[:_PROBLEMS_MAX]],
        "is_first": len(store["manifests"]) == 1,
    }


def _open(data: bytes, media_type: str, authorities: bytes) -> c2pa.Reader:
    trust = {"trust": {"user_anchors": authorities.decode()}} if authorities else {}
    context = c2pa.Context.from_dict(_SETTINGS | trust)
    return c2pa.Reader(media_type, BytesIO(data), context=context)


def _require_certificates(authorities: bytes) -> None:
    try:
        if authorities:
            load_pem_x509_certificates(authorities)
    except ValueError:
        raise Invalid(
            "The authorities to trust are no certificates.", "Give a file of certificates in PEM."
        ) from None


def _with_receipt(store: JSON) -> JSON:
    """The youngest manifest with a receipt: whoever edited the picture after it was stamped put another before it."""
    label = store.get("active_manifest")
    for _ in range(_GENERATIONS_MAX):
        manifest: JSON = store["manifests"].get(label) or {}
        if _receipt(manifest) is not None:
            return manifest
        parents = [each for each in manifest.get("ingredients", []) if each.get("relationship") == "parentOf"]
        label = parents[0].get("active_manifest") if parents else None
    raise Missing(
        "The picture carries a manifest, but no receipt of Creditline.",
        "Ask for one with `stamp` when the usage is reported.",
    )


def _receipt(manifest: JSON) -> JSON | None:
    """The document is kept as text: of a list of small numbers the library would make something else.

    Raises `Corrupt` for one that no service can have written.
    """
    found = next(
        (each for each in manifest.get("assertions", []) if each.get("label") == RECEIPT_LABEL), None
    )
    if found is None:
        return None
    try:
        return canonical.decode(found["data"]["document"].encode())
    except (Invalid, KeyError, TypeError, AttributeError, ValueError):
        raise Corrupt(
            "The picture's receipt is no canonical document.", "It is a forgery: do not rely on it."
        ) from None


def _wrong_certificate(error: C2paError) -> Misconfigured:
    return Misconfigured(
        f"C2PA does not accept the certificate for stamps: {_plain(str(error))}.",
        "It must be in date, for the usage digitalSignature and the purpose emailProtection, under an authority.",
    )


def _plain(text: str) -> str:
    """A stranger's text, safe on a terminal."""
    return "".join(character for character in text if character.isprintable())[:_TEXT_MAX].rstrip(".")
