internal import CLuaBridge
public import Surface

/// What a value of the script is, found without running anything of the script.
public enum Sight {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  /// The text's beginning, and its length in bytes.
  case string(String, bytes: Int)
  /// `length` is the raw length.
  case table(length: Int)
  /// One of the engine's own tables.
  case module(String)
  case object(any Scriptable)
  /// A function of the engine.
  case entry(Function)
  /// A function of the script, with its chunk's name as Lua keeps it (`=prompt`, `@file.lua`) and its lines.
  case closure(source: String, lines: ClosedRange<Int>)
  /// A function of Lua's own library.
  case builtin
  /// A thread, a file, a closed object.
  case other

  init(_ sight: atl_sight) {
    switch Int(sight.tag) {
    case ATL_NIL: self = .none
    case ATL_BOOL: self = .bool(sight.integer != 0)
    case ATL_INTEGER: self = .integer(Int(sight.integer))
    case ATL_NUMBER: self = .number(sight.number)
    case ATL_STRING:
      let start = UnsafeRawBufferPointer(start: sight.text, count: min(sight.length, 60))
      self = .string(String(decoding: start, as: UTF8.self), bytes: sight.length)
    case ATL_TABLE: self = sight.module.map { .module(String(cString: $0)) } ?? .table(length: Int(sight.integer))
    case ATL_FUNCTION:
      if let function = sight.function {
        self = .entry(Unmanaged<Function>.fromOpaque(function).takeUnretainedValue())
      } else if let source = sight.source {
        let first = Int(sight.first_line)
        self = .closure(source: String(cString: source), lines: first...max(first, Int(sight.last_line)))
      } else {
        self = .builtin
      }
    case ATL_OBJECT:
      self = withUnsafeTemporaryAllocation(of: (any Scriptable).self, capacity: 1) { slot in
        withUnsafeBytes(of: sight.object) {
          UnsafeMutableRawPointer(slot.baseAddress!).copyMemory(from: $0.baseAddress!, byteCount: 16)
        }
        return .object(slot[0])
      }
    default: self = .other
    }
  }
}

/// One step of a path through tables: `.name`, `["name"]`, `[3]`.
public enum SightStep: Equatable {
  case name(String)
  case position(Int)
}

/// Which keys are shown.
public enum KeyFilter {
  /// Those that begin with a text.
  case prefix(String)
  /// Those that contain a text, in letters of either case.
  case inside(String)
}

extension LuaHost {
  /// A clock for deadlines, in nanoseconds.
  public static var clock: Int { Int(atl_clock()) }

  /// The value at a path; the first name is looked up among the cells' variables, then among the globals. No metamethod and
  /// nothing else of the script runs; tables behind `__index` are followed.
  public func sight(_ path: [SightStep]) -> Sight {
    final class Found { var sight = Sight.none }
    let found = Found()
    LuaHost.withSteps(path) { steps in
      _ = atl_see(pointer, steps.baseAddress, Int32(steps.count), Unmanaged.passUnretained(found).toOpaque()) {
        context, _, _, sight in
        Unmanaged<Found>.fromOpaque(context!).takeUnretainedValue().sight = Sight(sight!.pointee)
        return true
      }
    }
    return found.sight
  }

  /// Names in the value at a path (no steps: variables of cells and globals), and what stands under them. Stops at
  /// `deadline` (see `clock`) and after `most` names. Names that are no UTF-8 are left out.
  public func names(in path: [SightStep], _ filter: KeyFilter, deadline: Int, most: Int = 10_000) -> [(
    name: String, sight: Sight
  )] {
    final class Found { var list: [(name: String, sight: Sight)] = [] }
    let found = Found()
    var (text, mode) = ("", ATL_PREFIX)
    switch filter {
    case .prefix(let prefix): text = prefix
    case .inside(let part): (text, mode) = (part, ATL_INSIDE)
    }
    LuaHost.withSteps(path) { steps in
      text.withUTF8 { filter in
        filter.withMemoryRebound(to: CChar.self) { filter in
          _ = atl_see_keys(
            pointer, steps.baseAddress, Int32(steps.count), filter.baseAddress, filter.count, Int32(mode),
            Int64(deadline), Int32(clamping: most), Unmanaged.passUnretained(found).toOpaque()
          ) { context, key, length, sight in
            let bytes = UnsafeRawBufferPointer(start: key, count: length)
            guard let name = String(validating: bytes, as: UTF8.self) else { return true }
            Unmanaged<Found>.fromOpaque(context!).takeUnretainedValue().list.append((name, Sight(sight!.pointee)))
            return true
          }
        }
      }
    }
    return found.list
  }

  /// Names in what a path of names (`a.b.c`) leads to, those behind it by `__index` included; the first ones of very many.
  func fields(of path: String) -> [String] {
    let steps = path.split(separator: ".").map { SightStep.name(String($0)) }
    return names(in: steps, .prefix(""), deadline: LuaHost.clock + 30_000_000).map(\.name)
  }

  private static func withSteps(_ path: [SightStep], _ body: (UnsafeBufferPointer<atl_step>) -> Void) {
    var bytes: [CChar] = [], places: [(start: Int, count: Int)] = []
    for case .name(let name) in path {
      places.append((bytes.count, name.utf8.count))
      bytes += name.utf8.map { CChar(bitPattern: $0) }
    }
    bytes.append(0)
    bytes.withUnsafeBufferPointer { bytes in
      var names = places.makeIterator()
      let steps = path.map { step -> atl_step in
        if case .position(let index) = step { return atl_step(name: nil, length: 0, index: Int64(index)) }
        let place = names.next()!
        return atl_step(name: bytes.baseAddress! + place.start, length: place.count, index: 0)
      }
      steps.withUnsafeBufferPointer(body)
    }
  }
}
