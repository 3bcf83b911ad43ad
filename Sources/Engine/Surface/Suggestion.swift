/// Finds what a misspelt word was meant to be.
public enum Suggestion {
  /// The candidate nearest to `word` by edits (insert, delete, replace, swap of neighbours), or nil when none is
  /// near enough: at most a third of the word's length, and always at least one edit is allowed. Words under three
  /// letters and names of one letter are near to too much, so they have no neighbours.
  public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    guard word.count >= 3 else { return nil }
    let limit = max(1, word.count / 3)
    var best: (name: String, edits: Int)?
    for candidate in candidates where candidate.count >= 2 && abs(candidate.count - word.count) <= limit {
      let edits = distance(Array(word.lowercased()), Array(candidate.lowercased()))
      if edits <= limit, best.map({ edits < $0.edits || (edits == $0.edits && candidate < $0.name) }) ?? true {
        best = (candidate, edits)
      }
    }
    return best?.name
  }

  /// `did you mean 'x'?`, or the list of what there is when nothing is near.
  public static func advice(for word: String, in candidates: [String]) -> String {
    if let near = nearest(to: word, in: candidates) { return "did you mean '\(near)'?" }
    return candidates.isEmpty ? "there are none" : "there are: " + candidates.sorted().joined(separator: ", ")
  }

  /// Optimal string alignment distance (Damerau–Levenshtein without repeated edits).
  static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var older = [Int](), previous = Array(0...b.count), current = previous
    for i in 1..<(a.count + 1) {
      current[0] = i
      for j in 1..<(b.count + 1) {
        let same = a[i - 1] == b[j - 1]
        current[j] = Swift.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          current[j] = Swift.min(current[j], older[j - 2] + 1)
        }
      }
      (older, previous, current) = (previous, current, previous)
    }
    return previous[b.count]
  }
}
