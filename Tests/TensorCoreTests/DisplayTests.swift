import Checkpoints
import TensorCore
import TestSupport
import Testing

/// What the prompt shows of a tensor, beside what PyTorch prints (Scripts/golden/printing.py).
@Suite(.serialized) @MainActor
struct DisplayTests {
  nonisolated static let names = ((try? golden())?.keys ?? []).sorted()

  private nonisolated static func golden() throws -> SafetensorsFile {
    try SafetensorsFile(path: Fixtures.golden("printing.safetensors"))
  }

  @Test("There are tensors to print")
  func isThere() { #expect(Self.names.count >= 35) }

  @Test("Numbers are laid out as PyTorch lays them out", arguments: names)
  func layout(_ name: String) throws {
    let file = try Self.golden()
    let (tensor, expected) = (try file.tensor(name), try #require(file.metadata["text/" + name]))
    let lines = tensor.display().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasPrefix("tensor "))
    #expect(lines.dropFirst().joined(separator: "\n") == expected)
  }

  @Test("A view shows its own elements, strides and all")
  func views() throws {
    let x = try Tensor((0..<6).map(Float.init), [2, 3])
    #expect(try x.transpose(0, 1).display().hasSuffix("\n[[0., 3.],\n [1., 4.],\n [2., 5.]]"))
    #expect(try x.select(0, 1).display().hasSuffix("\n[3., 4., 5.]"))
  }
}
