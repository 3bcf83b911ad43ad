/// What running an entry's example showed.
package struct Example: Equatable, Sendable {
  /// A variable that the example left, and how the prompt shows its value.
  package struct Variable: Equatable, Sendable {
    package let name: String
    package let text: String

    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// A picture that the example made, as the bytes of a PNG file.
  package struct Picture: Equatable, Sendable {
    package let name: String
    package let file: [UInt8]

    package init(name: String, file: [UInt8]) {
      self.name = name
      self.file = file
    }
  }

  /// What the example printed.
  package var printed: String
  /// Its variables, in their order.
  package var variables: [Variable]
  package var pictures: [Picture]

  package init(printed: String = "", variables: [Variable] = [], pictures: [Picture] = []) {
    self.printed = printed
    self.variables = variables
    self.pictures = pictures
  }

  /// What two runs have in common: times and addresses differ from run to run, and do not belong on a page.
  package func common(with other: Example) -> Example {
    let lines = printed.split(separator: "\n", omittingEmptySubsequences: false)
    let others = other.printed.split(separator: "\n", omittingEmptySubsequences: false)
    let same = lines.count == others.count ? zip(lines, others).map { $0 == $1 ? String($0) : "…" } : ["…"]
    return Example(
      printed: same.joined(separator: "\n"), variables: variables.filter(other.variables.contains),
      pictures: pictures.filter(other.pictures.contains))
  }
}
