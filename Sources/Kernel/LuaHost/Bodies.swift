internal import CLuaBridge
internal import Surface

/// The functions that the bridge calls. Each runs to its end: no error leaves it except as a status, and nothing of Lua
/// is below it that could jump over it.
extension LuaHost {
  /// Called once by `init`, with the host itself as context.
  static func callbacks() -> atl_callbacks {
    atl_callbacks(
      invoke: { context, function, tokens, count in
        Unmanaged<LuaHost>.fromOpaque(context!)._withUnsafeGuaranteedRef { host in
          Unmanaged<Function>.fromOpaque(function!)._withUnsafeGuaranteedRef { function in
            host.invoke(function, tokens!, Int(count))
          }
        }
      },
      call: { context, callable, tokens, count in
        let host = Unmanaged<LuaHost>.fromOpaque(context!).takeUnretainedValue()
        let callable = UnsafeRawPointer(callable!).assumingMemoryBound(to: (any Callable).self).pointee
        return host.finish { writer in
          var reader = TokenReader(tokens!, host)
          for value in try callable.call(try (0..<count).map { _ in try reader.value() }) { try writer.write(value) }
        }
      },
      display: { context, object in
        let host = Unmanaged<LuaHost>.fromOpaque(context!).takeUnretainedValue()
        let object = UnsafeRawPointer(object!).assumingMemoryBound(to: (any Scriptable).self).pointee
        return host.finish { try $0.write(.string(object.display())) }
      },
      release: { Unmanaged<AnyObject>.fromOpaque($0!).release() },
      write: { context, bytes, length in
        let host = Unmanaged<LuaHost>.fromOpaque(context!).takeUnretainedValue()
        host.output(UnsafeRawBufferPointer(start: bytes, count: length))
      })
  }

  /// Runs a function's body: arguments out of the tokens, result into the bridge's buffer.
  func invoke(_ function: Function, _ tokens: UnsafeMutablePointer<atl_token>, _ count: Int) -> Int32 {
    withUnsafeTemporaryAllocation(of: Value.self, capacity: count + 1) { values in
      let base = values.baseAddress!
      var read = 0
      defer { base.deinitialize(count: read) }
      do {
        var reader = TokenReader(tokens, self)
        while read < count {
          (base + read).initialize(to: try reader.value())
          read += 1
        }
        let arguments = Arguments(function, base, count: count)
        switch function.form {
        case .operation: break  // Lua fixes how many operands there are
        default: try arguments.checkCount()
        }
        let result = try run(function, arguments)
        let writer = TokenWriter(atl_result_buffer(pointer), self)
        if case .object(let object) = result, count > 0, case .object(let receiver) = base.pointee, object === receiver
        {
          try writer.writeReceiver()
        } else if case .none = result, function.returns == "nothing" {
          // No value at all, so that the prompt has nothing to show.
        } else {
          try writer.write(result)
        }
        return Int32(ATL_OK)
      } catch let error as EngineError where UnsafeBufferPointer(start: base, count: read).contains(where: \.isListText)
      {
        return fail(EngineError("", error.description, advice: LuaHost.listAdvice)) { _ in error }
      } catch {
        return fail(error) { EngineError(function.qualifiedName, "argument \(read + 1) \($0.text)") }
      }
    }
  }

  /// Runs a function's body, and lets those who report and measure know of it.
  private func run(_ function: Function, _ arguments: borrowing Arguments) throws -> Value {
    let outer = Work.enter(function)
    var complete = false
    defer { Work.leave(outer, complete: complete) }
    let result =
      try Profile.isOn
      ? Profile.measure(function.qualifiedName) { try function.body(arguments) } : function.body(arguments)
    complete = true
    return result
  }

  /// Runs `body` and turns what it throws into a status for the bridge.
  private func finish(_ body: (TokenWriter) throws -> Void) -> Int32 {
    do {
      try body(TokenWriter(atl_result_buffer(pointer), self))
      return Int32(ATL_OK)
    } catch {
      return fail(error) { EngineError("", "an argument \($0.text)") }
    }
  }

  /// What the bridge gives where there was no memory for a reference; -1 is the reference to nil.
  private static let noReference: Int32 = -2

  /// Leaves the error in the result buffer. `describe` makes an error of an argument that could not be read.
  private func fail(_ error: any Error, describe: (ReadProblem) -> EngineError) -> Int32 {
    let buffer = atl_result_buffer(pointer)!
    // What a body wrote before it failed is given up: the buffer holds nothing but the error.
    discardResults(buffer)
    let writer = TokenWriter(buffer, self)
    do {
      // Casts of errors are slow, so the common kind comes first.
      if let error = error as? EngineError {
        try writer.write(.string(error.description))
      } else if let error = error as? ScriptError, error.life === life, error.reference != LuaHost.noReference {
        try writer.writeReference(error.reference)
        pendingError = error  // alive until the bridge has pushed what it refers to
        return Int32(ATL_RAISED)
      } else if let problem = error as? ReadProblem {
        try writer.write(.string(describe(problem).description))
      } else {
        try writer.write(.string("\(error)"))
      }
    } catch {
      // No memory for the message: an error without text is raised.
    }
    return Int32(ATL_FAILED)
  }

  private func discardResults(_ buffer: UnsafeMutablePointer<atl_buffer>) {
    for index in 0..<buffer.pointee.count {
      let token = buffer.pointee.tokens[index]
      if token.tag == Tag.object || token.tag == Tag.callable {
        Unmanaged<AnyObject>.fromOpaque(token.as.object.0!).release()
      }
    }
    buffer.pointee.count = 0
  }

  /// Calls a function of the script with values of the engine.
  func call(_ reference: Int32, _ arguments: [Value]) throws -> [Value] {
    guard let buffer = atl_call_buffer(pointer) else {
      throw EngineError("call", "calls between Lua and the engine are nested too deeply")
    }
    let writer = TokenWriter(buffer, self)
    for argument in arguments { try writer.write(argument) }
    var tokens: UnsafeMutablePointer<atl_token>?
    var count: Int32 = 0
    var error: Int32 = 0
    guard atl_call(pointer, reference, &tokens, &count, &error) == ATL_OK else {
      throw ScriptError(error, message, life: life)
    }
    var reader = TokenReader(tokens!, self)
    do {
      return try (0..<count).map { _ in try reader.value() }
    } catch let problem as ReadProblem {
      throw EngineError("", "a result of the script's function \(problem.text)")
    }
  }
}
