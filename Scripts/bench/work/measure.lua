-- What every workload of this folder ends with: measure(work) runs it and prints one line of JSON for
-- Scripts/bench/run: seconds of the first call (compilation and fresh memory are in it), of each further call, and the
-- peak of resident memory in bytes; and `ratio` where the work has one to tell. BENCH_SECONDS says for about how long,
-- BENCH_THREADS on how many threads.
local budget = tonumber(os.getenv("BENCH_SECONDS")) or 1
local threads = tonumber(os.getenv("BENCH_THREADS"))
if threads then atelier.threads(threads) end

local function peak()
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^VmHWM:%s*(%d+)")
    if kilobytes then return tonumber(kilobytes) * 1024 end
  end
  return 0
end

return function(work, found)
  local first = atelier.time(work)
  local seconds, total = {}, 0
  repeat
    collectgarbage() -- Python frees results at once; else every call here would pay for fresh memory
    local time = atelier.time(work)
    seconds[#seconds + 1], total = time, total + time
  until total >= budget or #seconds == 50
  local ratio = found and (', "ratio": %.4f'):format(found.ratio) or ""
  print(('{"first": %.9f, "seconds": [%s], "peak_rss": %d%s}'):format(
    first, table.concat(seconds, ", "), peak(), ratio))
end
