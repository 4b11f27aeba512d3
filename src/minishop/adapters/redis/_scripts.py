"""The Lua scripts. Each states its keys and arguments, and what it answers.

An activity is one hash and one sorted set, in one slot::

    stock, limit, claimed    numbers; limit is empty if a shopper may have any number
    run                      the server process that knows all claims
    u:<user>                 units that the shopper has
    t:<token>                the claim: <1 if confirmed>|<until>|<quantity>|<user>
    (sorted set)             tokens of unconfirmed claims by their end

**Fail closed.** A server that restarts may come back with the memory of a moment ago, and a replica that takes over may
lack the last writes: then claims would be given twice. Each server process has a ``run_id`` of its own, and a claim is
given only if the activity was rebuilt in the process that answers. An activity is rebuilt from the orders (from
nothing, if it is new). The look at ``INFO`` costs a script 7 µs.

Instants stay text on their way through Lua: its numbers would print them rounded. They are compared as numbers, which
are exact up to 2**53 microseconds, the year 2255.
"""

from __future__ import annotations

__all__ = [
    "CLAIM",
    "CONFIRM",
    "EXPIRED",
    "FIND",
    "FORGET",
    "GET_TOKEN",
    "GIVE_BACK",
    "KNOWN",
    "OPEN",
    "REBUILD",
    "REGISTER",
    "REMEMBER",
    "SET_TOKEN",
    "TRY_LOCK",
    "UNCLAIMED",
    "UNLOCK",
]

_RUN = "local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')\n"
_KEEP = """
local function keep(seconds)
  for _, key in ipairs(KEYS) do
    if redis.call('TTL', key) < tonumber(seconds) then redis.call('EXPIRE', key, seconds) end
  end
end
"""
_SPLIT = "'^(%d)|(%-?%d+)|(%d+)|(.*)$'"

#: hash, set; stock, limit, keep -> nothing. An activity that is there keeps its claims.
OPEN = (
    _KEEP
    + """
redis.call('HSET', KEYS[1], 'stock', ARGV[1], 'limit', ARGV[2])
keep(ARGV[3])
"""
)

#: hash, set; token, user, quantity, until, keep
#: -> {'claim', record} | {'out', left} | {'limit', units of the shopper, limit}
CLAIM = (
    _RUN
    + _KEEP
    + """
local field = 't:' .. ARGV[1]
local known = redis.call('HGET', KEYS[1], field)
if known then return {'claim', known} end
local found = redis.call('HMGET', KEYS[1], 'run', 'stock', 'limit', 'claimed', 'u:' .. ARGV[2])
if not run or found[1] ~= run then return {'out', 0} end
local wanted, limit, mine = tonumber(ARGV[3]), tonumber(found[3]), tonumber(found[5] or 0)
if limit and mine + wanted > limit then return {'limit', mine, limit} end
local left = tonumber(found[2]) - tonumber(found[4])
if wanted > left then return {'out', math.max(0, left)} end
local record = '0|' .. ARGV[4] .. '|' .. ARGV[3] .. '|' .. ARGV[2]
redis.call('HSET', KEYS[1], field, record)
redis.call('HINCRBY', KEYS[1], 'claimed', wanted)
redis.call('HINCRBY', KEYS[1], 'u:' .. ARGV[2], wanted)
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
keep(ARGV[5])
return {'claim', record}
"""
)

#: hash; token -> record or nil
FIND = "return redis.call('HGET', KEYS[1], 't:' .. ARGV[1])"

#: hash, set; token -> 1 or 0
CONFIRM = """
local field = 't:' .. ARGV[1]
local record = redis.call('HGET', KEYS[1], field)
if not record then return 0 end
redis.call('HSET', KEYS[1], field, '1' .. string.sub(record, 2))
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
"""

#: hash, set; token -> 1 or 0
GIVE_BACK = f"""
local field = 't:' .. ARGV[1]
local record = redis.call('HGET', KEYS[1], field)
if not record then return 0 end
local _, _, quantity, user = string.match(record, {_SPLIT})
redis.call('HDEL', KEYS[1], field)
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[1], 'claimed', -quantity)
if redis.call('HINCRBY', KEYS[1], 'u:' .. user, -quantity) == 0 then redis.call('HDEL', KEYS[1], 'u:' .. user) end
return 1
"""

#: hash -> units
UNCLAIMED = (
    _RUN
    + """
local found = redis.call('HMGET', KEYS[1], 'run', 'stock', 'claimed')
if not run or found[1] ~= run then return 0 end
return math.max(0, tonumber(found[2]) - tonumber(found[3]))
"""
)

#: hash, set; keep, JSON array of [token, record] -> 1, or 0 if the activity is not open
REBUILD = (
    _RUN
    + _KEEP
    + f"""
local stock, limit = unpack(redis.call('HMGET', KEYS[1], 'stock', 'limit'))
if not stock then return 0 end
if not run then return redis.error_reply('ERR INFO server tells no run_id, which claims are based on') end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'stock', stock, 'limit', limit, 'claimed', 0, 'run', run)
for _, claim in ipairs(cjson.decode(ARGV[2])) do
  local token, record = claim[1], claim[2]
  local confirmed, ends, quantity, user = string.match(record, {_SPLIT})
  redis.call('HSET', KEYS[1], 't:' .. token, record)
  redis.call('HINCRBY', KEYS[1], 'claimed', quantity)
  redis.call('HINCRBY', KEYS[1], 'u:' .. user, quantity)
  if confirmed == '0' then redis.call('ZADD', KEYS[2], ends, token) end
end
keep(ARGV[1])
return 1
"""
)

#: hash, set; now, limit -> {0} if nobody opened it, or {1, token, record, token, record, ...}, oldest first
EXPIRED = """
if redis.call('EXISTS', KEYS[1]) == 0 then return {0} end
local answer = {1}
for _, token in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  local record = redis.call('HGET', KEYS[1], 't:' .. token)
  if record then
    answer[#answer + 1] = token
    answer[#answer + 1] = record
  end
end
return answer
"""

#: set of activities; activity -> nothing
REGISTER = "redis.call('SADD', KEYS[1], ARGV[1])"

#: set of activities; activity -> nothing
FORGET = "redis.call('SREM', KEYS[1], ARGV[1])"

#: set of activities -> activities
KNOWN = "return redis.call('SMEMBERS', KEYS[1])"

#: hash -> {value, expires_at, version} or {nil, nil, nil}
GET_TOKEN = "return redis.call('HMGET', KEYS[1], 'value', 'expires_at', 'version')"

# A day after the token has ended by the server's clock, and a day from now at least: the app's clock may be another.
#: hash; value, expires_at, version, expected version -> 1 or 0
SET_TOKEN = """
if tonumber(redis.call('HGET', KEYS[1], 'version') or 0) ~= tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'expires_at', ARGV[2], 'version', ARGV[3])
local rest = math.floor(tonumber(ARGV[2]) / 1000000) - tonumber(redis.call('TIME')[1])
redis.call('EXPIRE', KEYS[1], 86400 + math.max(0, rest))
return 1
"""

#: hash; owner, now, until, seconds to keep -> 1 or 0
TRY_LOCK = """
local held = redis.call('HMGET', KEYS[1], 'owner', 'until')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""

#: hash; owner -> nothing
UNLOCK = "if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then redis.call('DEL', KEYS[1]) end"

# The id of the call lets a client repeat it after a lost answer.
#: hash; call, now, until, seconds to keep -> 1 or 0
REMEMBER = """
local noted = redis.call('HMGET', KEYS[1], 'call', 'until')
if noted[1] and noted[1] ~= ARGV[1] and tonumber(noted[2]) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'call', ARGV[1], 'until', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""
