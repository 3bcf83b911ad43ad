-- Plots as a script uses them.
-- proves: plot.line, plot.hist, plot.image, plot.curves, plot:text, plot:data, plot:add, plot:finish, plot:svg, plot:save
local y = tensor{3, 1, 2}
local p = plot.line(y)
assert(tostring(p) == "line plot: 3 points, x 1 to 3, y 1 to 3", tostring(p))
near(p:data()[1].x, tensor{1, 2, 3})
near(p:data()[1].y, y)

-- One object for all outputs.
local drawn = p:text{columns = 40, rows = 8}
assert(drawn:find("⠤", 1, true) or drawn:find("⠒", 1, true), drawn)
assert(not drawn:find("\27", 1, true) and p:text{color = true}:find("\27[94m", 1, true))
assert(p:svg():find("<svg", 1, true))
local path = os.tmpname()
p:save(path .. ".png")
p:save(path .. ".svg")
assert(images.load(path .. ".png"):size(3) == 800)
os.remove(path) os.remove(path .. ".png") os.remove(path .. ".svg")

-- Series in every form they may have.
local named = plot.line({b = {1, 2}, a = y}, {x = nil})
assert(named:data()[1].label == "a" and named:data()[2].label == "b")
local shared = plot.line({10, 20, 30}, {y, {4, 5, 6}}, {labels = {"one", "two"}})
near(shared:data()[2].x, tensor{10, 20, 30})
assert(shared:data()[2].label == "two")
local over = plot.line({a = y, b = y * 2}, {x = {0, 5, 10}})
near(over:data()[2].x, tensor{0, 5, 10})
local own = plot.line({{x = {1, 2}, y = {3, 4}}, y})
near(own:data()[1].y, tensor{3, 4})
near(plot.line{x = {7, 9}, y = {3, 4}}:data()[1].x, tensor{7, 9})
local losses = {}
for step = 1, 3 do losses[step] = tensor{step}:sum() end
near(plot.line(losses):data()[1].y, tensor{1, 2, 3})
for _, dtype in ipairs{"f64", "f16", "i64", "u8", "bool"} do plot.line(y:to(dtype)) end

local h = plot.hist(tensor{{1, 2}, {2, 5}}, {bins = 4})
near(h:data()[1].y, tensor{1, 2, 0, 1})
near(h:data()[1].x, tensor{1, 2, 3, 4, 5})
assert(tostring(h):find("histogram: 4 bins", 1, true))

local t = tensor{{1, 2, 3}, {4, 5, 6}}
local i = plot.image(t)
near(i:data()[1].z, t)
assert(tostring(i) == "heat map: 2 × 3, colours from 1 to 6", tostring(i))
assert(tostring(plot.image(t, {colormap = "diverging"})):find("from -6 to 6", 1, true))
assert(tostring(plot.image(tensor.rand(3, 4, 5))):find("picture: 4 × 5", 1, true))

local c = plot.curves{every = 1e9, title = "Training"}
for step = 10, 30, 10 do c:add(step, {loss = tensor{1 / step}:sum(), rate = 0.1}) end
c:add{loss = 0.5}
assert(tostring(c) == "curves \"Training\": step 31, loss 0.5, rate 0.1", tostring(c))
near(c:data()[1].x, tensor{10, 20, 30, 31})
assert(c:data()[2].y:numel() == 3)

fails("x and y differ in length: 3 and 2 values", plot.line, y, {1, 2})
fails("got \"no\" at place 2", plot.line, {1, "no"})
fails("there is nothing to draw", plot.line, {})
fails("'bins' must be between 1", plot.hist, y, {bins = 0})
fails("does not grow", p.add, p, {loss = 1})
fails("use plot.line(x, y, {style = \"points\"})", function() return plot.scatter(y, y) end)
fails("it is called save", function() return p:savefig("x.png") end)
