"""The shop in Flask: flask --app app run --port 8000."""

import shop
from flask import Flask, Response, request

app = Flask(__name__)
app.json.ensure_ascii = False


@app.post("/orders")
def buy():
    asked = request.get_json()
    status, content = shop.buy(buyer=asked["buyer"], openid=asked["openid"], click=asked["click"])
    return content, status


@app.get("/orders/<order>")
def look(order):
    status, content = shop.look(order)
    return content, status


@app.post("/wechatpay/notify")
def notified():
    ack = shop.notified(request.headers, request.get_data())  # the raw body, before anything parses it
    return Response(ack.body, ack.status, ack.headers)
