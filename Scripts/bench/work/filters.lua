-- One filter over 1920 × 1080 × 3 floats: filters.lua NAME.
local measure = require "measure"
local picture = scenes.library{width = 1920, height = 1080}
local work = {
  ["gaussian-2"] = function() return filters.gaussian(picture, {sigma = 2, truncate = 4}) end,
  ["gaussian-10"] = function() return filters.gaussian(picture, {sigma = 10, truncate = 4}) end,
  ["gaussian-40"] = function() return filters.gaussian(picture, {sigma = 40, truncate = 4}) end,
  ["convolve-7"] = function() return filters.convolve(picture, tensor.ones(7, 7), {normalize = true}) end,
  ["flow-xdog"] = function() return filters.flow_xdog(picture) end,
  ["bilateral-9"] = function()
    return filters.bilateral(picture, {diameter = 9, sigma_color = 0.1, sigma_space = 3})
  end,
  ["median-5"] = function() return filters.median(picture, {size = 5}) end,
  ["guided-8"] = function() return filters.guided(picture, {radius = 8, eps = 0.01}) end,
  ["kuwahara-anisotropic"] = function() return filters.kuwahara(picture, {mode = "anisotropic"}) end,
  ["domain-recursive"] = function() return filters.domain_transform(picture) end,
  ["domain-normalized"] = function() return filters.domain_transform(picture, {mode = "normalized"}) end,
  ["detail"] = function() return filters.detail_enhance(picture) end,
  ["pencil"] = function() return filters.pencil_sketch(picture, {mode = "color"}) end,
  ["stylize"] = function() return filters.stylize(picture) end,
}
measure(assert(work[arg[1]], "no such benchmark: " .. tostring(arg[1])))
