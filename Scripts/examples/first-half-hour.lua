-- The first half hour: tensors, gradients, and a network that tells shapes apart.
--   atelier run Scripts/examples/first-half-hour.lua [SHEET.png]
-- Read it from top to bottom beside what it prints.
atelier.seed(1)

-- 1. Tensors --------------------------------------------------------------------------------------------------------
-- A tensor is an array of numbers with any number of axes. Positions count from 1.
local a = tensor{{1, 2, 3}, {4, 5, 6}}
print("a has the shape " .. table.concat(a:shape(), " × "))
print(a)
print("its second row:", a[2])
print("its last column:", a[{ {}, -1 }])

-- Arithmetic goes element by element; a smaller tensor is stretched to fit (broadcasting).
print("a * 10 + {1, 2, 3}:", a * 10 + tensor{1, 2, 3})
print("column sums:", a:sum(1), "mean of everything:", a:mean():item())
print("a times its transpose:", a:matmul(a:t()))
print("where a is above 3:", a[a:gt(3)])

-- 2. Gradients ------------------------------------------------------------------------------------------------------
-- A tensor that asks for its gradient remembers what is computed from it. backward() walks the way back.
local x = tensor{2}:requires_grad_()
local y = x ^ 3 + 2 * x
y:backward()
print("d(x³ + 2x)/dx at 2 is", x:grad():item())
assert(x:grad():item() == 3 * 2 ^ 2 + 2)

-- That is all it takes to fit a line: guess, measure the error, step against the gradient, again.
local xs = tensor.linspace(-1, 1, 50)
local ys = 3 * xs - 1 + 0.1 * tensor.randn(50)
local slope, offset = tensor{0}:requires_grad_(), tensor{0}:requires_grad_()
for step = 1, 100 do
  local loss = (slope * xs + offset - ys):square():mean()
  slope:zero_grad_()
  offset:zero_grad_()
  loss:backward()
  tensor.no_grad(function() -- the step itself must not be remembered
    slope:sub_(0.3 * slope:grad())
    offset:sub_(0.3 * offset:grad())
  end)
end
print(string.format("the points lie on y = %.2f x + %.2f", slope:item(), offset:item()))
assert(math.abs(slope:item() - 3) < 0.1 and math.abs(offset:item() + 1) < 0.1)

-- 3. Pictures to learn from -----------------------------------------------------------------------------------------
-- Four kinds of shapes in any place, size and colour, with noise over them. A picture is a tensor 3 × height × width;
-- a batch of n pictures has one more axis in front.
local names, size = {"circle", "square", "triangle", "stripes"}, 24

local function draw(n)
  local function any(lo, hi) return tensor.rand(n, 1, 1) * (hi - lo) + lo end
  local v, u = tensor.meshgrid{tensor.linspace(-1, 1, size), tensor.linspace(-1, 1, size)}
  u, v = u - any(-0.3, 0.3), v - any(-0.3, 0.3) -- [n, size, size]: where each pixel lies, seen from the shape's middle
  local radius, angle = any(0.4, 0.65), any(0, math.pi)

  -- How far inside each shape a pixel lies; above 0 is inside.
  local circle = radius - (u ^ 2 + v ^ 2):sqrt()
  local square = radius - u:abs():maximum(v:abs())
  local triangle = (radius - v):minimum((v + radius) / 2 - u:abs())
  local stripes = ((u * angle:cos() + v * angle:sin()) * 9):sin() * 0.2

  local kinds = tensor.randint(1, #names + 1, {n}) -- which shape each picture shows: 1 to 4
  local all = tensor.stack({circle, square, triangle, stripes}, 2)
  local inside = all:gather(2, kinds:reshape(n, 1, 1, 1):expand(n, 1, size, size))
  local shape = (inside * size / 2 + 0.5):clamp(0, 1) -- [n, 1, size, size], with soft edges

  local ink, paper = tensor.rand(n, 3, 1, 1) * 0.5, tensor.rand(n, 3, 1, 1) * 0.5 + 0.5
  local pictures = paper + (ink - paper) * shape + 0.08 * tensor.randn(n, 3, size, size)
  return pictures:clamp(0, 1), kinds
end

local pictures, kinds = draw(1600)
local unseen, answers = draw(400) -- never trained on: only these tell what was learned

-- 4. The network ----------------------------------------------------------------------------------------------------
-- Three convolutions look at ever larger parts of the picture; the last layer turns what they found into four scores.
local net = nn.Sequential{
  nn.Conv2d(3, 16, 3, {stride = 2, padding = 1}), nn.ReLU(),
  nn.Conv2d(16, 32, 3, {stride = 2, padding = 1}), nn.ReLU(),
  nn.Conv2d(32, 32, 3, {stride = 2, padding = 1}), nn.ReLU(),
  nn.Flatten(), nn.Linear(32 * 3 * 3, #names),
}
print(net)
print(net:count() .. " numbers to learn")

local function accuracy(x, wanted)
  return tensor.no_grad(function() return net(x):argmax(2):eq(wanted):to("f32"):mean():item() end)
end
print(string.format("before training it is right in %.0f %% of the cases", 100 * accuracy(unseen, answers)))

-- 5. Training -------------------------------------------------------------------------------------------------------
-- Again: measure the error, go back, step. Now in batches, in a new order each round, and Adam does the steps.
local rounds, batch = 12, 50
local steps = rounds * #pictures // batch
local adam = optim.adam(net, {lr = optim.cosine_annealing_lr{lr = 4e-3, t_max = steps}})
for round = 1, rounds do
  local total = 0
  for _, chosen in ipairs(tensor.randperm(#pictures):split(batch)) do
    local loss = nn.cross_entropy(net(pictures[chosen]), kinds[chosen])
    adam:zero_grad()
    loss:backward()
    adam:step()
    total = total + loss:item() * #chosen
  end
  if round % 3 == 0 then
    print(string.format(
      "round %2d: loss %.3f, right in %.1f %% of unseen pictures", round, total / #pictures,
      100 * accuracy(unseen, answers)))
  end
end

-- 6. What it learned ------------------------------------------------------------------------------------------------
local guesses = tensor.no_grad(function() return net(unseen):argmax(2) end)
for kind, name in ipairs(names) do
  local right = guesses[answers:eq(kind)]:eq(kind):sum():item()
  print(string.format("%-8s  %d of %d", name, right, answers:eq(kind):sum():item()))
end

local result = accuracy(unseen, answers)
print(string.format("%.1f %% of the unseen pictures are named rightly", 100 * result))
assert(result > 0.95)

local shown, labels = {}, {}
for i = 1, 12 do
  shown[i], labels[i] = images.resize(unseen[i], {width = 96, height = 96, mode = "nearest"}), names[guesses[i]:item()]
end
local sheet = arg and arg[1] or "first-half-hour.png"
images.save(images.grid(shown, {columns = 4, labels = labels}), sheet)
print("twelve of them, as the network names them: " .. sheet)
