public import Surface
public import TensorCore

/// What a script holds of a layer: the layer, whether it trains, its hooks.
public final class LayerObject: Scriptable {
  /// The layer itself.
  public let layer: any Layer
  /// Whether dropout drops and batch normalisation uses the batch's statistics.
  public private(set) var isTraining = true
  private var hooks: [any Callable] = []

  /// Wraps a layer.
  public init(_ layer: any Layer) { self.layer = layer }

  public static var scriptType: ScriptType { LayerEntries.type }

  /// Bytes of all parameters and buffers.
  public var nativeBytes: Int { boxes().reduce(0) { $0 + $1.tensor.count * $1.tensor.dtype.size } + 256 }

  /// The layers inside, by the names they have in `state_dict`.
  public var children: [(name: String, layer: LayerObject)] { layer.children }

  /// The result for an input; hooks of this layer run after it.
  /// - Parameter conditions: what a `ConditionedLayer` takes beside its input.
  public func callAsFunction(_ x: Tensor, _ conditions: Tensor...) throws -> Tensor { try self(x, conditions) }

  /// The same, with the conditions as a list.
  public func callAsFunction(_ x: Tensor, _ conditions: [Tensor]) throws -> Tensor {
    var y = try Profile.measure(layer.kind) {
      if conditions.isEmpty { return try layer(x, training: isTraining) }
      let conditioned = try conditioned()
      return try conditioned(x, conditions, training: isTraining)
    }
    for hook in hooks {
      let result = try hook.call([.object(self), .object(x), .object(y)])
      guard let first = result.first else { continue }
      switch first {
      case .none: continue
      case .object(let object as Tensor): y = object
      default:
        throw EngineError("on_forward", expected: "a tensor or nothing from the hook", came: first.brief)
      }
    }
    return y
  }

  /// Training or not, for this layer and all inside.
  public func setTraining(_ training: Bool) {
    isTraining = training
    for child in children { child.layer.setTraining(training) }
  }

  /// Adds a function called after each forward pass as `hook(layer, input, output)`; a tensor it returns takes the
  /// output's place.
  public func addHook(_ hook: any Callable) { hooks.append(hook) }

  /// Whether a hook waits for this layer.
  public var hasHooks: Bool { !hooks.isEmpty }

  /// Takes all hooks away.
  public func removeHooks() { hooks = [] }

  /// The layer inside under a dotted name (`2.0`); the empty name is this layer.
  public func descendant(_ path: String) throws -> LayerObject {
    var layer = self
    for part in path.split(separator: ".", omittingEmptySubsequences: false) where !path.isEmpty {
      guard let child = layer.children.first(where: { $0.name == part }) else {
        throw EngineError(
          "layer", "there is no layer '\(path)' in this \(self.layer.kind)",
          advice: Suggestion.advice(for: path, in: layers().map(\.name).filter { !$0.isEmpty }))
      }
      layer = child.layer
    }
    return layer
  }

  /// This layer and all inside with their dotted names, outer before inner.
  public func layers(_ prefix: String = "") -> [(name: String, layer: LayerObject)] {
    let dot = prefix.isEmpty ? "" : prefix + "."
    return [(prefix, self)] + children.flatMap { $0.layer.layers(dot + $0.name) }
  }
}

// MARK: - Parameters and their values

/// What `load_state_dict` found.
public struct LoadReport {
  /// How many tensors were loaded.
  public var matched = 0
  /// Names the layer has and the table lacks, and the other way round.
  public var missing: [String] = [], unexpected: [String] = []
}

extension LayerObject {
  /// Parameters and, on request, buffers by their names in `state_dict`, in PyTorch's order.
  public func named(buffers: Bool = false) -> [NamedParameter] {
    layers().flatMap { path, object in
      let dot = path.isEmpty ? "" : path + "."
      let own = object.layer.parameters + (buffers ? object.layer.buffers : [])
      return own.map { (dot + $0.name, $0.box) }
    }
  }

  /// All boxes, each once even where layers share it.
  private func boxes() -> [Parameter] {
    var seen = Set<ObjectIdentifier>()
    return named(buffers: true).map(\.box).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// The tensors that are trained, each once.
  public func parameters() -> [Tensor] {
    var seen = Set<ObjectIdentifier>()
    return named().map(\.box.tensor).filter { seen.insert(ObjectIdentifier($0)).inserted }
  }

  /// The values by name, without history; they share memory with the layer.
  public func stateDict() -> [(name: String, tensor: Tensor)] {
    named(buffers: true).map { ($0.name, $0.box.tensor.detached()) }
  }

  /// Copies values into parameters and buffers. Nothing is changed unless everything fits.
  /// - Parameter strict: whether missing and unexpected names are errors.
  public func load(_ state: [(name: String, tensor: Tensor)], strict: Bool = true) throws -> LoadReport {
    let values = Dictionary(state.map { ($0.name, $0.tensor) }) { _, last in last }
    let mine = named(buffers: true)
    let names = Set(mine.map(\.name))
    var report = LoadReport()
    report.unexpected = state.map(\.name).filter { !names.contains($0) }.sorted()
    var matches: [(box: Parameter, value: Tensor)] = []
    var misfits: [String] = []
    for (name, box) in mine {
      guard let value = values[name] else {
        report.missing.append(name)
        continue
      }
      if value.shape != box.tensor.shape {
        misfits.append(
          "'\(name)' has the shape \(box.tensor.shape.shapeText), the value for it \(value.shape.shapeText)")
      }
      matches.append((box, value))
    }
    try report.check(misfits, matched: matches.count, strict: strict, own: mine.count)
    for (box, value) in matches { try box.load(value) }
    report.matched = matches.count
    return report
  }
}

extension LoadReport {
  /// Throws when the values do not fit: one sentence with all that is wrong.
  fileprivate func check(_ misfits: [String], matched: Int, strict: Bool, own: Int) throws {
    func list(_ names: [String]) -> String {
      names.isEmpty
        ? "nothing"
        : names.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
          + (names.count > 6 ? " and \(names.count - 6) more" : "")
    }
    var problems = misfits
    if strict, !missing.isEmpty { problems.append("missing: \(list(missing))") }
    if strict, !unexpected.isEmpty { problems.append("unexpected: \(list(unexpected))") }
    if matched == 0, own > 0 {
      problems = ["no name matches: the layer has \(list(missing)), the table \(list(unexpected))"]
    }
    if problems.isEmpty { return }
    throw EngineError("load_state_dict", problems.prefix(6).joined(separator: "; "))
  }
}

// MARK: - Printing

extension LayerObject {
  /// As PyTorch prints it: `Linear(in_features=2, out_features=3, bias=True)`, containers over several lines.
  public func display() -> String {
    var parts = children.map { (name: $0.name, text: $0.layer.display()) }
    if let sequence = layer as? Sequential {
      parts = sequence.parts.enumerated().map { index, part in
        if case .layer(let object) = part { return ("\(index)", object.display()) }
        return ("\(index)", "function")
      }
    }
    if parts.isEmpty { return "\(layer.kind)(\(layer.details))" }
    let lines = parts.map { "  (\($0.name)): " + $0.text.split(separator: "\n").joined(separator: "\n  ") }
    return "\(layer.kind)(\n" + lines.joined(separator: "\n") + "\n)"
  }
}
