internal import LuaHost
package import Surface
package import Sessions

/// What a check found.
package enum Verdict {
  /// Everything holds; the names of the properties.
  case passed([String])
  /// The first property that does not hold.
  case failed(Checker.Failure)
  case interrupted
}

/// Runs check cells against what a session holds. The cell's own names (`check`, `close`, `is_tensor`, `is_picture`) exist
/// nowhere else, and nothing of its source is ever shown.
package struct Checker {
  /// What is to be told of a check that failed.
  package struct Failure {
    /// Names of the properties that hold.
    package let passed: [String]
    /// The name of the one that does not; nil when the check could not even begin.
    package let property: String?
    package let got: String?
    package let expected: String?
    /// What else is to be said: the student's own error, or the tolerance.
    package let note: String?
    /// The student's picture, the expected one and their difference, side by side.
    package let picture: View?
  }

  let session: Session

  package init(session: Session) { self.session = session }

  /// Runs a check.
  package func verdict(of cell: Cell) -> Verdict {
    // The prelude is one line, so that the check's lines are counted from 1; the cell is a chunk of its own, so that
    // what it declares local is nobody else's.
    let prelude = Checker.prelude.split(separator: "\n").map(\.trimmed).joined(separator: " ")
    let result = session.host.run(cell: prelude + " " + cell.code + "\n" + Checker.epilogue, name: "check")
    switch result {
    case .done(let values): return verdict(values)
    case .interrupted: return .interrupted
    case .syntaxError(let message), .failed(let message, _):
      return .failed(
        Failure(
          passed: [], property: nil, got: nil, expected: nil, note: Checker.withoutPlace(message), picture: nil))
    }
  }

  private func verdict(_ values: [String]) -> Verdict {
    guard values.count >= 6 else {
      return .failed(
        Failure(
          passed: [], property: nil, got: nil, expected: nil, note: "the check itself ended early", picture: nil))
    }
    func text(_ index: Int) -> String? { values[index].isEmpty ? nil : values[index] }
    let passed = values[1].split(separator: "\n").map(String.init)
    if values[0] == "passed" { return .passed(passed) }
    let sheet = values.count > 6 ? session.view(6, text: values[6]) : nil
    let view = sheet.map {
      View("(yours, the expected picture, and where they differ)", size: $0.size, pixels: $0.pixels, png: $0.png)
    }
    return .failed(
      Failure(
        passed: passed, property: text(2), got: text(3), expected: text(4), note: text(5).map(Checker.withoutPlace),
        picture: view))
  }

  /// A message without the places in the check where it arose (`check:12: `), which would only puzzle.
  private static func withoutPlace(_ message: String) -> String {
    let parts = message.split(separator: "check:", omittingEmptySubsequences: false)
    return parts.dropFirst().reduce(String(parts[0])) { text, part in
      let rest = part.drop(while: \.isNumber)
      let isPlace = rest.startIndex > part.startIndex && rest.hasPrefix(": ")
      return text + (isPlace ? rest.dropFirst(2) : "check:" + part)
    }
  }

  /// Declares the check's functions and opens the function that the cell becomes the body of.
  private static let prelude = """
    local check, close, is_tensor, is_picture, judge
    do
      local pcall, error, type, tostring, ipairs, math, table = pcall, error, type, tostring, ipairs, math, table
      local engine = atelier
      local report = {passed = {}}
      local function shape(x) local ok, s = pcall(function() return x:shape() end) return ok and type(s) == "table" and s or nil end
      function is_tensor(x) return type(x) == "userdata" and shape(x) ~= nil end
      function is_picture(x)
        local s = is_tensor(x) and shape(x)
        return s and #s == 3 and (s[1] == 3 or s[1] == 1) or false
      end
      local function same_shape(a, b)
        local s, t = shape(a), shape(b)
        if #s ~= #t then return false end
        for i = 1, #s do if s[i] ~= t[i] then return false end end
        return true
      end
      function close(a, b, options)
        options = options or {}
        local rtol, atol = options.rtol or 1e-4, options.atol or 1e-5
        if type(a) == "number" and type(b) == "number" then return math.abs(a - b) <= atol + rtol * math.abs(b) end
        if not is_tensor(a) or not is_tensor(b) or not same_shape(a, b) then return false end
        local ok, answer = pcall(function() return a:to("f64"):allclose(b:to("f64"), {rtol = rtol, atol = atol}) end)
        return ok and answer
      end
      local function shown(x)
        if type(x) ~= "table" then return tostring(x) end
        local parts = {}
        for i, v in ipairs(x) do parts[i] = tostring(v) end
        return "{" .. table.concat(parts, ", ") .. "}"
      end
      local function difference(a, b)
        if not is_picture(a) or not is_picture(b) or not same_shape(a, b) then return nil end
        local ok, sheet = pcall(function()
          local d = (a - b):abs()
          local most = d:max():item()
          local scale = most > 0 and most < math.huge and 1 / most or 1
          local pictures = {a:clamp(0, 1), b:clamp(0, 1), (d * scale):clamp(0, 1)}
          local labels = {"yours", "expected", scale > 1.5 and ("difference x" .. math.floor(scale + 0.5)) or "difference"}
          return engine.images.grid(pictures, {columns = 3, labels = labels})
        end)
        return ok and sheet or nil
      end
      function check(name, condition, details)
        report.name = name
        if type(condition) == "function" then condition, details = condition() end
        if condition then report.passed[#report.passed + 1] = name return end
        details = details or {}
        report.failed = name
        report.sheet = difference(details.got, details.expected)
        report.got = details.got ~= nil and shown(details.got) or ""
        report.expected = details.expected ~= nil and shown(details.expected) or ""
        report.note = details.note or details.tolerance and ("tolerance: " .. shown(details.tolerance)) or ""
        error(report, 0)
      end
      function judge(body)
        local ok, problem = pcall(body)
        local passed = table.concat(report.passed, "\\n")
        if ok then return "passed", passed, "", "", "", "" end
        if problem == report then return "failed", passed, report.failed, report.got, report.expected, report.note, report.sheet end
        return "failed", passed, report.name or "", "", "", "it stopped with an error: " .. tostring(problem)
      end
    end
    return judge(function()
    """

  private static let epilogue = "end)"
}
