"""English: what an audit says."""

TEXTS: dict[str, str] = {
    "lint:percent_chain_free": "{rules}: the percentages make {percent:percent} off together, and goods of "
    "{amount:yuan} cost nothing.",
    "lint:stack_free": "{rules}: together they take everything; goods of {amount:yuan} cost nothing.",
    "lint:face_covers_threshold:amount": "{rule}: takes {face:yuan} from {amount:yuan} on, so goods of {amount:yuan} "
    "cost nothing.",
    "lint:face_covers_threshold:none": "{rule}: takes {face:yuan} without a threshold, so goods up to {amount:yuan} "
    "cost nothing.",
    "lint:unreachable_rule:scope_empty": "{rule}: no goods can take part, its except leaves out all it asks for.",
    "lint:unreachable_rule:no_freight": "{rule}: there is no freight template, so there is no freight to waive.",
    "lint:unreachable_rule:no_points": "{rule}: nothing earns points, so there is nothing to multiply.",
    "lint:unreachable_rule:few_products": "{rule}: asks for {reach} different products, its scope names {most}.",
    "lint:unreachable_rule:already_cut": "{rule}: wants undiscounted goods, but {other} cuts all goods in its scope.",
    "lint:unreachable_rule:first_taken": "{rule}: {other} always comes first and leaves no place.",
    "lint:unreachable_rule:not_sold": "{rule}: the catalogue has nothing in its scope.",
    "lint:unreachable_rule:short_stock": "{rule}: asks for {reach:yuan}, all the stock in its scope is worth "
    "{most:yuan}.",
    "lint:unreachable_rule:few_units": "{rule}: asks for {reach}, the stock in its scope is {most}.",
    "lint:never_opens": "{rule}: ended at {ends_at:time}, it will not open again.",
    "lint:dead_tier:amount": "{rule}: step {step} (from {reach:yuan}) gives no more than the step below "
    "(from {below:yuan}).",
    "lint:dead_tier:quantity": "{rule}: step {step} (from {reach} units) gives no more than the step below "
    "(from {below} units).",
    "lint:always_beaten": "{rule}: never used, {other} always takes at least as much: on goods of {amount:yuan} it "
    "takes {other_takes:yuan} instead of {takes:yuan}.",
    "lint:tie_break_overlap": "{rule} and {other} take the same {takes:yuan} off goods of {amount:yuan}; only the "
    "tie-break decides for {rule}.",
    "lint:self_defeating_threshold:later": "{rule}: goods of {reach:yuan} do not reach its {reach:yuan}, because "
    "{other} takes {takes:yuan} first; the shopper needs goods of {needs:yuan}.",
    "lint:self_defeating_threshold:never": "{rule}: goods of {reach:yuan} do not reach its {reach:yuan}, because "
    "{other} takes {takes:yuan} first; no larger amount that was tried reaches it either.",
    "lint:thresholds_meet": "{rule} and {other} count the same money: goods of {amount:yuan} lose {takes:yuan} "
    "({rate:percent}) and cost {payable:yuan}.",
    "lint:coupon_repeats": "{rule}: whoever holds two uses both in one order; goods of {amount:yuan} cost "
    "{payable:yuan}. Set limit.order, or a group that picks one.",
    "lint:ascending_nth_unit": "{rule}: cuts the dearest unit, {takes:yuan} here; the usual order would take "
    "{usually:yuan}.",
    "lint:gift_without_stock:unknown": "{rule}: nothing bounds the gift {sku}; give carts its gift_stock, or the rule "
    "a limit.total.",
    "lint:gift_without_stock:not_sold": "{rule}: the gift {sku} is not in the catalogue.",
    "lint:gift_without_stock:no_stock": "{rule}: the catalogue does not say how many of the gift {sku} there are.",
    "lint:gift_without_stock:short": "{rule}: gives {quantity} of {sku}, the stock is {stock}.",
    "lint:price_cliff:worst": "{rule}: the steepest price cliff. Goods of {before:yuan} cost {before_payable:yuan}, "
    "goods of {after:yuan} cost {after_payable:yuan}: {less:yuan} less.",
    "lint:price_cliff:other": "{rule}: a price cliff. Goods of {before:yuan} cost {before_payable:yuan}, goods of "
    "{after:yuan} cost {after_payable:yuan}: {less:yuan} less.",
    "lint:largest_discount": "The deepest discount: goods of {amount:yuan} cost {payable:yuan}, {rate:percent} off "
    "(up to {lines} lines of {units}).",
    "lint:largest_discount:open": "Not all carts were looked at: there may be one with {gap:percent} more off.",
    "lint:largest_loss:loss": "The largest loss: goods that cost the shop {cost:yuan} are paid with {payable:yuan} by "
    "the shopper and {funded:yuan} by others: {loss:yuan} lost (up to {lines} lines of {units}).",
    "lint:largest_loss:profit": "No cart sells below cost: the worst one cost the shop {cost:yuan} and is paid with "
    "{payable:yuan} by the shopper and {funded:yuan} by others: {profit:yuan} left (up to {lines} lines of {units}).",
    "lint:largest_loss:open": "Not all carts were looked at: there may be one that is {gap:yuan} worse.",
    # the report
    "lint:error": "Error",
    "lint:warning": "Warning",
    "lint:info": "For information",
    "lint:clean": "Nothing found.",
    "lint:count": "errors: {errors}, warnings: {warnings}, for information: {infos}",
    "lint:cart": "cart: {cart}",
    "lint:pays": "pays {payable:yuan}",
    "lint:progress": "{check}: {carts} carts priced",
}
