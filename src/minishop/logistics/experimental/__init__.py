"""Carriers asked directly: ZTO, YTO, STO, Yunda, J&T, JD. Experimental.

Only signatures and the reading of answers are here. They were written from documents and public clients, and held to
vectors of our own; a contract with the carrier is needed to try them. Names and behaviour may change in any release. To
use one, make the HTTP call yourself and put it behind :class:`~minishop.logistics.TrackingProvider`.
"""

from minishop.logistics.experimental._answers import read_jd, read_jt, read_sto, read_yto, read_yunda, read_zto
from minishop.logistics.experimental._signs import (
    sign_cainiao,
    sign_jd,
    sign_jt,
    sign_sto,
    sign_yto,
    sign_yunda,
    sign_zto,
)

__all__ = [
    "read_jd",
    "read_jt",
    "read_sto",
    "read_yto",
    "read_yunda",
    "read_zto",
    "sign_cainiao",
    "sign_jd",
    "sign_jt",
    "sign_sto",
    "sign_yto",
    "sign_yunda",
    "sign_zto",
]
