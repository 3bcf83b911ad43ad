-- One filter over 1920 × 1080 × 3 floats: filters.lua NAME. Prints seconds, the median of nine, and nothing else.
local picture = scenes.library{width = 1920, height = 1080}
local work = {
  ["gaussian-2"] = function() return filters.gaussian(picture, {sigma = 2, truncate = 4}) end,
  ["convolve-7"] = function() return filters.convolve(picture, tensor.ones(7, 7), {normalize = true}) end,
  ["kuwahara-anisotropic"] = function() return filters.kuwahara(picture, {mode = "anisotropic"}) end,
}
local run = assert(work[arg[1]], "no such benchmark: " .. tostring(arg[1]))
run()
local seconds = {}
for i = 1, 9 do seconds[i] = atelier.time(run) end
table.sort(seconds)
print(seconds[5])
