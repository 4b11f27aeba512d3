"""An order's life at the gateway: created, paid, told, refunded, closed."""


def test_an_order_is_created_paid_told_and_refunded(simulator, merchant):
    assert merchant.create().startswith("wx")
    assert merchant.query()[1]["trade_state"] == "NOTPAY"
    transaction = simulator.pay("ORDER-0001")
    told = []
    simulator.deliver_due(lambda headers, body: told.append(merchant.open(headers, body)) or 204)
    (envelope, resource) = told[0]
    assert envelope["event_type"] == "TRANSACTION.SUCCESS"
    assert resource["transaction_id"] == transaction
    assert resource["amount"] == {"total": 1280, "payer_total": 1280, "currency": "CNY", "payer_currency": "CNY"}
    assert merchant.refund()[1]["status"] == "PROCESSING"
    simulator.settle_refund("R-1")
    assert merchant.get("/v3/refund/domestic/refunds/R-1")[1]["status"] == "SUCCESS"
    assert merchant.query()[1]["trade_state"] == "REFUND"
