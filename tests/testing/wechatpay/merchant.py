"""A merchant written for these tests alone, straight on the `cryptography` library: it signs and it verifies."""

import json
from base64 import b64decode, b64encode
from functools import cache

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from minishop.flows import Headers
from minishop.testing.wechatpay import Received

NOTIFY = "https://shop.example/notify"


@cache
def _private_key(pem):
    return load_pem_private_key(pem.encode(), None)


class Merchant:
    def __init__(self, simulator, clock) -> None:
        self.simulator = simulator
        self.clock = clock
        self.known = simulator.credentials
        self.key = _private_key(self.known.private_key)
        self.count = 0

    def authorization(self, method, target, body, **changed):
        self.count += 1
        fields = {
            "mchid": self.known.mchid,
            "nonce_str": f"nonce{self.count}",
            "timestamp": str(int(self.clock().timestamp())),
            "serial_no": self.known.serial,
        } | changed
        message = f"{method}\n{target}\n{fields['timestamp']}\n{fields['nonce_str']}\n".encode() + body + b"\n"
        signature = b64encode(self.key.sign(message, PKCS1v15(), SHA256())).decode()
        fields = {"signature": signature} | fields
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in fields.items())

    def request(self, method, target, body=b"", *, headers=(), **changed):
        basic = {
            "Accept": "application/json",
            "User-Agent": "tests",
            "Authorization": self.authorization(method, target, body, **changed),
        } | ({"Content-Type": "application/json"} if body else {})
        return Received(method=method, target=target, headers=Headers(basic | dict(headers)), body=body)

    def call(self, method, target, content=None, **more):
        """Status and content; the proof of a success is checked."""
        body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
        reply = self.simulator.exchange(self.request(method, target, body, **more))
        headers = Headers(reply.headers)
        if 200 <= reply.status < 300:
            self.verify(headers, reply.body)
        else:
            assert not [name for name in headers if name.lower().startswith("wechatpay-")]
        return reply.status, json.loads(reply.body) if reply.body else None

    def get(self, target, **more):
        return self.call("GET", target, **more)

    def post(self, target, content, **more):
        return self.call("POST", target, content, **more)

    def platform_key(self, serial):
        if serial in self.simulator.public_keys:
            return load_pem_public_key(self.simulator.public_keys[serial].encode())
        for pem in self.simulator.certificates:
            certificate = load_pem_x509_certificate(pem.encode())
            if f"{certificate.serial_number:040X}" == serial:
                return certificate.public_key()
        raise KeyError(serial)

    def verify(self, headers, body):
        headers = Headers(headers)
        assert abs(int(headers["Wechatpay-Timestamp"]) - self.clock().timestamp()) <= 300
        message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
        key = self.platform_key(headers["Wechatpay-Serial"])
        key.verify(b64decode(headers["Wechatpay-Signature"], validate=True), message, PKCS1v15(), SHA256())

    def open(self, headers, body):
        """A notification and its plain resource."""
        self.verify(headers, body)
        told = json.loads(body)
        return told, self.unseal(told["resource"])

    def unseal(self, resource):
        plain = AESGCM(self.known.api_v3_key.encode()).decrypt(
            resource["nonce"].encode(), b64decode(resource["ciphertext"]), resource["associated_data"].encode()
        )
        return json.loads(plain) if resource["associated_data"] != "certificate" else plain.decode()

    def encrypt(self, text, serial):
        sealed = self.platform_key(serial).encrypt(text.encode(), OAEP(MGF1(SHA1()), SHA1(), None))
        return b64encode(sealed).decode()

    # -- bodies -------------------------------------------------------------------------------------------------------

    def order(self, number="ORDER-0001", total=1280, **more):
        return {
            "appid": self.known.appid,
            "mchid": self.known.mchid,
            "description": "龙井茶 250 克",
            "out_trade_no": number,
            "notify_url": NOTIFY,
            "amount": {"total": total, "currency": "CNY"},
            "payer": {"openid": "oPayer1"},
        } | more

    def create(self, number="ORDER-0001", total=1280, **more):
        status, content = self.post("/v3/pay/transactions/jsapi", self.order(number, total, **more))
        assert status == 200, content
        return content["prepay_id"]

    def paid(self, number="ORDER-0001", total=1280, **more):
        self.create(number, total, **more)
        return self.simulator.pay(number)

    def refund(self, number="ORDER-0001", refund="R-1", amount=100, total=1280, **more):
        body = {
            "out_trade_no": number,
            "out_refund_no": refund,
            "notify_url": NOTIFY,
            "amount": {"refund": amount, "total": total, "currency": "CNY"},
        } | more
        return self.post("/v3/refund/domestic/refunds", body)

    def query(self, number="ORDER-0001"):
        return self.get(f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.known.mchid}")
