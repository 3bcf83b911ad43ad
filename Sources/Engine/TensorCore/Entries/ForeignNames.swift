/// What users of PyTorch, NumPy and other Lua libraries type first, and what it is called here.
enum ForeignNames {
  /// Answers by the name that a tensor lacks.
  static var answers: [String: String] {
    let all = shapes.merging(types) { $1 }.merging(operators) { $1 }.merging(products) { $1 }
    return all.merging(gradients) { $1 }
  }

  /// Modules and functions of other languages that a script calls as globals, and what the engine has instead.
  static let globals = [
    "torch": engine, "np": engine, "numpy": engine, "tf": engine,
    "F": "functions like those of torch.nn.functional stand in nn: nn.mse_loss(a, b)",
    "plt": "plots are made by plot: plot.line(y), plot.hist(x), plot.image(t)",
    "Image": "images.load(path) reads a picture", "cv2": "images.load(path) reads a picture",
    "len": "Lua writes the length of a list or tensor as #t",
    "tensor.tensor": "call the table itself: tensor{{1, 2}, {3, 4}}",
    "tensor.Tensor": "call the table itself: tensor{{1, 2}, {3, 4}}",
    "tensor.FloatTensor": "call the table itself: tensor{{1, 2}, {3, 4}}",
    "tensor.array": "call the table itself: tensor{{1, 2}, {3, 4}}", "tensor.empty": "use tensor.zeros(2, 3)",
    "tensor.manual_seed": "use atelier.seed(1)", "tensor.float32": "element types are texts: t:to(\"f32\")",
    "tensor.load": "use checkpoints.load(path)", "tensor.save": "use checkpoints.save({name = t}, path)",
    "max": "use math.max(a, b), or t:max() for a tensor", "min": "use math.min(a, b), or t:min() for a tensor",
    "abs": "use math.abs(x), or t:abs() for a tensor", "sum": "a tensor's sum is t:sum()",
  ]

  private static let engine =
    "tensors are made by tensor, networks by nn, optimisers by optim: tensor.zeros(2, 3)"

  private static let shapes = [
    "T": "t:t() transposes a matrix, t:transpose(1, 2) any two axes",
    "mT": "t:transpose(-1, -2) exchanges the last two axes",
    "dims": "use t:dim() for the number of axes, t:shape() for sizes",
    "ndim": "use t:dim()", "ndimension": "use t:dim()", "rank": "use t:dim()", "nElement": "use t:numel()",
    "len": "use #t or t:size(1)", "length": "use #t or t:size(1)", "ravel": "use t:flatten()",
    "swapaxes": "use t:transpose(1, 2)", "swapdims": "use t:transpose(1, 2)",
    "movedim": "name all axes in their new order: t:permute(2, 3, 1)",
    "tile": "use t:repeat_(2, 1)", "repeat": "repeat is a word of Lua: use t:repeat_(2, 1)",
    "view_as": "use t:reshape(u:shape())", "reshape_as": "use t:reshape(u:shape())",
    "expand_as": "use t:expand(u:shape())", "resize": "use t:reshape(…); pictures: images.resize(t, {width = 256})",
    "concat": "tensors are joined by tensor.cat({t, u}, 1)",
    "concatenate": "tensors are joined by tensor.cat({t, u}, 1)",
    "append": "tensors have a fixed size; tensor.cat({t, u}, 1) joins two",
  ]

  private static let types = [
    "numpy": "a tensor's numbers as a Lua table: t:tolist()", "tolua": "use t:tolist()", "totable": "use t:tolist()",
    "astype": "use t:to(\"i64\")", "type": "ask with t:dtype(), convert with t:to(\"f64\")",
    "float": "use t:to(\"f32\")", "long": "use t:to(\"i64\")", "double": "use t:to(\"f64\")",
    "int": "use t:to(\"i32\")", "byte": "use t:to(\"u8\")", "bool": "use t:to(\"bool\")", "half": "use t:to(\"f16\")",
    "bfloat16": "use t:to(\"bf16\")", "cuda": "Atelier computes on the CPU; leave it out",
    "cpu": "Atelier computes on the CPU; leave it out", "device": "Atelier computes on the CPU; leave it out",
    "copy": "it is called clone: t:clone()",
  ]

  private static let operators = [
    "add": "write t + u (or t:add_(u) to change t)", "sub": "write t - u (or t:sub_(u) to change t)",
    "mul": "write t * u (or t:mul_(u) to change t)", "div": "write t / u (or t:div_(u) to change t)",
    "mod": "write t % u", "fmod": "write t % u", "negative": "write -t",
    "clip": "it is called clamp: t:clamp(0, 1)", "greater": "it is called gt: t:gt(u)",
    "less": "it is called lt: t:lt(u)",
    "equal": "use t:eq(u) for each element, t:allclose(u) for one answer",
    "isclose": "use t:allclose(u), one answer for all elements", "absolute": "it is called abs: t:abs()",
    "pow_": "write t = t ^ 2, or t:copy_(t ^ 2)", "amax": "it is called max: t:max({1, 2})",
    "amin": "it is called min: t:min({1, 2})", "avg": "it is called mean: t:mean()",
    "average": "it is called mean: t:mean()",
  ]

  private static let products = [
    "mm": "use t:matmul(u)", "bmm": "use t:matmul(u)", "mv": "use t:matmul(u)", "addmm": "write b + t:matmul(u)",
    "dot": "use t:matmul(u), which is a scalar for two vectors", "inner": "use t:matmul(u)", "ger": "use t:outer(u)",
    "einsum": "use tensor.einsum(\"ij,jk->ik\", t, u)", "inv": "it is called inverse: t:inverse()",
    "solve": "use tensor.solve(t, b)", "eigh": "use tensor.eigh(t)", "slogdet": "use tensor.slogdet(t)",
    "logdet": "tensor.slogdet(t) gives the sign and the logarithm", "fft": "use tensor.fft(t) or tensor.fft2(t)",
  ]

  private static let gradients = [
    "requires_grad": "ask with t:requires_grad(), set with t:requires_grad_()", "grad": "call it: t:grad()",
    "data": "use t:detach(), which shares the elements; to change them: tensor.no_grad(function() t:mul_(2) end)",
    "zero_grad": "o:zero_grad() of the optimizer forgets all gradients, t:zero_grad_() this tensor's",
    "backwards": "it is called backward: loss:backward()", "detach_": "use t = t:detach()",
    "retain_grad": "tensor.grad(loss, {t})[1] gives the gradient of any tensor",
    "step": "the optimizer has step: o:step()",
  ]
}
