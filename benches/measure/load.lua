-- For wrk: sends the lines of the file BODIES in turn. Where a line says @NEW@, a name takes its place that starts with
-- RUN and has not been there before.
local bodies, prefix = {}, os.getenv("RUN")
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
local makes_names = bodies[1]:find("@NEW@", 1, true) ~= nil
local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
local ready, count = {}, 0

function init()
  if not makes_names then
    for number, body in ipairs(bodies) do ready[number] = wrk.format("POST", nil, headers, body) end
  end
end

function request()
  local number = count % #bodies + 1
  count = count + 1
  if makes_names then
    return wrk.format("POST", nil, headers, (bodies[number]:gsub("@NEW@", prefix .. count)))
  end
  return ready[number]
end

function done(summary, latency)
  local errors = summary.errors
  io.write("\nDONE ", table.concat({
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50), latency:percentile(99),
  }, " "), "\n")
end
