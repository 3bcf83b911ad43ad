public import Surface
public import TensorCore

#if canImport(Glibc)
  internal import Glibc
#endif

/// A running average of parameters (exponential moving average), which often makes better pictures than the parameters
/// themselves. Equal to torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn(decay), whose first update copies.
public final class ParameterAverage: Scriptable {
  /// How the decay of update n (from 1) grows to its full value, as in diffusers' EMAModel.
  public enum WarmUp: String, CaseIterable, Sendable {
    /// Full from the second update on.
    case none
    /// At most n / (9 + n).
    case ratio
    /// At most 1 − n^(−2/3).
    case power
  }

  /// The parameters that are followed.
  public let parameters: [Tensor]
  /// How much of the average stays in an update, 0 to 1.
  public let decay: Double
  /// How the decay begins.
  public let warmUp: WarmUp
  /// Updates so far.
  public private(set) var updates = 0
  private var averages: [Tensor]
  /// The trained values while the parameters hold the averages.
  private var trained: [Tensor]?

  /// An average that begins as the parameters are now.
  public init(_ parameters: [Tensor], decay: Double = 0.999, warmUp: WarmUp = .none) throws {
    guard (0...1).contains(decay) else {
      throw EngineError("optim.ema", expected: "a decay from 0 to 1", came: "\(decay)")
    }
    guard !parameters.isEmpty else { throw EngineError("optim.ema", "got no parameters to follow") }
    self.parameters = parameters.eachOnce
    (self.decay, self.warmUp) = (decay, warmUp)
    averages = try Autograd.noGradient { try parameters.eachOnce.map { try $0.copy() } }
  }

  /// Takes the parameters as they are now into the average.
  public func update() throws {
    guard trained == nil else {
      throw EngineError("ema:update", "the parameters hold the averages now", advice: "call e:restore() first")
    }
    try Interrupt.check()
    let weight = 1 - (updates == 0 ? 0 : currentDecay(Double(updates)))
    try Autograd.noGradient {
      for (average, parameter) in zip(averages, parameters) {
        if updates == 0 { try average.copy_(parameter) } else { average.lerp_(parameter, weight) }
      }
    }
    updates += 1
  }

  /// The decay after a number of updates.
  private func currentDecay(_ done: Double) -> Double {
    switch warmUp {
    case .none: decay
    case .ratio: min(decay, (1 + done) / (10 + done))
    case .power: min(decay, 1 - pow(1 + done, -2 / 3))
    }
  }

  /// Puts the averages into the parameters (and keeps the trained values for `restore`).
  public func copyToParameters() throws {
    guard trained == nil else { return }
    try Autograd.noGradient {
      trained = try parameters.map { try $0.copy() }
      for (average, parameter) in zip(averages, parameters) { try parameter.copy_(average) }
    }
  }

  /// Puts the trained values back into the parameters.
  public func restore() throws {
    guard let values = trained else {
      throw EngineError("ema:restore", "the parameters hold their trained values", advice: "e:copy_to() comes first")
    }
    try Autograd.noGradient { for (value, parameter) in zip(values, parameters) { try parameter.copy_(value) } }
    trained = nil
  }

  /// `n_averaged` (updates so far) and `average.1`, `average.2`, … in the parameters' order; they share memory.
  public func stateDict() throws -> [NamedTensor] {
    [("n_averaged", try Tensor(integers: [updates], []))]
      + averages.enumerated().map { ("average.\($0 + 1)", $1) }
  }

  /// Takes over (copies) what `stateDict` gave. Nothing is changed unless everything fits.
  public func load(_ state: [NamedTensor]) throws {
    let reader = StateReader(state, for: "ema:load_state_dict")
    let count = try reader.count("n_averaged")
    guard reader.names.count == parameters.count + 1 else {
      throw reader.misfit("it holds \(reader.names.count - 1) averages for \(parameters.count) parameters")
    }
    averages = try parameters.enumerated().map { try reader.copy("average.\($0 + 1)", $1.shape, $1.dtype) }
    updates = count
  }

  /// What a script may do with averages.
  public static var scriptType: ScriptType { AverageEntries.type }
  /// Bytes of the averages.
  public var nativeBytes: Int { averages.reduce(256) { $0 + $1.count * $1.dtype.size } }
  /// One line.
  public func display() -> String {
    "EMA(\(parameters.count) tensors, decay=\(Python.text(decay)), \(updates) updates)"
  }
}
