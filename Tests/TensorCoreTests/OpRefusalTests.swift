import Surface
import TensorCore
import TestSupport
import Testing

/// What ops refuse: the exact message, by the op's name.
@Suite(.serialized) @MainActor
struct OpRefusalTests {
  @Test("Bad input is refused in one clear sentence", arguments: OpSample.all)
  func refusals(_ op: OpSample) throws {
    #expect(!op.refusals.isEmpty, "\(op) has no bad input")
    for refusal in op.refusals {
      do {
        _ = try op.run(refusal.call.draw(for: op.name), refusal.call.parameters)
        Issue.record("\(op) accepts what must give \"\(refusal.message)\"")
      } catch let error as EngineError {
        #expect(error.operation == op.name)
        #expect(error.description == refusal.message)
      } catch {
        Issue.record("\(op) throws \(error)")
      }
    }
  }

  @Test func R8_shapeErrorsNameBothShapes() throws {
    var seen = 0
    for op in OpSample.all {
      for refusal in op.refusals where refusal.message.contains("fit together") {
        let shapes = try refusal.call.draw(for: op.name).prefix(2).map {
          $0.shape.map(String.init).joined(separator: "×")
        }
        for shape in shapes where !shape.isEmpty {
          #expect(refusal.message.contains(shape), "\(op.name): \(refusal.message) does not name \(shape)")
        }
        seen += 1
      }
    }
    #expect(seen > 10)
  }
}
