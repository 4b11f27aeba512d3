"""Chinese: what an audit says, as a shop's staff would."""

TEXTS: dict[str, str] = {
    "lint:percent_chain_free": "{rules}：折扣叠加共减 {percent:percent}，{amount:yuan} 元的商品白送",
    "lint:stack_free": "{rules}：叠加后全部减完，{amount:yuan} 元的商品白送",
    "lint:face_covers_threshold:amount": "{rule}：门槛 {amount:yuan} 元，面额 {face:yuan} 元，"
    "{amount:yuan} 元的商品白送",
    "lint:face_covers_threshold:none": "{rule}：无门槛减 {face:yuan} 元，不超过 {amount:yuan} 元的商品白送",
    "lint:unreachable_rule:scope_empty": "{rule}：参加范围被 except 全部排除，没有商品能参加",
    "lint:unreachable_rule:no_freight": "{rule}：没有运费模板，无运费可减",
    "lint:unreachable_rule:no_points": "{rule}：下单不送积分，无积分可翻倍",
    "lint:unreachable_rule:few_products": "{rule}：要求 {reach} 种商品，范围内只有 {most} 种",
    "lint:unreachable_rule:already_cut": "{rule}：只限未打折商品，而“{other}”已让范围内商品全部打折",
    "lint:unreachable_rule:first_taken": "{rule}：总是先用“{other}”，轮不到它",
    "lint:unreachable_rule:not_sold": "{rule}：商品表里没有参加范围内的商品",
    "lint:unreachable_rule:short_stock": "{rule}：门槛 {reach:yuan} 元，范围内库存总共只值 {most:yuan} 元",
    "lint:unreachable_rule:few_units": "{rule}：门槛 {reach} 件，范围内库存只有 {most} 件",
    "lint:never_opens": "{rule}：已于 {ends_at:time} 结束，不会再生效",
    "lint:dead_tier:amount": "{rule}：第 {step} 档（满 {reach:yuan} 元）并不比低一档（满 {below:yuan} 元）更优惠",
    "lint:dead_tier:quantity": "{rule}：第 {step} 档（满 {reach} 件）并不比低一档（满 {below} 件）更优惠",
    "lint:always_beaten": "{rule}：永远用不上，“{other}”总比它优惠：{amount:yuan} 元的商品可减 "
    "{other_takes:yuan} 元，它只减 {takes:yuan} 元",
    "lint:tie_break_overlap": "“{rule}”与“{other}”对 {amount:yuan} 元的商品同样减 {takes:yuan} 元，"
    "仅按默认次序用了“{rule}”",
    "lint:self_defeating_threshold:later": "{rule}：买满 {reach:yuan} 元仍达不到 {reach:yuan} 元门槛，"
    "因为“{other}”先减了 {takes:yuan} 元；实际要买到 {needs:yuan} 元",
    "lint:self_defeating_threshold:never": "{rule}：买满 {reach:yuan} 元仍达不到 {reach:yuan} 元门槛，"
    "因为“{other}”先减了 {takes:yuan} 元；试过的更高金额也都达不到",
    "lint:thresholds_meet": "“{rule}”与“{other}”同时凑满：{amount:yuan} 元的商品共减 {takes:yuan} 元"
    "（{rate:percent}），只付 {payable:yuan} 元",
    "lint:coupon_repeats": "{rule}：同一用户领两张，可在一单内叠加使用，{amount:yuan} 元的商品只付 {payable:yuan} 元；"
    "请设 limit.order，或放进只选一张的分组",
    "lint:ascending_nth_unit": "{rule}：打折的是较贵的一件，本例减 {takes:yuan} 元；按通常规则只减 {usually:yuan} 元",
    "lint:gift_without_stock:unknown": "{rule}：赠品 {sku} 没有数量限制；"
    "请在购物车给出 gift_stock，或为规则设 limit.total",
    "lint:gift_without_stock:not_sold": "{rule}：商品表里没有赠品 {sku}",
    "lint:gift_without_stock:no_stock": "{rule}：商品表里没有赠品 {sku} 的库存",
    "lint:gift_without_stock:short": "{rule}：每单送 {quantity} 件 {sku}，库存只有 {stock} 件",
    "lint:price_cliff:worst": "{rule}：买得多反而付得少，落差最大：{before:yuan} 元的商品付 {before_payable:yuan} 元，"
    "{after:yuan} 元的商品只付 {after_payable:yuan} 元，少付 {less:yuan} 元",
    "lint:price_cliff:other": "{rule}：买得多反而付得少：{before:yuan} 元的商品付 {before_payable:yuan} 元，"
    "{after:yuan} 元的商品只付 {after_payable:yuan} 元，少付 {less:yuan} 元",
    "lint:largest_discount": "最大折扣：{amount:yuan} 元的商品只付 {payable:yuan} 元，减了 {rate:percent}"
    "（不超过 {lines} 行，每行不超过 {units} 件）",
    "lint:largest_discount:open": "（未查完所有购物车：可能还有多减 {gap:percent} 的）",
    "lint:largest_loss:loss": "最大亏损：成本 {cost:yuan} 元的商品，顾客付 {payable:yuan} 元，"
    "其他方承担 {funded:yuan} 元，亏 {loss:yuan} 元（不超过 {lines} 行，每行不超过 {units} 件）",
    "lint:largest_loss:profit": "没有低于成本的购物车：最差的一单成本 {cost:yuan} 元，顾客付 {payable:yuan} 元，"
    "其他方承担 {funded:yuan} 元，仍赚 {profit:yuan} 元（不超过 {lines} 行，每行不超过 {units} 件）",
    "lint:largest_loss:open": "（未查完所有购物车：可能还有再差 {gap:yuan} 元的）",
    # 报告
    "lint:error": "错误",
    "lint:warning": "警告",
    "lint:info": "提示",
    "lint:clean": "没有发现问题",
    "lint:count": "{errors} 个错误，{warnings} 个警告，{infos} 条提示",
    "lint:cart": "购物车：{cart}",
    "lint:pays": "应付 {payable:yuan} 元",
    "lint:progress": "{check}：已试算 {carts} 个购物车",
}
