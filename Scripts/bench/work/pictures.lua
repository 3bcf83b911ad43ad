-- A picture of 1920 × 1080 read or written: pictures.lua read|write png|jpg FOLDER. Values are floats, as always here.
-- The folder keeps the files for the peer, which reads the same ones.
local measure = require "measure"
local task, ending, folder = arg[1], arg[2], arg[3]
local path = folder .. "/picture." .. ending
local file = io.open(path)
if file then file:close() else images.save(scenes.library{width = 1920, height = 1080}, path) end
local picture = images.load(path)
local function work()
  if task == "read" then images.load(path) else images.save(picture, folder .. "/written." .. ending) end
end
measure(work)
