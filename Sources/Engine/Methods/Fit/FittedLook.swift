internal import Classic
internal import Surface
package import TensorCore

/// The numbers that a fit changes, free of bounds, and the chain of filters that they stand for:
/// a smoothing chain mixed in, a Gaussian blur, ink lines, a tone curve, color, grain.
package struct FittedLook {
  /// Smoothing, blur, lines, grain and grain size before their bounds.
  let shape: Tensor
  /// The curve's first value, then what each piece rises before its bound.
  let tone: Tensor
  /// As `Filters.recolored` takes them.
  let color: Tensor

  /// Pieces of the tone curve.
  static let pieces = 5

  /// Values from which a fit starts: a little of everything, tone and color as they are.
  package init() throws {
    shape = try Tensor([0, -1, -2, -1, -0.5], [5])
    tone = try Tensor([0] + [Float](repeating: 0.2, count: FittedLook.pieces), [FittedLook.pieces + 1])
    color = try Tensor([1, 1, 0, 0, 0], [5])
    for values in [shape, tone, color] { try values.setRequiresGradient() }
  }

  private func value(_ place: Int) throws -> Tensor { try shape.narrow(0, place, 1) }

  /// How much of the smoothed picture is mixed in, 0 to 1.
  var smoothing: Tensor { get throws { try value(0).sigmoid() } }
  /// Standard deviation of the blur, pixels, from 0.2.
  var blur: Tensor { get throws { try value(1).softplus() + 0.2 } }
  /// How much of the ink is laid over, 0 to 1.
  var lines: Tensor { get throws { try value(2).sigmoid() } }
  /// Standard deviation of the grain, 0 to 0.06: what a painting has beyond that is strokes, which no grain can stand for.
  var grain: Tensor { get throws { try value(3).sigmoid() * 0.06 } }
  /// How soft the grain is, pixels, from 0.2.
  var grainSize: Tensor { get throws { try value(4).softplus() + 0.2 } }
  /// The tone curve at evenly spaced levels; it never falls.
  var curve: Tensor {
    get throws {
      let first = try tone.narrow(0, 0, 1), rises = try tone.narrow(0, 1, FittedLook.pieces).softplus(beta: 20)
      return try Tensor.cat([first, first + rises.cumsum(0)], 0)
    }
  }

  /// How ink lines are drawn: the dark side of edges only.
  private static let ink = (sigma: 1.0, tau: 0.98, epsilon: 0.0, phi: 60.0)
  private static var inkSettings: Filters.XDoG {
    var settings = Filters.XDoG()
    (settings.sigma, settings.form) = (ink.sigma, .difference(tau: ink.tau))
    (settings.epsilon, settings.phi) = (ink.epsilon, ink.phi)
    return settings
  }

  /// The look of a batch of pictures; the same operations as the filters of `chain`, with gradients for all numbers.
  /// smoothed: the pictures under the smoothing chain; noise: white, N×1×H×W.
  package func callAsFunction(_ pictures: Tensor, smoothed: Tensor, noise: Tensor) throws -> Tensor {
    var x = try pictures + (smoothed - pictures) * smoothing
    x = try Filters.gaussian(x, sigma: blur)
    x = try x * (1 - lines * (1 - Filters.xdog(x, FittedLook.inkSettings)))
    x = try Filters.recolored(Filters.toned(x, knots: curve), color)
    let size = try grainSize
    return try x + Filters.gaussian(noise, sigma: size) * (grain / Filters.noiseLeft(sigma: size))
  }

  /// The filters with these numbers. `smoothing` is the step that smooths.
  package func chain(smoothing step: FilterChain.Step, name: String, seed: Int) throws -> FilterChain {
    func number(_ value: Tensor) throws -> Value { .number(try value.detached().item()) }
    let curve = Value.table(Table(list: try self.curve.doubles().map { .number($0) }))
    let color = try self.color.doubles().map { Value.number($0) }
    var first = step
    first.scope.strength = try smoothing.detached().item()
    let line = FittedLook.ink
    var ink = try filter(
      "xdog",
      [
        ("sigma", .number(line.sigma)), ("tau", .number(line.tau)), ("epsilon", .number(line.epsilon)),
        ("phi", .number(line.phi)),
      ])
    ink.blend = .multiply
    ink.scope.strength = try lines.detached().item()
    let names = ["scale_cb", "scale_cr", "mix", "shift_cb", "shift_cr"]
    let chroma = Array(zip(names, color))
    let grains = [("amount", try number(grain)), ("size", try number(grainSize))]
    let steps = [
      first, try filter("gaussian", [("sigma", try number(blur))]), ink, try filter("tone_curve", [("curve", curve)]),
      try filter("chroma", chroma), try filter("grain", grains + [("seed", .integer(seed))]),
    ]
    let parameters: [(String, Value)] =
      [
        ("smoothing", .number(first.scope.strength)), ("blur", try number(blur)),
        ("lines", .number(ink.scope.strength)),
      ]
      + [("curve", curve)] + chroma + [("grain", grains[0].1), ("grain_size", grains[1].1)]
    return try FilterChain(name: name, steps, parameters: parameters)
  }

  private func filter(_ name: String, _ options: [(key: String, value: Value)]) throws -> FilterChain.Step {
    let function = FilterEntries.all().first { $0.name == name }!
    let call = try FilterCall(function, [], options)
    try call.check()
    return FilterChain.Step(.filter(function, arguments: [], options: call.options))
  }
}
