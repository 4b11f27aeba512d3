"""What is inside a notification or a certificate list: AES-256-GCM under the APIv3 key."""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Mapping

from minishop.payments.wechatpay._errors import Malformed, WrongAlgorithm
from minishop.payments.wechatpay._secrets import ApiV3Key, ApiV3KeySource, undecryptable

__all__ = ["AEAD", "decrypt_resource", "decrypted"]

AEAD = "AEAD_AES_256_GCM"
"""The only algorithm of encrypted resources that is supported."""


def decrypt_resource(api_v3_key: ApiV3KeySource, resource: Mapping[str, object]) -> bytes:
    """The plain bytes of ``resource`` (or ``encrypt_certificate``).

    Args:
        api_v3_key: The merchant's.
        resource: ``algorithm``, ``ciphertext`` (base64, the tag at the end), ``nonce``, and ``associated_data``, which
            may be empty or missing.

    Raises:
        WrongAlgorithm: Not ``AEAD_AES_256_GCM``.
        Malformed: A part is missing or no text.
        Undecryptable: Another key, or anything was changed. All failures look alike.
    """
    try:
        secret = ApiV3Key.of(api_v3_key)
    finally:
        del api_v3_key
    return decrypted(secret, resource)


def decrypted(secret: ApiV3Key, resource: Mapping[str, object]) -> bytes:
    """:func:`decrypt_resource` with a key that is ready."""
    algorithm, nonce = resource.get("algorithm"), resource.get("nonce")
    ciphertext, extra = resource.get("ciphertext"), resource.get("associated_data")
    if algorithm != AEAD:
        raise WrongAlgorithm(
            "the resource is encrypted by an algorithm that is not supported",
            next_step=f"Only {AEAD} is supported; choose RSA and AES in the merchant console.",
        )
    extra = "" if extra is None else extra
    if not (isinstance(nonce, str) and isinstance(ciphertext, str) and isinstance(extra, str)):
        raise Malformed("the resource is not of the documented form")
    try:
        return secret.decrypt(nonce.encode(), a2b_base64(ciphertext, strict_mode=True), extra.encode())
    except ValueError:
        pass  # raised below, so that nothing of the content hangs on it
    raise undecryptable()
