"""The shop in FastAPI: uvicorn app:app --port 8000."""

from contextlib import asynccontextmanager

import shop
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel


@asynccontextmanager
async def lifespan(app):
    await shop.open_shop()
    yield
    await shop.close_shop()


app = FastAPI(lifespan=lifespan)


class Asked(BaseModel):
    buyer: str
    openid: str
    click: str


@app.post("/orders")
async def buy(asked: Asked):
    status, content = await shop.buy(buyer=asked.buyer, openid=asked.openid, click=asked.click)
    return JSONResponse(content, status)


@app.get("/orders/{order}")
async def look(order: str):
    status, content = await shop.look(order)
    return JSONResponse(content, status)


@app.post("/wechatpay/notify")
async def notified(request: Request):
    ack = await shop.notified(request.headers, await request.body())  # the raw body, before anything parses it
    return Response(ack.body, ack.status, dict(ack.headers))
