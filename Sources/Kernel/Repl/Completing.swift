internal import CReadline
internal import Sessions

/// A candidate of the completion, as the prompt lists it.
struct Candidate {
  let text: String
  /// A few words beside it, or nothing.
  let description: String
}

extension Editor {
  /// What may replace which bytes of the text, the cursor being at `point`. The one place that asks the session.
  private func candidates() -> (range: Range<Int>, items: [Candidate]) {
    let found = session.complete(String(decoding: bytes, as: UTF8.self), at: point)
    return (found.range, found.items.map { Candidate(text: $0.text, description: $0.summary) })
  }

  /// Tab: inserts what all candidates begin with; where that is nothing new, lists them. Before the first character of a
  /// line it sets the line in.
  func complete() {
    let before = bytes[..<point]
    let blanks = before.reversed().prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    if blanks == before.count || before[before.count - blanks - 1] == UInt8(ascii: "\n") {
      replace(point..<point, with: "  ")
      return
    }
    // Ctrl-C may stop what takes too long.
    atl_block_signals(0)
    let found = candidates()
    atl_block_signals(1)
    guard let firstItem = found.items.first else {
      rl_ding()
      return
    }
    var common = Array(firstItem.text.utf8)
    for item in found.items {
      common = Array(zip(common, item.text.utf8).prefix { $0 == $1 }.map(\.0))
    }
    // No character is cut in two.
    while !common.isEmpty, String(validating: common, as: UTF8.self) == nil { common.removeLast() }
    let typed = Array(before[found.range])
    if common.count >= typed.count, common != typed, common.starts(with: typed) || found.items.count == 1 {
      replace(found.range, with: String(decoding: common, as: UTF8.self))
    } else if found.items.count > 1 {
      list(found.items)
    }
  }

  private func list(_ items: [Candidate]) {
    let place = point
    point = bytes.count
    if display.isFull { display.draw() }
    display.leave()
    display.print(Listing.text(of: items, columns: Display.size.columns, rows: Display.size.rows))
    point = place
    display.drawAgain()
  }
}

/// Candidates as text: one a line with its description, or in columns when there are many.
enum Listing {
  /// Lines no wider than `columns`, and fewer than `rows` of them; what has no place is counted.
  static func text(of items: [Candidate], columns: Int, rows: Int) -> String {
    let limit = max(rows - 3, 3)
    let isDescribed = items.count <= min(40, limit) && items.contains { !$0.description.isEmpty }
    let names = items.map { shortened(Cells($0.text), columns - 1) }
    let widest = names.map(\.width).max() ?? 0
    var lines: [String] = []
    if isDescribed {
      let column = min(widest, columns / 2)
      for (item, name) in zip(items, names) {
        let name = shortened(name, column)
        let room = columns - column - 3
        let description = room >= 8 ? shortened(Cells(item.description), room).text : ""
        let gap = String(repeating: " ", count: column - name.width + 2)
        lines.append(description.isEmpty ? name.text : name.text + gap + description)
      }
    } else {
      let across = max(1, columns / (widest + 2))
      let down = (names.count + across - 1) / across
      for row in 0..<down {
        var line = ""
        for index in stride(from: row, to: names.count, by: down) {
          let isLast = index + down >= names.count
          line += names[index].text + (isLast ? "" : String(repeating: " ", count: widest + 2 - names[index].width))
        }
        lines.append(line)
      }
      if down > limit {
        lines = Array(lines.prefix(limit))
        let shown = (0..<names.count).count { $0 % down < limit }
        lines.append("… and \(names.count - shown) more")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// A text with the columns that it takes; control characters are shown, not sent.
  private struct Cells {
    var text = ""
    var width = 0

    init(_ string: String) { self.init(Array(string.utf8), limit: .max) }

    init(_ bytes: [UInt8], limit: Int) {
      var index = 0
      while index < bytes.count {
        let glyph = Glyph(bytes, at: index, column: width)
        if width + glyph.width > limit { break }
        text += glyph.text
        width += glyph.width
        index += glyph.length
      }
    }
  }

  private static func shortened(_ cells: Cells, _ columns: Int) -> Cells {
    if cells.width <= columns { return cells }
    var short = Cells(Array(cells.text.utf8), limit: max(columns - 1, 0))
    short.text += "…"
    short.width += 1
    return short
  }
}
