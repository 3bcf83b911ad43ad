import Engine
import LuaHost
import TestSupport
import Testing

/// Bad input from a script and the sentence that answers it.
struct BadScript: CustomTestStringConvertible, Sendable {
  let code: String
  let message: String
  var testDescription: String { code }

  init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }

  static let all = [
    // names and types
    BadScript("tensor.zeroes(2)", "did you mean 'zeros'?"),
    BadScript("tensor{1}:summ()", "did you mean 'sum'?"),
    BadScript("tensor{1}:sum({keepdims = true})", "tensor:sum: has no option 'keepdims'; did you mean 'keepdim'?"),
    BadScript("tensor{1}:matmul(3)", "tensor:matmul: argument 1 ('other') must be a tensor, got 3"),
    BadScript("tensor{1}:gelu({approximate = \"tanhh\"})", "did you mean \"tanh\"?"),
    BadScript("tensor.zeros(2, {dtype = \"f23\"})", "knows no element type \"f23\""),
    BadScript("tensor.zeros(\"two\")", "tensor.zeros: argument 1 ('sizes') must be an integer, got \"two\""),
    BadScript("return tensor{1} + \"x\"", "expected tensors or numbers on both sides, got a tensor and \"x\""),
    BadScript("return tensor{1} < tensor{2}", "use the methods t:lt(u)"),
    BadScript("return 1 <= tensor{2}", "use the methods t:lt(u)"),
    BadScript("local t = tensor{1}; return t.sum()", "call a method with a colon"),
    BadScript("return tensor{1} == tensor{1}", "use t:eq(u) for each element, t:allclose(u) for one answer"),
    BadScript("return tensor{1}.shape[1]", "shape is a method: t:shape()[1]"),
    BadScript("tensor{1}.grad:zero_()", "(field 'grad'); grad is a method: t:grad()"),
    BadScript("nn.relu(tensor{1})", "there is no 'nn.relu'; it is a method: t:relu()"),
    BadScript("nn.nll_loss(1, 2)", "nn.cross_entropy(scores, classes)"),
    BadScript("return tensor({3}, {dtype = 'i64'}) // 0", "//: expected integers other than 0 to divide by, got 0"),
    BadScript("return tensor({3}, {dtype = 'i64'}) % 0", "%: expected integers other than 0 to divide by, got 0"),
    BadScript("return tensor{1}.mean + 1", "mean is a method: t:mean()"),
    BadScript("return tensor.sqrt(tensor{1})", "there is no 'tensor.sqrt'; it is a method: t:sqrt()"),
    BadScript("return 'mean ' .. tensor{1}:mean()", "take the number with :item()"),
    BadScript("return string.format('%f', tensor{1})", "take the number with :item()"),
    BadScript("return tensor([[1, 2], [3, 4]])", "Lua writes lists with braces: {1, 2, 3}"),
    BadScript("return tensor{1}:add(2)", "write t + u (or t:add_(u) to change t)"),
    BadScript("return tensor{1}:clip(0, 1)", "it is called clamp"),
    BadScript("return tensor{1}:concat(2)", "tensor.cat"),
    BadScript("filters.gaussian(tensor.zeros(3, 4, 4), 3)", "options go into a table: {sigma = 3}"),
    // what users of PyTorch and NumPy type first
    BadScript("return tensor{1}.T", "t:t() transposes a matrix"),
    BadScript("return tensor{1}.size()", "call a method with a colon"),
    BadScript("return torch.zeros(2)", "tensors are made by tensor, networks by nn"),
    BadScript("return np.zeros(2)", "tensors are made by tensor"),
    BadScript("plt.plot({1, 2})", "plots are made by plot: plot.line(y)"),
    BadScript("plot.scatter({1}, {2})", "there is no 'plot.scatter'; use plot.line(x, y, {style = \"points\"})"),
    BadScript("return len(tensor{1})", "Lua writes the length of a list or tensor as #t"),
    BadScript("return tensor{1}:numpy()", "a tensor's numbers as a Lua table: t:tolist()"),
    BadScript("return tensor{1}:cuda()", "Atelier computes on the CPU; leave it out"),
    BadScript("return tensor{1}:mm(tensor{1})", "use t:matmul(u)"),
    BadScript("return tensor{1}:dot(tensor{1})", "use t:matmul(u), which is a scalar for two vectors"),
    BadScript("return tensor{1} > 0", "use the methods t:lt(u) t:le(u) t:gt(u) t:ge(u), which also take numbers"),
    BadScript("tensor{1}.requires_grad = true", "a tensor has no field 'requires_grad' to set; ask with"),
    BadScript("nn.Linear(1, 1):backward()", "the loss has backward: loss:backward()"),
    BadScript("local x = tensor{1}; x:zero_grad()", "o:zero_grad() of the optimizer forgets all gradients"),
    BadScript("return nn.Linear(1, 1).train()", "call a method with a colon"),
    BadScript("return 'loss ' + 1", "texts are joined by two dots"),
    BadScript("return tensor{1} & tensor{2}", "expected masks (tensors of bool) on both sides, got a tensor"),
    BadScript("return optim.lr_scheduler.StepLR", "schedules stand in optim itself"),
    BadScript("return nn.Module", "a network is nn.Sequential{…}, or a Lua function over layers"),
    BadScript("return tensor.Tensor(2)", "call the table itself: tensor{{1, 2}, {3, 4}}"),
    BadScript("return tensor.mm(tensor{1}, tensor{1})", "use t:matmul(u)"),
    BadScript("return optim.Adam", "did you mean 'adam'?"),
    BadScript("return optim.clip_grad_norm", "did you mean 'clip_grad_norm_'?"),
    BadScript(
      "local x = tensor{1}:requires_grad_(); local o = optim.lbfgs({x}); o:step()",
      "a step evaluates the loss several times, so it needs a closure"),
    BadScript("tensor.einsum('ij,jk->ik', tensor{{1}}, tensor{1})", "operand 2 has 2 letters, but its tensor is 1"),
    BadScript("tensor.randint(3, 3, {2})", "randint: expected a lower end below the upper one, got 3 and 3"),
    BadScript(
      "tensor.randint(3)", "tensor.randint: argument 2 ('high') must be a list of sizes, such as {2, 3}, got nil"),
    BadScript("atelier.random_state(tensor{1})", "expected i64 [627], got f32 [1]"),
    BadScript("local t = tensor.zeros(2); t[1] = {1, 2}", "copy_: the shape 2 does not fit into scalar"),
    // shapes, one for every family
    BadScript("return tensor.zeros(2, 3) + tensor.zeros(4)", "add: the shapes 2×3 and 4 do not fit together"),
    BadScript("tensor.zeros(2, 3):matmul(tensor.zeros(2, 3))", "matmul: the shapes 2×3 and 2×3 do not fit together"),
    BadScript("tensor.zeros(2, 3):reshape(4, 2)", "reshape: 6 elements of 2×3 do not fill the shape 4×2"),
    BadScript("tensor.cat({tensor.zeros(2), tensor.zeros(2, 2)})", "cat: the shapes 2 and 2×2 (number 2) differ"),
    BadScript("tensor.zeros(2, 3):expand(4, 3)", "expand: the shape 2×3 does not stretch to 4×3"),
    BadScript("tensor.where(tensor{1, 0}, tensor{1, 2, 3}, 0)", "where: the shapes 2 (mask), 3 and scalar"),
    BadScript("tensor.zeros(2):gather(1, tensor{{1}})", "gather: expected an index of 1 axes"),
    BadScript("tensor.zeros(2, 3):sum(3)", "sum: there is no axis 3 in a tensor of 2×3; axes count from 1 to 2"),
    BadScript("tensor{{1, 2}, {3}}", "tensor: expected rows of one length, got one of 1 beside one of 2"),
    BadScript("tensor{{1, 2}, 3}", "tensor: expected numbers at one depth"),
    BadScript(
      "nn.attention(tensor.zeros(2, 3), tensor.zeros(2, 4), tensor.zeros(2, 4))", "attention: expected queries"),
    BadScript(
      "nn.conv2d(tensor.zeros(1, 1, 3, 3), tensor.zeros(1, 1, 1, 1), {padding = \"full\"})",
      "an integer, a pair {vertical, horizontal}, \"same\" or \"valid\""),
    BadScript(
      "nn.conv_transpose2d(tensor.zeros(1, 1, 3, 3), tensor.zeros(1, 1, 3, 3), {padding = \"same\", output_padding = 1})",
      "conv_transpose2d: an output padding does not go with padding = \"same\""),
    BadScript(
      "nn.grid_sample(tensor.zeros(1, 1, 3, 3), tensor.zeros(1, 2))", "grid_sample: expected an input [N, C, H, W]"),
    BadScript("nn.pixel_shuffle(tensor.zeros(3, 2, 2), 2)", "pixel_shuffle: expected channels that 2×2 divides, got 3"),
    BadScript("nn.ReLU():forward(tensor{1})", "call the layer itself: m(x)"),
    BadScript("nn.ReLU()(tensor{1}, tensor{2})", "ReLU: expected one tensor, got 2 arguments"),
    BadScript("nn.ReflectionPad2d{1, 2}", "must be an integer or {left, right, top, bottom}"),
    // positions
    BadScript("return tensor{1, 2}[3]", "there is no position 3 on axis 1 of a tensor of 2"),
    BadScript("return tensor{1, 2}[0]", "there is no position 0; positions and axes count from 1"),
    BadScript("return tensor{1, 2}[{ {2, 5} }]", "index: the range {2, 5} is not within axis 1 of a tensor of 2"),
    BadScript("return tensor{1, 2}:index_select(1, tensor{3})", "there is no position 3 on axis 1 of a tensor of 2"),
    BadScript("tensor.zeros(2):sum(0)", "there is no position 0"),
    // numbers
    BadScript("tensor{1}:softplus({beta = -1})", "option 'beta' must be between"),
    BadScript("tensor{1}:softplus({beta = 0/0})", "got NaN"),
    BadScript("tensor{1}:clamp(2, 1)", "clamp: expected a lower limit that is not above the upper one"),
    BadScript("tensor.zeros(-1)", "zeros: expected sizes of 0 or more, got -1"),
    BadScript("tensor.zeros(2^50)", "does not fit into memory"),
    BadScript("tensor.zeros(2^20, 2^20, 2^20)", "has too many elements to count"),
    BadScript("tensor.zeros(2^62, 2^62)", "has too many elements to count"),
    BadScript("tensor.arange(0, 1, 0)", "expected finite bounds and a step that is not 0"),
    BadScript("atelier.threads(0)", "1 to 1024"),
    // linear algebra and Fourier transforms
    BadScript("return tensor.eye(2):inv()", "it is called inverse: t:inverse()"),
    BadScript("tensor.inv(tensor.zeros(2, 2))", "inverse: the matrix is singular: it has no inverse"),
    BadScript("tensor.det(tensor{{1, 2, 3}, {4, 5, 6}})", "det: expected square matrices [*, n, n], got 2×3"),
    BadScript("tensor.cholesky(-tensor.eye(2))", "cholesky: the matrix is not positive definite"),
    BadScript("tensor.qr(tensor.eye(2), {mode = \"full\"})", "option 'mode' must be one of \"reduced\", \"complete\""),
    BadScript("tensor.svd(tensor{1, 2})", "svd: expected matrices [*, m, n], got 2"),
    BadScript("tensor.ifft2(tensor.zeros(4, 4, 3))", "the last axis holds the real and the imaginary part"),
    BadScript("tensor.fft2(tensor.zeros(4, 4), {norm = \"orto\"})", "did you mean \"ortho\"?"),
    BadScript("tensor.irfft2(tensor.zeros(4, 3, 2), {s = {5, 4}})", "option 's' must be {4, W}"),
    BadScript("tensor.fft(tensor.zeros(4), {dim = 0})", "there is no position 0"),
    // gradients
    BadScript(
      "local x = tensor{1, 2}:requires_grad_(); (x * 2):backward()",
      "expected a tensor of one element (a loss), got one of 2"),
    BadScript("tensor{1}:backward()", "nothing in this tensor's history asked for a gradient"),
    BadScript("tensor{1, dtype = \"i64\"}:requires_grad_()", "expected a floating-point tensor, got i64"),
    BadScript(
      "local x = tensor{1}:requires_grad_(); local a = x * 2; local y = (a * a):sum(); a:add_(1); y:backward()",
      "a value that 'mul' needs for its gradient was changed in place"),
    BadScript(
      "local x = tensor{1}:requires_grad_(); local y = (x * x):sum(); y:backward(); y:backward()",
      "retain_graph = true"),
    BadScript("local x = tensor{1}:requires_grad_(); x:add_(1)", "asks for a gradient, so it must not change"),
    BadScript(
      "tensor.custom{forward = function(x) return 1 end, backward = print}(tensor{1})",
      "tensor.custom: expected one tensor from forward, got 1"),
    BadScript("tensor.custom{forward = print}", "needs the options 'forward' and 'backward'"),
  ]
}

/// Every mistake gets its sentence, names the script's line, and leaves the session alive.
@Suite(.serialized) @MainActor struct MessageTests {
  @Test(.proves("tensor ==", "tensor <", "tensor <="), arguments: BadScript.all)
  func isAnswered(_ script: BadScript) throws {
    let host = try LuaHost(functions: Catalogue.functions(), types: Catalogue.types())
    defer { host.close() }
    switch host.run(script.code, name: "=script") {
    case .failed(let message, _):
      #expect(message.contains(script.message), "got: \(message)")
      #expect(message.contains("script:1:"), "names the line: \(message)")
    case let other: Issue.record("\(script.code) gave \(other)")
    }
    if case .done = host.run("assert((tensor{1} + 1):item() == 2)", name: "=after") {
    } else {
      Issue.record("the session does not go on")
    }
  }
}
