-- Processor time on one thread that showing a preview of 512 × 512 takes at a terminal (converting, encoding, writing):
-- the median of nine.
-- ATELIER_IMAGES=kitty script -qfc 'stty cols 200 rows 100; atelier run Scripts/benchmarks/show.lua' FILE
atelier.threads(1)
local img = scenes.library{width = 512, height = 512}
local times = {}
for i = 1, 10 do
  local start = os.clock()
  show(img)
  times[i] = os.clock() - start
end
table.remove(times, 1)
table.sort(times)
io.stderr:write(string.format("%.1f ms\n", times[5] * 1000))
